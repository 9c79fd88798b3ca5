"""The whole store at once, as entities: what the promises are checked on. Read behind the product's back."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.agenda import Due, Job
from chalicelib.domain.assignments import Assignment, AssignmentRequest, Holding
from chalicelib.domain.audit import AuditEvent, unfold
from chalicelib.domain.items import DecisionItem
from chalicelib.domain.mail_log import Notice
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.parts import MyReview, ReviewerRow
from chalicelib.domain.people import User
from chalicelib.domain.removals import Removal
from chalicelib.domain.reviews import InstanceState, ReviewDefinition, ReviewInstance
from chalicelib.domain.series import MissedOccurrence
from chalicelib.domain.tasks import Task
from chalicelib.storage import rows as stored
from chalicelib.storage.item_wire import from_wire
from chalicelib.storage.reviewers import _my_review, _reviewer
from chalicelib.storage.tables import AuditRow, DirectoryRow, EntitlementRow, ItemRow, ReviewRow

Wire = dict[str, Any]
Key = tuple[str, str]
E = TypeVar("E")
_HEX = "[0-9a-f]"
_GUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_TABLES = {
    name: row.Meta.table_name
    for name, row in {
        "directory": DirectoryRow,
        "entitlements": EntitlementRow,
        "reviews": ReviewRow,
        "items": ItemRow,
        "audit": AuditRow,
    }.items()
}
# Table and pattern of "pk sk" of each kind of entity that is looked at.
_WHERE = {
    User: ("directory", rf"U#. {_GUID}"),
    Assignment: ("entitlements", rf"A#{_HEX}{{12}} .+"),
    AccessPackage: ("entitlements", r"PACKAGES .+"),
    AssignmentRequest: ("entitlements", r"R#\d{6} .+"),
    Holding: ("entitlements", r"H#.+ .+"),
    Removal: ("entitlements", r"Z#.+ .+"),
    Task: ("entitlements", rf"D#{_HEX}{{20}} .+"),
    ReviewDefinition: ("reviews", r"DEFINITIONS .+"),
    ReviewInstance: ("reviews", rf"D#{_HEX}{{12}} .+"),
    InstanceState: ("reviews", r"I#.+ B"),
    MissedOccurrence: ("reviews", r"M#.+ .+"),
    Due: ("reviews", r"DUE .+"),
    Job: ("reviews", r"J#.+ J"),
    Notice: ("reviews", r"I#.+ N#.+"),
    ReviewerRow: ("reviews", r"I#.+ R#.+"),
    MyReview: ("reviews", r"U#.+ R#.+"),
    AuditEvent: ("audit", r".+"),
}


@dataclass
class Store:
    """Every row of every table, by table and key, with looks at what they mean."""

    tables: Mapping[str, Mapping[Key, Wire]]
    _found: dict[type, list[Any]] = field(default_factory=dict)

    def rows(self, table: str) -> Mapping[Key, Wire]:
        """The rows of `directory`, `entitlements`, `reviews`, `items` or `audit`, in wire form."""
        return self.tables.get(_TABLES[table], {})

    def all(self, kind: type[E]) -> list[E]:
        """Every entity of a kind."""
        if kind not in self._found:
            self._found[kind] = list(self._read(kind))
        return cast(list[E], self._found[kind])

    def _read(self, kind: type) -> Iterator[object]:
        table, pattern = _WHERE[kind]
        wanted = re.compile(pattern)
        for (pk, sk), wire in sorted(self.rows(table).items()):
            if not wanted.fullmatch(f"{pk} {sk}"):
                continue
            if kind is ReviewerRow:
                yield _reviewer(pk[2:], wire)
            elif kind is MyReview:
                yield _my_review(wire)
            else:
                yield _entity(kind, wire)

    @cached_property
    def items(self) -> dict[str, list[DecisionItem]]:
        """The decision items of each instance."""
        found: dict[str, list[DecisionItem]] = {}
        for _, wire in sorted(self.rows("items").items()):
            item = from_wire(wire)
            found.setdefault(item.instance_id, []).append(item)
        return found

    @cached_property
    def states(self) -> dict[str, InstanceState]:
        """The state of each instance."""
        return {one.instance_id: one for one in self.all(InstanceState)}

    @cached_property
    def assignments(self) -> dict[str, Assignment]:
        """By id."""
        return {one.id: one for one in self.all(Assignment)}

    @cached_property
    def events(self) -> list[AuditEvent]:
        """The audit trail as it is read: rows of many decisions opened up, what was told twice told once."""
        each = {one.id: one for row in self.all(AuditEvent) for one in unfold(row)}
        return sorted(each.values(), key=lambda one: one.id)

    def reviews(self) -> Iterator[tuple[ReviewInstance, InstanceState, list[DecisionItem]]]:
        """Each instance with its state and items."""
        for instance in self.all(ReviewInstance):
            yield instance, self.states[instance.id], self.items.get(instance.id, [])

    def counts(self) -> Counter[str]:
        """How many rows there are of each kind, by the beginning of their keys."""
        found: Counter[str] = Counter()
        for name in _TABLES:
            for pk, sk in self.rows(name):
                found[f"{name} {_kind(pk)} {_kind(sk)}"] += 1
        return found


def _kind(key: str) -> str:
    """What is the same in all keys of a kind: their words, without ids, dates and names."""
    head = key.partition("#")[0]
    return head if head.isupper() and head.replace("-", "").isalpha() else "*"


def _entity(kind: type[E], wire: Wire) -> E:
    if kind is AuditEvent:
        return msgspec.convert({"id": wire["sk"]["S"], **json.loads(wire["data"]["S"])}, kind)
    row: Any = stored.PLACES[kind].table.from_raw_data(wire)
    return stored.from_row(kind, row)


def who(user_id: str, store: Store) -> str:
    """A person's name for a message."""
    return next((user.principal_name for user in store.all(User) if user.id == user_id), user_id)


def set_of(item: DecisionItem) -> str:
    """The reviewer set that owns an item."""
    return ids.decision_place(item.id)[0]
