"""A system outside for tests that has groups, lists them and their members, and fails when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.errors import Gone
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right
from chalicelib.usecases.ports import Answer, Found, Member, Outer, Page


@dataclass
class GroupsOutside:
    """Implements ports.Connector, ListsResources and ListsMembers. `held`: the members of each group; `names`: how
    groups are named where they do not bear their id; `fails`: exceptions that coming reads of members raise;
    `granted` counts grants and revokes; `page`: how many it tells at once."""

    held: dict[str, list[Member]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)
    granted: int = 0
    page: int = 3

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        return Found(self.names.get(origin_id, origin_id)) if origin_id in self.held else None

    def resources(self, limit: int, after: str | None) -> Page[Outer]:
        groups = sorted(self.held)
        first = int(after or 0)
        found = [
            Outer(origin_system=GROUP, origin_id=one, display_name=self.names.get(one, one))
            for one in groups[first : first + self.page]
        ]
        return Page(tuple(found), str(first + self.page) if first + self.page < len(groups) else None)

    def members(self, right: Right, limit: int, after: str | None) -> Page[Member]:
        if self.fails:
            raise self.fails.pop(0)
        if right.resource not in self.held:
            raise Gone("The group is not there any more.")
        first, everybody = int(after or 0), self.held[right.resource]
        following = str(first + self.page) if first + self.page < len(everybody) else None
        return Page(tuple(everybody[first : first + self.page]), following)

    def grant(self, right: Right, person: User) -> Answer:
        self.granted += 1
        if not self.verify(right, person):
            self.held[right.resource].append(member(person.principal_name.partition("@")[0]))
        return Answer.DONE

    def revoke(self, right: Right, person: User) -> Answer:
        self.granted += 1
        left = [one for one in self.held[right.resource] if one.principal_name != person.principal_name]
        self.held[right.resource] = left
        return Answer.DONE

    def verify(self, right: Right, person: User) -> bool:
        return any(one.principal_name == person.principal_name for one in self.held.get(right.resource, ()))

    def join(self, group: str, *names: str) -> None:
        """Have people be in a group, which comes into being with its first."""
        self.held.setdefault(group, []).extend(member(name) for name in names)

    def leave(self, group: str, name: str) -> None:
        self.held[group] = [one for one in self.held[group] if one.key != f"key-{name}"]


def member(name: str, **facts: Any) -> Member:
    """`name`@example.com as the system outside knows them."""
    known = {"display_name": name.title(), "principal_name": f"{name}@example.com", "mail": f"{name}@example.com"}
    return Member(key=f"key-{name}", **{**known, **facts})


def plug_in_groups(services: Any, name: str = "identity-center") -> GroupsOutside:
    """A system outside with groups, reachable as the connection of this name."""
    outside = GroupsOutside()
    services.connectors.fixed[name] = outside
    return outside
