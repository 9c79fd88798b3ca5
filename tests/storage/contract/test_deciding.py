"""Decision items: what one conditional update lets through, and what it leaves standing when it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.items import (
    MOST_SUBMISSIONS,
    ApplyResult,
    Cancelled,
    Decision,
    DecisionItem,
    HistoryEntry,
    Recommendation,
)
from chalicelib.storage.tables import ItemRow
from chalicelib.usecases.ports import Services
from tests.backends import Backend
from tests.world import START

Fresh = Callable[[str], str]
DEADLINE = START + timedelta(days=14)
APPROVE, DENY, OPEN = Decision.APPROVE, Decision.DENY, Decision.NOT_REVIEWED


def _item(fresh: Fresh, number: int = 0, **facts: Any) -> DecisionItem:
    instance, set_id = fresh("instance"), ids.set_of_one(fresh("boss"))
    known: dict[str, Any] = {
        "display_name": "Ann",
        "principal_name": "ann@example.com",
        "manager_id": fresh("boss"),
        "manager_name": "Boss",
        "assigned": START,
        "last_sign_in": START,
        "sign_in_as_of": START,
        "recommendation": Recommendation.APPROVE,
        "resource": "a1" * 6,
        "last_used": START,
        "why": "manager",
        "deadline": DEADLINE,
        "salt": "00" * 16,
        "leaf": "ff" * 32,
    }
    return DecisionItem(
        instance_id=instance,
        id=ids.decision_id(set_id, 1, str(number), instance),
        assignment_id=ids.guid("assignment", number),
        principal_id=fresh("ann"),
        **{**known, **facts},
    )


def _entry(by: str, decision: Decision, operation: str = "1" * 32, reason: str = "") -> HistoryEntry:
    return HistoryEntry(decision=decision, by=by, at=int(START.timestamp() * 1000), operation=operation, reason=reason)


@pytest.fixture
def stored(services: Services, fresh: Fresh) -> DecisionItem:
    made = _item(fresh)
    services.items.create([made])
    return made


def _now(services: Services, item: DecisionItem) -> DecisionItem:
    found = services.items.get(item.instance_id, item.id)
    assert found is not None
    return found


def _record(services: Services, item: DecisionItem, entry: HistoryEntry, **more: Any) -> bool:
    now: datetime = more.pop("now", START)
    return services.items.record(item.instance_id, item.id, entry, now, **more).accepted


def test_an_item_comes_back_as_it_was_frozen(services: Services, fresh: Fresh, stored: DecisionItem):
    assert _now(services, stored) == stored
    assert services.items.get(stored.instance_id, _item(fresh, 1).id) is None


def test_each_submission_is_kept_and_the_last_one_counts(services: Services, fresh: Fresh, stored: DecisionItem):
    """P7"""
    entries = [_entry(fresh("boss"), decision, str(n) * 32, "why: €\n") for n, decision in enumerate((APPROVE, DENY))]
    assert all(_record(services, stored, entry) for entry in entries)
    found = _now(services, stored)
    assert found.decision is DENY
    assert [(one.decision, one.by, one.reason) for one in found.history] == [
        (one.decision, one.by, one.reason) for one in entries
    ]


def test_a_repeat_of_ones_own_submission_is_accepted_and_recorded_once(
    refusals_told: None, services: Services, fresh: Fresh, stored: DecisionItem
):
    """The answer to the first was lost on the way, and the item says no by now."""
    entry = _entry(fresh("boss"), APPROVE)
    for _ in range(2):
        assert _record(services, stored, entry, version=0)
    assert len(_now(services, stored).history) == 1
    assert not _record(services, stored, _entry(fresh("boss"), APPROVE, "2" * 32), version=0)


@pytest.mark.parametrize(
    ("asked", "accepted"),
    [
        ({"now": DEADLINE - timedelta(milliseconds=1)}, True),
        ({"now": DEADLINE}, False),
        ({"now": DEADLINE, "extended": True}, True),
        ({"exclude_principal": "ann"}, False),
        ({"exclude_principal": "ben"}, True),
        ({"only_undecided": True}, True),
        ({"version": 0}, True),
        ({"version": 1}, False),
    ],
)
def test_an_undecided_item_is_decided_only_as_asked(
    services: Services, fresh: Fresh, stored: DecisionItem, asked: dict[str, Any], accepted: bool
):
    """P5: the deadline is exclusive, to the millisecond."""
    if "exclude_principal" in asked:
        asked = {"exclude_principal": fresh(asked["exclude_principal"])}
    assert _record(services, stored, _entry(fresh("boss"), APPROVE), **asked) is accepted
    assert _now(services, stored).decision is (APPROVE if accepted else OPEN)


@pytest.mark.parametrize(("by", "accepted"), [("first", True), ("second", False)])
def test_a_denial_may_be_for_its_reviewer_alone_to_replace(
    services: Services, fresh: Fresh, stored: DecisionItem, by: str, accepted: bool
):
    assert _record(services, stored, _entry(fresh("first"), DENY))
    again = _entry(fresh(by), APPROVE, "2" * 32)
    assert _record(services, stored, again, replace_denial_of_others=False) is accepted
    assert not _record(services, stored, _entry(fresh(by), APPROVE, "3" * 32), only_undecided=True)


@pytest.mark.parametrize("how", ["closed", "cancelled", "being removed"])
def test_what_is_over_is_decided_no_more(
    refusals_told: None, services: Services, fresh: Fresh, stored: DecisionItem, how: str
):
    """P5, P11"""
    place = (stored.instance_id, stored.id)
    if how == "closed":
        assert services.items.close(*place, None, "noResponse")
        assert services.items.close(*place, None, "noResponse"), "a repeat is accepted"
        assert not services.items.close(*place, None, "stoppedEarly")
    elif how == "cancelled":
        assert all(services.items.cancel(*place, Cancelled.EXPIRED, START) for _ in range(2))
    else:
        assert _record(services, stored, _entry(fresh("boss"), DENY, "9" * 32))
        assert all(services.items.claim_removal(*place) for _ in range(2)), "a repeat is accepted"
        services.items.applied(*place, ApplyResult.DONE, START, "")
        assert not services.items.claim_removal(*place)
    before = _now(services, stored)
    assert not _record(services, stored, _entry(fresh("boss"), APPROVE))
    assert _now(services, stored) == before


def test_only_a_denial_in_force_is_removed(refusals_told: None, services: Services, fresh: Fresh, stored: DecisionItem):
    """P11"""
    place = (stored.instance_id, stored.id)
    assert not services.items.claim_removal(*place)
    _record(services, stored, _entry(fresh("boss"), DENY))
    services.items.cancel(*place, Cancelled.EXPIRED, START)
    assert not services.items.claim_removal(*place)
    assert not _now(services, stored).removal_begun


def test_a_history_ends_somewhere(services: Services, fresh: Fresh):
    full = tuple(_entry(fresh("boss"), APPROVE, f"{n:032x}") for n in range(MOST_SUBMISSIONS))
    made = _item(fresh, history=full, decision=APPROVE)
    services.items.create([made])
    assert not _record(services, made, _entry(fresh("boss"), DENY, "f" * 32))
    assert len(_now(services, made).history) == MOST_SUBMISSIONS


def test_a_person_is_forgotten_in_what_names_them(services: Services, fresh: Fresh, stored: DecisionItem):
    """R137"""
    services.items.forget(stored.instance_id, stored.id, "Deleted user")
    services.items.forget_manager(stored.instance_id, stored.id, fresh("boss"), "Deleted manager")
    found = _now(services, stored)
    assert (found.display_name, found.principal_name, found.manager_name) == ("Deleted user", "", "Deleted manager")


def test_items_are_paged_in_one_order_and_found_by_id(services: Services, fresh: Fresh):
    """P4, P22"""
    made = [_item(fresh, number) for number in range(60)]
    services.items.create(made)
    set_id = ids.set_of_one(fresh("boss"))
    for read in (services.items.page, services.items.sweep):
        found: list[DecisionItem] = []
        after: str | None = None
        for _ in range(60):
            page = read(fresh("instance"), set_id, 0, 7, after)
            found += page.items
            after = page.next
            if after is None:
                break
        assert found == sorted(made, key=lambda one: one.id)
    wanted = [one.id for one in reversed(made)]
    assert services.items.get_many(fresh("instance"), [*wanted, wanted[0], _item(fresh, 99).id]) == made[::-1]


def test_the_stream_tells_each_change_with_what_stood_before(
    whole_aws: None, engine: Backend, services: Services, fresh: Fresh, stored: DecisionItem
):
    """What changes nothing is not told: the counters would not see it either."""
    _record(services, stored, _entry(fresh("boss"), APPROVE))
    _record(services, stored, _entry(fresh("boss"), APPROVE, "2" * 32), now=DEADLINE)
    records = [
        one["dynamodb"]
        for one in engine.stream(ItemRow.Meta.table_name)
        if one["dynamodb"]["Keys"]["pk"]["S"].startswith(ids.bare(fresh("instance")))
    ]
    assert [("OldImage" in one, one["NewImage"]["d"]) for one in records] == [(False, {"S": "N"}), (True, {"S": "A"})]
    assert int(records[0]["SequenceNumber"]) < int(records[1]["SequenceNumber"])
