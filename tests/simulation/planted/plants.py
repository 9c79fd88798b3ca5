"""Faults planted in the product, at least one for each family of the casebook, and the history that is to find each.

A plant changes a function of the product for as long as a `MonkeyPatch` lives. Each is a mistake somebody made
elsewhere (the number is the casebook's), or could make here tomorrow.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
from pynamodb.exceptions import GetError

from chalicelib import bootstrap, events
from chalicelib.aws.files import BucketFiles
from chalicelib.domain import csv_text, errors, ids, seals
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.items import canonical
from chalicelib.domain.reviews import Tally
from chalicelib.routes.graph.paging import Cursors, _decode
from chalicelib.storage import items, reviews
from chalicelib.storage.entitlements import EntitlementTable
from chalicelib.storage.people import DirectoryTable
from chalicelib.storage.reviews import ReviewTable
from chalicelib.storage.writer import TableWriter
from chalicelib.usecases import (
    advance_review,
    close_review,
    decide,
    hold_removals,
    notify,
    open_review,
    remove_item,
    tell,
    try_delivery,
    write_items,
)
from chalicelib.usecases.agenda import instance_row
from chalicelib.usecases.bring_about import End, Told
from chalicelib.usecases.ports import Create, Page, Put

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Plant:
    """A planted fault: what it is, the failure elsewhere (0: none of the list) and the promise it breaks, how it is
    planted, and the history that finds it. `often`: with every commit, not only in a long run."""

    name: str
    failure: int
    promise: str
    plant: Callable[[Patch], None]
    hunt: Callable[[Random], None]
    often: bool = False


def _update_without(patch: Patch, *conditions: str) -> None:
    """The update of a decision item loses parts of its condition (regular expressions)."""
    real = items._update

    def update(key: Any, expression: str, condition: str, given: dict[str, Any]) -> Any:
        for one in conditions:
            condition = re.sub(one, "", condition)
        used = {name: value for name, value in given.items() if name in f"{expression} {condition}".split(" ")}
        used |= {name: value for name, value in given.items() if f"{name})" in expression + condition}
        used |= {name: value for name, value in given.items() if f"{name}," in expression + condition}
        return real(key, expression, condition, used)

    patch.setattr(items, "_update", update)


def _deadline(patch: Patch) -> None:
    _update_without(patch, "t > :now AND ")
    patch.setattr(decide, "open_instance", lambda services, number, now: services.reviews.instance(number))


def _anybody(patch: Patch) -> None:
    patch.setattr(decide, "check_reviewer", lambda *_: "")


def _oneself(patch: Patch) -> None:
    patch.setattr(decide, "may_decide_own", lambda _: True)


def _overwrites(patch: Patch) -> None:
    real = items._update
    patch.setattr(items, "_update", lambda key, text, *more: real(key, text.replace("list_append(h, :e)", ":e"), *more))


def _appends_again(patch: Patch) -> None:
    _update_without(patch, r" AND NOT contains\(h, :\w+\)")


def _false_conflict(patch: Patch) -> None:
    def settle(*_: Any) -> None:
        raise errors.Conflict("Changed meanwhile.")

    patch.setattr(TableWriter, "_settle", settle)


def _effect_first(patch: Patch) -> None:
    real = TableWriter.commit

    def commit(writer: TableWriter, operation: str, *changes: Any) -> None:
        services = bootstrap.services()
        for change in changes:
            if isinstance(change, Create) and isinstance(change.entity, Assignment):
                package = services.entitlements.package(change.entity.package_id)
                person = services.people.user(change.entity.target_id)
                for one in package.role_scopes:
                    services.connectors.get(one.right.connector).grant(one.right, person)
        real(writer, operation, *changes)

    patch.setattr(TableWriter, "commit", commit)


def _first_record(patch: Patch) -> None:
    real = events.count_decisions
    patch.setattr(events, "count_decisions", lambda event: real({**event, "Records": event["Records"][:1]}))


def _one_page(patch: Patch) -> None:
    real = EntitlementTable.assignments_of_policy
    patch.setattr(EntitlementTable, "assignments_of_policy", lambda *given: Page(real(*given).items, None))


def _manifest_replaced(patch: Patch) -> None:
    patch.setattr(BucketFiles, "put_once", lambda files, key, data: files.put(key, data) is None)


def _no_lease(patch: Patch) -> None:
    patch.setattr(ReviewTable, "take_lease", lambda _, state, lease, real: reviews._save(replace(state, lease=lease)))


def _no_second_read(patch: Patch) -> None:
    patch.setattr(remove_item, "is_held", lambda *_: False)


def _believes(patch: Patch) -> None:
    def done(services: Any, right: Any, person: Any, held: bool) -> Told:
        connector = services.connectors.get(right.connector)
        (connector.grant if held else connector.revoke)(right, person)
        return Told(End.DONE)

    patch.setattr(remove_item, "brought_about", done)
    patch.setattr(remove_item, "is_held", lambda *_: False)


def _no_overlap(patch: Patch) -> None:
    for module in (remove_item, try_delivery):
        patch.setattr(module, "kept_elsewhere", lambda *_: {})


def _no_brake(patch: Patch) -> None:
    patch.setattr(close_review, "brakes", lambda *_: False)


def _silence_of_nobody(patch: Patch) -> None:
    patch.setattr(close_review.Asking, "was_asked", lambda *_: True)


def _last_one_goes(patch: Patch) -> None:
    patch.setattr(hold_removals, "let_go", lambda *_: "")


def _no_identity(patch: Patch) -> None:
    patch.setattr(tell, "Create", Put)


def _no_claim(patch: Patch) -> None:
    patch.setattr(ReviewTable, "claim_mail", lambda *_: True)


def _reminds_everybody(patch: Patch) -> None:
    patch.setattr(notify, "undecided", lambda *_: 1)
    patch.setattr(Tally, "undecided", property(lambda tally: tally.total))


def _event_apart(patch: Patch) -> None:
    real = TableWriter.commit

    def commit(writer: TableWriter, operation: str, *changes: Any) -> None:
        told = [one for one in changes if isinstance(one.entity, AuditEvent)]
        rest = [one for one in changes if one not in told]
        if rest:
            real(writer, operation, *rest)
        for one in told:
            writer.put_all([one.entity])

    patch.setattr(TableWriter, "commit", commit)


def _no_event(patch: Patch) -> None:
    real = TableWriter.commit

    def commit(writer: TableWriter, operation: str, *changes: Any) -> None:
        real(writer, operation, *(one for one in changes if not isinstance(one.entity, AuditEvent)))

    patch.setattr(TableWriter, "commit", commit)


def _unsigned(patch: Patch) -> None:
    def opened(cursors: Cursors, token: str, *_: Any) -> dict[str, Any]:
        return dict(json.loads(_decode(token)[32:])[1])

    patch.setattr(Cursors, "open", opened)


def _anybodys_link(patch: Patch) -> None:
    real = Cursors._signature
    patch.setattr(Cursors, "_signature", lambda cursors, body, caller, query: real(cursors, body, "", query))


def _formulas(patch: Patch) -> None:
    patch.setattr(csv_text, "harmless", lambda text: text)


def _no_salt(patch: Patch) -> None:
    def leaf(item: Any) -> str:
        return hashlib.sha256(canonical({"item": item.id, "principal": item.principal_id})).hexdigest()

    patch.setattr(write_items, "leaf_hash", leaf)


def _wrong_predecessor(patch: Patch) -> None:
    real = seals.checkpoint
    patch.setattr(seals, "checkpoint", lambda statement, previous: real(statement, seals.BEFORE_ALL))


def _acknowledges(patch: Patch) -> None:
    real = events.work
    patch.setattr(events, "work", lambda event: {**real(event), "batchItemFailures": []})


def _row_goes_first(patch: Patch) -> None:
    """The agenda row goes, and comes back in another place only after the state was saved."""

    def reschedule(services: Any, state: Any, when: datetime) -> Any:
        if state.due:
            services.writer.remove(instance_row(datetime.fromisoformat(state.due), state.instance_id))
        after = replace(state, lease=replace(state.lease, until=0.0), due=when.isoformat())
        saved = services.reviews.checkpoint(after)
        services.writer.put_all([instance_row(when, state.instance_id)])
        return saved

    patch.setattr(advance_review, "reschedule", reschedule)


def _swallows(patch: Patch) -> None:
    real = DirectoryTable.users

    def users(table: DirectoryTable, user_ids: Any) -> Any:
        try:
            return real(table, user_ids)
        except GetError:
            return {}

    patch.setattr(DirectoryTable, "users", users)


def _new_id(patch: Patch) -> None:
    numbers: Iterator[int] = itertools.count()

    class Ids:
        def __getattr__(self, name: str) -> Any:
            return getattr(ids, name)

        def instance_id(self, series: str, day: Any) -> str:
            found = ids.instance_id(series, day)
            return f"{found[:-12]}{int(found[-12:], 16) + next(numbers):012x}"

    patch.setattr(open_review, "ids", Ids())
