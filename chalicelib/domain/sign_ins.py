"""Sign-ins: what sources tell about them, and what is kept of a person's. No date ever moves backwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain import ids

SKEW = timedelta(minutes=5)  # by which the sender's clock may be ahead of ours
LONGEST_RESOURCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When a person was last seen. `source` names (see `short`) where the newest of it came from; `resources` when
    they last used what, by `resource_key`."""

    interactive: datetime | None = None
    non_interactive: datetime | None = None
    source: str = ""
    resources: Mapping[str, datetime] = field(default_factory=dict, hash=False)

    @property
    def newest(self) -> datetime | None:
        """The last time of any kind."""
        return max((one for one in (self.interactive, self.non_interactive) if one), default=None)


NOT_SEEN = Seen()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One sign-in that succeeded; `resource` is the origin id of what was signed in to, "" for none in particular."""

    at: datetime
    resource: str = ""
    interactive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedResource:
    """A resource whose use some source tells of. `since` when it first did: who was not seen in it before that may
    have used it all the same."""

    key: str
    origin_id: str
    source: str
    since: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A resource of the package whose use some source tells of, frozen when the review opens: its `resource_key`, its
    name, the source, and since when and up to when its use is known."""

    key: str
    display_name: str
    source: str
    since: datetime
    known_until: datetime | None


def resource_key(origin_id: str) -> str:
    """12 hex digits that name a resource by its id in the system it lies in, whatever catalog it is in."""
    return ids.digest("used", origin_id.strip().lower())[:12]


def short(source_id: str) -> str:
    """A source as people's rows name it: 12 hex digits."""
    return ids.place(source_id)


def moved(seen: Seen, signs: Iterable[SignIn], source: str) -> Seen:
    """What is known after these sign-ins, in any order; equal to `seen` when they tell nothing newer."""
    interactive, silent, resources = seen.interactive, seen.non_interactive, dict(seen.resources)
    for one in signs:
        if one.interactive:
            interactive = max(one.at, interactive or one.at)
        else:
            silent = max(one.at, silent or one.at)
        if one.resource:
            key = resource_key(one.resource)
            resources[key] = max(one.at, resources.get(key, one.at))
    newest = max((one for one in (interactive, silent) if one), default=None)
    came_from = seen.source if newest == seen.newest else source
    return Seen(interactive=interactive, non_interactive=silent, source=came_from, resources=resources)
