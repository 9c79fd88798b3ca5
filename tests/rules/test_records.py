"""What stays on record: the names of events, how long they are kept, results one can search, what an item holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.people import Group
from chalicelib.usecases import decide_bulk
from tests import factories
from tests.house import AR, House, house
from tests.routes.entitling import (
    ASSIGNMENTS,
    CATALOGS,
    PACKAGES,
    POLICIES,
    REQUESTS,
    Office,
    added,
    by_self,
    change,
    office,
    refused,
    shown,
)
from tests.routes.reporting import reviewed
from tests.world import World

__all__ = ["house", "office"]
GRAPH = "https://graph.example.com/v1.0"


def trail(world: World, query: str = "from=2026-03-01") -> list[dict[str, Any]]:
    """The audit events of a query, over all of its pages."""
    found, url = [], f"/api/v1/audit?{query}"
    while url:
        answer = world.get(url)
        assert answer.status == 200, answer.text
        found += answer.json["value"]
        url = answer.json.get("nextLink", "").partition("/api")[2]
    return found


def names(world: World, category: str) -> set[str]:
    return {one["activityDisplayName"] for one in trail(world) if one["category"] == category}


def test_audit_events_are_kept_without_end(house: House) -> None:
    """R158, R184, G39: the reference keeps thirty days; here nothing goes away by itself."""
    review = house.opened(house.policy(*house.staff("ann")))
    house.decide(review, house.boss, "Ann", "Deny")
    house.closed(review)
    before = trail(house.world, f"target={review.id}&from=2026-03-01")
    assert len(before) >= 4
    house.world.clock.advance(days=3_600)
    house.world.tick()
    assert trail(house.world, f"target={review.id}&from=2026-03-01") == before


def test_the_life_of_a_review_has_the_references_names(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """R159: making, changing, deciding in bulk, resetting, applying by hand, deleting."""
    monkeypatch.setattr(decide_bulk, "INLINE", 0)  # in bulk means: too many for the call itself
    policy = house.policy(*house.staff("ann", "bob"), auto_apply=False)
    url = f"{POLICIES}/{policy.id}"
    assert house.world.call("PATCH", url, {"reviewSettings": {"isRecommendationEnabled": False}}).status == 200
    review = house.opened(policy)
    for decision in ("Approve", "DontKnow", "Deny"):
        body = {"decision": decision, "justification": "All of them."}
        assert (
            house.world.post(house.url(review, "batchRecordDecisions"), body, house.boss.principal_name).status == 204
        )
        house.world.drain()
    assert house.world.post(house.url(review, "resetDecisions")).status == 204
    house.world.drain()
    assert house.decide(review, house.boss, "Ann", "Deny").status == 204
    house.closed(review)
    assert house.world.post(house.url(review, "applyDecisions")).status == 204
    house.world.tick()
    assert house.world.call("DELETE", f"{AR}/{review.definition_id}").status == 204
    told = names(house.world, "Policy") | names(house.world, "UserManagement")
    assert told >= {
        "Create access review",
        "Update access review",
        "Delete access review",
        "Access review ended",
        "Deny decision",
        "Apply decision",
        "Bulk Approve decisions",
        "Bulk Deny decisions",
        "Bulk mark decisions as don't know",
        "Bulk Reset decisions",
        "Apply review",
    }


def test_what_is_done_to_entitlements_has_the_references_names(office: Office) -> None:
    """R160: catalogs, packages, policies, direct assignments and their ends, separation of duties, roles."""
    world = office.world
    catalog = world.post(CATALOGS, {"displayName": "Sales"}).json["id"]
    package = world.post(PACKAGES, {"displayName": "Deals", "catalog": {"id": catalog}}).json["id"]
    body = {"displayName": "Staff", "accessPackage": {"id": package}}
    policy = world.post(POLICIES, body).json["id"]
    for url, name in ((f"{CATALOGS}/{catalog}", "Buying"), (f"{PACKAGES}/{package}", "Offers")):
        assert world.call("PATCH", url, {"displayName": name}).status in (200, 204)
    assert world.call("PATCH", f"{POLICIES}/{policy}", {"displayName": "All"}).status == 200
    crew = Group(id=ids.guid("group", "crew"), display_name="Crew")
    world.services.writer.put_all([crew])
    for part, target in (
        ("incompatibleAccessPackages", f"/identityGovernance/entitlementManagement/accessPackages/{office.package.id}"),
        ("incompatibleGroups", f"/groups/{crew.id}"),
    ):
        assert world.post(f"{PACKAGES}/{package}/{part}/$ref", {"@odata.id": GRAPH + target}).status == 204
        other = target.rpartition("/")[2]
        assert world.call("DELETE", f"{PACKAGES}/{package}/{part}/{other}/$ref").status == 204
    role = {"role": "auditor", "scope": "", "principalId": office.eve.id}
    given = world.post("/api/v1/roles", role).json["id"]
    assert world.call("DELETE", f"/api/v1/roles/{given}").status == 204
    own = added(office, office.ann)
    world.post(REQUESTS, change("adminUpdate", own, schedule={"expiration": {"type": "noExpiration"}}))
    assert world.post(REQUESTS, change("adminRemove", own)).status == 201
    later = office.add(office.bob, schedule={"startDateTime": "2026-04-01T00:00:00Z"}).json["id"]
    assert world.post(f"{REQUESTS}/{later}/cancel").status == 204
    for url in (f"{POLICIES}/{policy}", f"{PACKAGES}/{package}", f"{CATALOGS}/{catalog}"):
        assert world.call("DELETE", url).status == 204
    assert names(world, "EntitlementManagement") >= {
        *(f"{verb} {kind}" for verb in ("Create", "Update", "Delete") for kind in ("catalog", "access package")),
        *(f"{verb} access package assignment policy" for verb in ("Create", "Update", "Delete")),
        *(f"{verb} incompatible {kind}" for verb in ("Create", "Delete") for kind in ("access package", "group")),
        *(f"{verb} role assignment" for verb in ("Add", "Remove")),
        "Administrator directly assigns user to access package",
        "Administrator directly removes user access package assignment",
        "Cancel access package assignment request",
    }


def test_what_an_administrator_does_to_an_assignment_is_a_request_of_its_kind(office: Office) -> None:
    """R35, R45: adminAdd, adminUpdate and adminRemove; the last names the assignment and ends it."""
    own = added(office, office.ann)
    office.world.clock.advance(minutes=1)
    update = change("adminUpdate", own, schedule={"expiration": {"type": "noExpiration"}})
    assert office.world.post(REQUESTS, update).json["requestType"] == "adminUpdate"
    office.world.clock.advance(minutes=1)
    refused(office.world.post(REQUESTS, {"requestType": "adminRemove", "assignment": {}}), 400, "assignment/id")
    removal = office.world.post(REQUESTS, change("adminRemove", own, justification="Left.")).json
    assert (removal["requestType"], removal["state"], removal["assignment"]["id"]) == ("adminRemove", "delivered", own)
    assert shown(office, own)["state"] == "expired"
    asked = office.world.get(f"{REQUESTS}?$filter=assignment/target/objectId eq '{office.ann.id}'").json["value"]
    assert [one["requestType"] for one in asked] == ["adminRemove", "adminUpdate", "adminAdd"]
    assert office.world.get(f"{ASSIGNMENTS}?$filter=state eq 'delivered'").json["value"] == []


def test_reviews_can_be_switched_on_while_a_policy_is_made(office: Office) -> None:
    """R17: in the very request that makes the policy."""
    made = office.world.post(POLICIES, office.body(displayName="Guests", reviewSettings=by_self()))
    assert made.status == 201 and made.json["reviewSettings"]["isEnabled"] is True
    series = office.world.get(f"/api/v1/review-series/{ids.definition_id(made.json['id'])}").json
    assert (series["kind"], series["next"][0]["date"]) == ("policy", "2026-04-01")


def test_results_are_searched_by_display_and_principal_name(house: House) -> None:
    """R151: among the results of a running review; upper and lower case are the same."""
    review = house.opened(house.policy(*house.staff("anna", "hanna", "bob")))

    def found(text: str) -> set[str]:
        rows = house.world.get(house.url(review, f"decisions?$filter={text}")).json["value"]
        return {row["principal"]["displayName"] for row in rows}

    assert found("contains(principal/displayName,'ANN')") == {"Anna", "Hanna"}
    assert found("startswith(principal/userPrincipalName,'anna@')") == {"Anna"}
    assert found("contains(principal/displayName,'nobody')") == set()


def test_a_history_report_says_no_info_in_the_references_words(world: World) -> None:
    """R105, R153: exported as "No Info"."""
    report = reviewed(world)
    now = world.clock.now()
    blank = report.org.person("blank", manager="boss", last_sign_in=None, sign_in_as_of=None)
    settings = factories.by_people(now.date() + timedelta(days=1), report.boss)
    policy = report.org.policy(report.package, "Second", settings)
    report.org.assign(policy, blank)
    world.clock.advance(days=1)
    world.tick()
    report.close()
    (row,) = [one for one in report.report() if one["PrincipalName"] == "Blank"]
    assert row["AccessRecommendation"] == "No Info"


def test_an_item_holds_who_what_and_the_recommendation_and_later_what_became_of_it(house: House) -> None:
    """R101: principal, resource, recommendation, decision, reason, reviewer, time; then who applied it, when, how."""
    (ann,) = house.staff("ann")
    policy = house.policy(ann, auto_apply=False)
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny", "Left.")
    found = house.items(review, house.boss)["Ann"]
    assert (found["principal"]["id"], found["principal"]["userPrincipalName"]) == (ann.id, ann.principal_name)
    assert (found["resource"]["id"], found["resource"]["accessPackageId"]) == (policy.id, policy.package_id)
    assert (found["recommendation"], found["decision"], found["justification"]) == ("Approve", "Deny", "Left.")
    assert (found["reviewedBy"]["id"], found["reviewedDateTime"]) == (house.boss.id, "2026-03-02T23:59:30Z")
    assert (found["applyResult"], found["appliedDateTime"]) == ("New", None)
    house.closed(review)
    assert house.world.post(house.url(review, "applyDecisions")).status == 204
    house.world.tick()
    (found,) = house.world.get(house.url(review, "decisions")).json["value"]
    assert (found["applyResult"], found["appliedBy"]["userPrincipalName"]) == (
        "AppliedSuccessfully",
        "admin@example.com",
    )
    assert found["appliedDateTime"] > "2026-03-16T23:59:00Z"


def test_other_reviewers_see_that_somebody_who_does_not_know_is_done(house: House) -> None:
    """R92: the choice and its author are seen by the others, and it is in the audit trail."""
    other = house.organisation.person("other")
    today = house.world.clock.now().date()
    settings = factories.by_people(today, house.boss, other, justification_required=False)
    policy = house.organisation.policy(review=settings)
    house.organisation.assign(policy, house.organisation.person("ann"))
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "DontKnow")
    house.world.drain()
    seen = house.items(review, other)["Ann"]
    assert (seen["decision"], seen["reviewedBy"]["displayName"]) == ("DontKnow", "Boss")
    (event,) = trail(house.world, "from=2026-03-01&activity=Don't know decision")
    assert event["initiatedBy"]["user"]["id"] == house.boss.id


def test_a_review_takes_decisions_until_the_last_second_of_its_duration(house: House) -> None:
    """R52, R112: fourteen days from the opening on, and not a second longer."""
    review = house.opened(house.policy(*house.staff("ann")))
    assert review.closes - review.opens == timedelta(days=14)
    house.world.clock.set(review.closes - timedelta(seconds=1))
    assert house.decide(review, house.boss, "Ann", "DontKnow").status == 204
    house.world.clock.set(review.closes)
    assert house.decide(review, house.boss, "Ann", "Deny").status == 409
    house.closed(review)
    assert [row["decision"] for row in house.world.get(house.url(review, "decisions")).json["value"]] == ["DontKnow"]


def test_nobody_deletes_an_item(house: House) -> None:
    """R67: made by the system, one for each person, and there for good."""
    review = house.opened(house.policy(*house.staff("ann", "bob")))
    items = house.items(review, house.boss)
    assert set(items) == {"Ann", "Bob"}
    for item in items.values():
        url = house.url(review, f"decisions/{item['id']}")
        for who in ("admin@example.com", house.boss.principal_name):
            assert house.world.call("DELETE", url, None, who).status >= 400
    assert house.items(review, house.boss) == items
