"""What our own addresses for separation of duties answer."""

from __future__ import annotations

from typing import Literal

from chalicelib.routes.shapes import Answer, Count, MomentOrNull


class Overlap(Answer, kw_only=True):
    """One incompatible package or group, and how many people have both."""

    kind: Literal["accessPackage", "group"]
    id: str
    display_name: str
    count: Count


class Holder(Answer, kw_only=True):
    """A person; of one who has left only the id is known."""

    id: str
    display_name: str | None
    user_principal_name: str | None


class HolderOfBoth(Answer, kw_only=True):
    """A person who has both, by their assignment to the package."""

    person: Holder
    assignment_id: str
    since: MomentOrNull
