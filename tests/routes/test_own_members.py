"""Our own members of Graph's objects: known ones work, misspelt ones are refused, read-only ones ignored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.attacking import BOSS, Stage, stage
from tests.routes.entitling import by_self
from tests.routes.test_bad_input_graph import AR, EM
from tests.world import Reply

__all__ = ["stage"]
POLICY, PACKAGE, SERIES = (
    f"{EM}/assignmentPolicies/{{policy}}",
    f"{EM}/accessPackages/{{package}}",
    f"{AR}/{{definition}}",
)
REVIEW = f"{SERIES}/instances/{{review}}"
OWN = "@accessReviews."


def send(stage: Stage, method: str, path: str, body: Any, as_: str = "admin@example.com") -> Reply:
    return stage.world.call(method, stage.address(path), body, as_)


@pytest.mark.parametrize(
    ("method", "path", "body", "target", "known"),
    [
        ("PATCH", POLICY, {f"{OWN}isEnabld": False}, f"{OWN}isEnabld", f"{OWN}isEnabled"),
        ("PATCH", POLICY, {f"{OWN}cutNow": True}, f"{OWN}cutNow", f"{OWN}isEnabled"),
        (
            "PUT",
            POLICY,
            {"displayName": "Staff", "reviewSettings": by_self(**{f"{OWN}autoAply": False})},
            f"reviewSettings/{OWN}autoAply",
            f"{OWN}autoApply",
        ),
        ("PATCH", SERIES, {f"{OWN}ownerReview": True}, f"{OWN}ownerReview", f"{OWN}ownersReview"),
        ("PATCH", SERIES, {"settings": {f"{OWN}cutNow": True}}, f"settings/{OWN}cutNow", "none here"),
        ("PATCH", REVIEW, {f"{OWN}delegation": True}, f"{OWN}delegation", "none here"),
        ("PATCH", PACKAGE, {f"{OWN}hidden": True}, f"{OWN}hidden", "none here"),
        (
            "POST",
            f"{EM}/resourceRequests",
            {"requestType": "adminAdd", "resource": {f"{OWN}conector": "x"}},
            f"resource/{OWN}conector",
            f"{OWN}connector",
        ),
    ],
)
def test_a_misspelt_member_of_our_own_is_refused_naming_those_there_are(
    stage: Stage, method: str, path: str, body: Any, target: str, known: str
) -> None:
    """They change what a review does; what Graph's clients send beside them is ignored."""
    reply = send(stage, method, path, body)
    assert (reply.status, reply.error["target"]) == (400, target), reply.text
    assert known in reply.error["message"]


def test_a_misspelt_private_note_is_refused_before_anything_is_decided(stage: Stage) -> None:
    item = f"{REVIEW}/decisions/{{item}}"
    reply = send(stage, "PATCH", item, {"decision": "Approve", f"{OWN}privatNote": "x"}, BOSS)
    assert (reply.status, reply.error["target"]) == (400, f"{OWN}privatNote")
    assert send(stage, "GET", item, None, BOSS).json["decision"] == "NotReviewed"


@pytest.mark.parametrize(
    ("method", "path", "as_"),
    [
        ("PUT", POLICY, "admin@example.com"),
        ("PATCH", POLICY, "admin@example.com"),
        ("PUT", SERIES, "admin@example.com"),
        ("PATCH", SERIES, "admin@example.com"),
        ("PATCH", PACKAGE, "admin@example.com"),
        ("PATCH", f"{EM}/catalogs/{{catalog}}", "admin@example.com"),
    ],
)
def test_whatever_is_read_may_be_sent_back(stage: Stage, method: str, path: str, as_: str) -> None:
    """Read-only members of ours come back with the object, from SDKs that send all of it."""
    before = send(stage, "GET", path, None, as_).json
    reply = send(stage, method, path, {**before, "nickname": "ignored"}, as_)
    assert reply.status in (200, 204), reply.text
    moved = dict.fromkeys(("modifiedDateTime", "lastModifiedDateTime"))
    assert {**send(stage, "GET", path, None, as_).json, **moved} == {**before, **moved}


def test_an_occurrence_and_an_item_may_be_sent_back_whole(stage: Stage) -> None:
    item = f"{REVIEW}/decisions/{{item}}"
    occurrence = send(stage, "GET", REVIEW, None).json
    assert send(stage, "PATCH", REVIEW, occurrence).status == 204
    decided = {**send(stage, "GET", item, None, BOSS).json, "decision": "Deny", "justification": "left"}
    assert send(stage, "PATCH", item, decided, BOSS).status == 204


