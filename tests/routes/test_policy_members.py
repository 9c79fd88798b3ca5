"""Lifetimes and other members of an assignment policy over HTTP (R29)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.entitling import (
    KEPT,
    POLICIES,
    Office,
    office,
    refused,
    single,
)

__all__ = ["office"]


def test_members_that_are_not_acted_upon_are_kept(office: Office) -> None:
    made = office.world.post(POLICIES, office.body(displayName="Guests", **KEPT)).json
    assert {name: made[name] for name in KEPT} == KEPT
    own = f"{POLICIES}/{made['id']}"
    patched = office.world.call("PATCH", own, {"notificationSettings": None}).json
    assert patched["notificationSettings"] is None
    assert patched["requestorSettings"] == KEPT["requestorSettings"]
    stage = {"durationBeforeAutomaticDenial": "14 days, 0:00:00", "foo": 1}
    stages = {"requestApprovalSettings": {"stages": [stage], "bar": 2}}
    changed = office.world.call("PATCH", own, stages).json["requestApprovalSettings"]
    assert changed == {"stages": [{"durationBeforeAutomaticDenial": "P14D"}]}


@pytest.mark.parametrize(
    ("members", "target"),
    [
        ({"requestorSettings": []}, "requestorSettings"),
        (
            {"requestorSettings": {"enableTargetsToSelfAddAccess": "yes"}},
            "requestorSettings/enableTargetsToSelfAddAccess",
        ),
        ({"specificAllowedTargets": [{"userId": "x"}]}, "specificAllowedTargets/0/@odata.type"),
        ({"specificAllowedTargets": [7]}, "specificAllowedTargets/0"),
        ({"specificAllowedTargets": [{**single("x"), "description": "z" * 3_990}] * 10}, "specificAllowedTargets"),
        (
            {"requestApprovalSettings": {"stages": [{"durationBeforeEscalation": "soon"}]}},
            "requestApprovalSettings/stages/0/durationBeforeEscalation",
        ),
    ],
)
def test_kept_members_are_checked_too(office: Office, members: dict[str, Any], target: str) -> None:
    refused(office.world.post(POLICIES, office.body(displayName="Guests", **members)), 400, target)


@pytest.mark.parametrize(
    ("expiration", "kept"),
    [
        (None, {"type": "noExpiration", "duration": None, "endDateTime": None}),
        ({"type": "NoExpiration"}, {"type": "noExpiration", "duration": None, "endDateTime": None}),
        ({"type": "afterDuration", "duration": "P1Y"}, {"type": "afterDuration", "duration": "P365D"}),
        ({"type": "afterDuration", "duration": "PT8H"}, {"type": "afterDuration", "duration": "PT8H"}),
        ({"duration": "1 day, 12:00:00"}, {"type": "afterDuration", "duration": "P1DT12H"}),
        ({"type": "afterDuration", "duration": "P0D"}, {"type": "afterDuration", "duration": "P0D"}),
        ({"type": "afterDuration", "duration": "P3660D"}, {"type": "afterDuration", "duration": "P3660D"}),
        (
            {"type": "afterDateTime", "endDateTime": "2027-01-01T02:00:00.1234567+02:00"},
            {"type": "afterDateTime", "endDateTime": "2027-01-01T00:00:00Z"},
        ),
    ],
)
def test_lifetimes_that_are_taken(office: Office, expiration: Any, kept: dict[str, Any]) -> None:
    made = office.world.post(POLICIES, office.body(displayName="Guests", expiration=expiration)).json
    assert made["expiration"] == {"duration": None, "endDateTime": None, **kept}


@pytest.mark.parametrize(
    ("expiration", "target"),
    [
        ({"type": "afterDuration", "duration": "P3661D"}, "expiration/duration"),
        ({"type": "afterDuration", "duration": "PT90M"}, "expiration/duration"),
        ({"type": "afterDuration", "duration": 30}, "expiration/duration"),
        ({"type": "afterDuration"}, "expiration/duration"),
        ({"type": "afterDateTime"}, "expiration/endDateTime"),
        ({"type": "afterDateTime", "endDateTime": "2026-03-01T00:00:00Z"}, "expiration/endDateTime"),
        ({"type": "afterDateTime", "endDateTime": "9999-12-31T23:59:59-10:00"}, "expiration/endDateTime"),
        ({"type": "afterDateTime", "endDateTime": "tomorrow"}, "expiration/endDateTime"),
        ({"type": "someday"}, "expiration/type"),
        ("P30D", "expiration"),
    ],
)
def test_lifetimes_that_are_refused(office: Office, expiration: Any, target: str) -> None:
    """R29: 0 to 3,660 days, or a date in the future."""
    body = office.body(displayName="Guests", expiration=expiration)
    refused(office.world.post(POLICIES, body), 400, target)


def test_an_end_date_that_has_passed_meanwhile_does_not_stop_other_changes(office: Office) -> None:
    world, own = office.world, f"{POLICIES}/{office.policy.id}"
    expiration = {"type": "afterDateTime", "endDateTime": "2026-03-10T00:00:00Z"}
    world.call("PATCH", own, {"expiration": expiration})
    world.clock.advance(days=30)
    assert world.call("PATCH", own, {"description": "d", "expiration": expiration}).status == 200
    refused(world.call("PATCH", own, {"expiration": {**expiration, "endDateTime": "2026-03-11T00:00:00Z"}}), 400)