def test_a_resource_with_its_connector_may_stand_in_a_reference(stage: Stage) -> None:
    """Graph's own way to grant a role: the role as it was read, with its resource, sent whole."""
    roles = send(stage, "GET", f"{EM}/catalogs/{{catalog}}/resourceRoles?$expand=resource", None).json["value"]
    (role,) = [one for one in roles if one["originId"] == "other"]
    assert f"{OWN}connector" in role["resource"]
    made = send(stage, "POST", f"{PACKAGE}/resourceRoleScopes", {"role": role})
    assert made.status == 201, made.text


SIGN_IN = "#microsoft.graph.userLastSignInRecommendationInsightSetting"
PEERS = "#microsoft.graph.groupPeerOutlierRecommendationInsightSettings"
LOOK_BACK, INSIGHTS = "recommendationLookBackDuration", "recommendationInsightSettings"


@pytest.mark.parametrize(
    ("settings", "target", "allowed"),
    [
        ({LOOK_BACK: "P60D"}, LOOK_BACK, "P30D"),
        ({LOOK_BACK: "60 days, 0:00:00"}, LOOK_BACK, "P30D"),
        ({LOOK_BACK: "soon"}, LOOK_BACK, "duration"),
        ({INSIGHTS: [{"@odata.type": PEERS}]}, f"{INSIGHTS}/0", SIGN_IN),
        ({INSIGHTS: [{"@odata.type": SIGN_IN, LOOK_BACK: "P90D"}]}, f"{INSIGHTS}/0/{LOOK_BACK}", "P30D"),
        ({INSIGHTS: [{"@odata.type": SIGN_IN, "signInScope": "application"}]}, f"{INSIGHTS}/0/signInScope", "tenant"),
    ],
)
def test_recommendations_come_from_sign_ins_within_30_days_and_nothing_else(
    stage: Stage, settings: Any, target: str, allowed: str
) -> None:
    """R106: what would be computed otherwise than it was asked for is refused."""
    reply = send(stage, "PATCH", SERIES, {"settings": settings})
    assert (reply.status, reply.error["target"]) == (400, f"settings/{target}"), reply.text
    assert allowed in reply.error["message"]


def test_what_recommendations_do_come_from_is_accepted_and_told(stage: Stage) -> None:
    told = {"@odata.type": SIGN_IN, LOOK_BACK: "P30D", "signInScope": "tenant"}
    for given in (
        {LOOK_BACK: "P30D"},
        {LOOK_BACK: "30 days, 0:00:00"},
        {INSIGHTS: [told]},
        {INSIGHTS: [], LOOK_BACK: None},
    ):
        assert send(stage, "PATCH", SERIES, {"settings": given}).status == 204
    found = send(stage, "GET", SERIES, None).json["settings"]
    assert (found[LOOK_BACK], found[INSIGHTS]) == ("P30D", [told])


def test_a_batch_for_a_principal_who_is_not_in_the_review_decides_nothing(stage: Stage) -> None:
    """R100: as Graph, which answers 204 whether or not an item matches."""
    body = {"decision": "Deny", "justification": "left", "principalId": stage.ids["eve"]}
    before = send(stage, "GET", f"{REVIEW}/decisions", None, BOSS).json["value"]
    assert send(stage, "POST", f"{REVIEW}/batchRecordDecisions", body, BOSS).status == 204
    assert send(stage, "GET", f"{REVIEW}/decisions", None, BOSS).json["value"] == before


def test_policies_through_their_package(stage: Stage) -> None:
    """The same policies as under assignmentPolicies; those of another package are not there."""
    here = f"{PACKAGE}/assignmentPolicies"
    made = send(stage, "POST", here, {"displayName": "Contractors"})
    assert made.status == 201, made.text
    assert send(stage, "GET", f"{EM}/assignmentPolicies/{made.json['id']}", None).status == 200
    changed = send(stage, "PATCH", f"{here}/{made.json['id']}", {"description": "d"})
    assert (changed.json["displayName"], changed.json["description"]) == ("Contractors", "d")
    elsewhere = f"{EM}/accessPackages/{{other_package}}/assignmentPolicies/{made.json['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        assert send(stage, method, elsewhere, {} if method == "PATCH" else None).status == 404
    assert send(stage, "DELETE", f"{here}/{made.json['id']}", None).status == 204
    assert send(stage, "GET", f"{here}/{made.json['id']}", None).status == 404
