"""Rules of the reference around snapshots, decisions and closing, each through the whole product."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role
from chalicelib.domain.reviews import Status
from tests import factories
from tests.house import House, house

__all__ = ["house"]
EM = "/v1.0/identityGovernance/entitlementManagement"


def test_who_is_reviewed_and_by_whom_is_frozen_at_the_opening(house: House) -> None:
    """R65, R72, R135, R146: what changes afterwards waits for the next review."""
    late = house.organisation.person("late")
    policy = house.policy(*house.staff("ann"))
    review = house.opened(policy)
    house.organisation.assign(policy, late)
    house.organisation.person("ann", manager="late")
    house.world.tick()
    assert set(house.items(review, house.boss)) == {"Ann"}
    assert house.items(review, house.boss)["Ann"]["@accessReviews.reviewerReason"] == "manager"
    assert house.world.get(house.url(review), late.principal_name).status == 404


def test_the_fallback_is_asked_for_who_has_no_usable_manager(house: House) -> None:
    """R71, G9: no manager, one who left, one whose account is disabled."""
    house.organisation.person("gone", enabled=False)
    alone = house.organisation.person("alone")
    orphan = house.organisation.person("orphan", manager="nobody")
    below = house.organisation.person("below", manager="gone")
    review = house.opened(house.policy(alone, orphan, below, *house.staff("ann")))
    shown = house.items(review, house.deputy)
    assert set(shown) == {"Alone", "Orphan", "Below"}
    assert {one["@accessReviews.reviewerReason"] for one in shown.values()} == {"fallback"}


def test_an_item_records_what_was_decided_by_whom_and_when(house: House) -> None:
    """R67, R89, R101: it begins not reviewed, takes the four values, and goes back to not reviewed."""
    review = house.opened(house.policy(*house.staff("ann")))
    assert house.items(review, house.boss)["Ann"]["decision"] == "NotReviewed"
    for decision in ("Approve", "Deny", "DontKnow"):
        assert house.decide(review, house.boss, "Ann", decision, "A reason.").status == 204
        shown = house.items(review, house.boss)["Ann"]
        assert (shown["decision"], shown["justification"]) == (decision, "A reason.")
        assert shown["reviewedBy"]["id"] == house.boss.id
        assert shown["reviewedDateTime"] == "2026-03-02T23:59:30Z"
    assert house.decide(review, house.boss, "Ann", "NotReviewed").status == 204
    assert house.items(review, house.boss)["Ann"]["decision"] == "NotReviewed"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(29.99, "Approve"), (30, "Deny"), (31, "Deny"), (None, "Deny")],
)
def test_a_sign_in_within_thirty_days_recommends_to_approve(house: House, days: float | None, expected: str) -> None:
    """R103, R105, R106, R107, G20, G21: exactly thirty times 24 hours before the opening is inactive."""
    opening = house.world.clock.now().replace(hour=23, minute=59, second=0)
    last = opening - timedelta(days=days) if days is not None else None
    facts = {"last_sign_in": last, "never_signed_in": days is None, "sign_in_as_of": opening}
    review = house.opened(house.policy(*house.staff("ann", **facts)))
    assert house.items(review, house.boss)["Ann"]["recommendation"] == expected


def test_without_sign_in_data_nothing_is_recommended(house: House) -> None:
    """R105, G21: no source, and a source too old to know the whole look-back."""
    old = house.world.clock.now() - timedelta(days=40)
    people = [
        *house.staff("ann", last_sign_in=None, sign_in_as_of=None),
        *house.staff("bob", last_sign_in=old, sign_in_as_of=old),
    ]
    review = house.opened(house.policy(*people))
    assert {one["recommendation"] for one in house.items(review, house.boss).values()} == {"NoInfoAvailable"}


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (NoResponse.KEEP, {"Active", "Idle", "Unknown"}),
        (NoResponse.REMOVE, set()),
        (NoResponse.RECOMMENDATION, {"Active", "Unknown"}),
    ],
)
def test_the_outcomes_of_silence(house: House, outcome: NoResponse, kept: set[str]) -> None:
    """R113, R115, R116, G19, G23: no information acts as keep, and the decided are left alone."""
    now = house.world.clock.now()
    people = [
        *house.staff("active", "denied"),
        *house.staff("idle", last_sign_in=now - timedelta(days=60)),
        *house.staff("unknown", last_sign_in=None, sign_in_as_of=None),
    ]
    policy = house.policy(*people, no_response=outcome)
    review = house.opened(policy)
    house.decide(review, house.boss, "Denied", "Deny")
    house.closed(review)
    assert house.holders(policy) == kept


def test_after_the_close_everything_happens_by_itself(house: House) -> None:
    """R117, R118, R119, R120, R121, R124, G26: denied people lose the package, and no person is named for it."""
    policy = house.policy(*house.staff("ann", "bob"))
    review = house.opened(policy)
    assert house.status(review)["status"] == Status.IN_PROGRESS
    house.decide(review, house.boss, "Ann", "Deny")
    house.decide(review, house.boss, "Bob", "Approve")
    house.closed(review)
    assert house.status(review)["status"] == Status.APPLIED and house.holders(policy) == {"Bob"}
    items = house.world.get(house.url(review, "decisions")).json["value"]
    shown = {one["principal"]["displayName"]: one for one in items}
    assert shown["Ann"]["applyResult"] == "AppliedSuccessfully"
    assert shown["Ann"]["appliedDateTime"] and shown["Ann"]["appliedBy"]["displayName"] == ""
    requests = house.world.get(f"{EM}/assignmentRequests?$filter=requestType eq 'systemRemove'").json["value"]
    assert [one["@accessReviews.instanceId"] for one in requests] == [review.id]


def test_without_auto_apply_somebody_applies_by_hand_once_the_review_is_completed(house: House) -> None:
    """R118, R121: not before, and the person is named."""
    policy = house.policy(*house.staff("ann"), auto_apply=False)
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny")
    assert house.world.post(house.url(review, "applyDecisions")).status == 409
    house.closed(review)
    assert house.status(review)["status"] == Status.COMPLETED and house.holders(policy) == {"Ann"}
    assert house.world.post(house.url(review, "applyDecisions")).status == 204
    house.world.tick()
    assert house.holders(policy) == set()
    (item,) = house.world.get(house.url(review, "decisions")).json["value"]
    assert item["appliedBy"]["userPrincipalName"] == "admin@example.com"


def test_an_assignment_that_ended_meanwhile_does_no_harm_to_the_others(house: House) -> None:
    """R120, R136: its result says that there was nothing to remove."""
    policy = house.policy(*house.staff("ann", "bob"))
    review = house.opened(policy)
    for name in ("Ann", "Bob"):
        house.decide(review, house.boss, name, "Deny")
    gone = house.items(review, house.boss)["Ann"]["@accessReviews.assignmentId"]
    body = {"requestType": "adminRemove", "assignment": {"id": gone}}
    assert house.world.post(f"{EM}/assignmentRequests", body).status == 201
    house.closed(review)
    items = house.world.get(house.url(review, "decisions")).json["value"]
    results = {one["principal"]["displayName"]: one["applyResult"] for one in items}
    assert results == {"Ann": "AppliedSuccessfullyButObjectNotFound", "Bob": "AppliedSuccessfully"}


def test_anybody_can_be_named_a_reviewer_and_needs_no_role_to_decide(house: House) -> None:
    """R69, R99, R169: named people share one list; an administrator who is not named decides nothing."""
    somebody = house.organisation.person("somebody")
    settings = factories.by_people(house.world.clock.now().date(), house.boss, somebody, justification_required=False)
    policy = house.organisation.policy(review=settings)
    house.organisation.assign(policy, *house.staff("ann", "bob"))
    review = house.opened(policy)
    for reviewer in (house.boss, somebody):
        assert set(house.items(review, reviewer)) == {"Ann", "Bob"}
    assert house.decide(review, somebody, "Ann", "Deny").status == 204
    item = house.items(review, somebody)["Bob"]
    reply = house.world.call("PATCH", house.url(review, f"decisions/{item['id']}"), {"decision": "Deny"})
    assert reply.status == 403


def test_the_list_of_a_packages_reviews_shows_their_status_and_counts(house: House) -> None:
    """R148, R149: the policies of a package that have reviews, each with its report; auditors read it too."""
    auditor = house.organisation.person("auditor")
    house.organisation.grant(auditor, Role.AUDITOR)
    policy = house.policy(*house.staff("ann", "bob"))
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny")
    house.world.drain()
    url = f"/api/v1/reviews?accessPackageId={policy.package_id}"
    (series,) = house.world.get(url, auditor.principal_name).json["value"]
    assert series["latest"]["status"] == Status.IN_PROGRESS
    assert (series["latest"]["counts"]["total"], series["latest"]["counts"]["denied"]) == (2, 1)


def test_helpers_are_on_and_reasons_are_required_unless_a_policy_says_otherwise(house: House) -> None:
    """R98, R111, G19: the defaults of review settings, keep access among them."""
    package = house.organisation.package()
    settings = {
        "isEnabled": True,
        "isSelfReview": True,
        "expirationBehavior": "keepAccess",
        "schedule": {
            "startDateTime": "2026-04-01T00:00:00Z",
            "expiration": {"type": "afterDuration", "duration": "P14D"},
        },
    }
    body = {"displayName": "Staff", "accessPackage": {"id": package.id}, "reviewSettings": settings}
    made = house.world.post(f"{EM}/assignmentPolicies", body)
    assert made.status == 201, made.text
    shown = made.json["reviewSettings"]
    assert (shown["isRecommendationEnabled"], shown["isReviewerJustificationRequired"]) == (True, True)
    assert shown["expirationBehavior"] == "keepAccess"


def test_only_active_assignments_are_reviewed(house: House) -> None:
    """R64, G7: neither one that has not begun, nor one that is over."""
    ann, early, over = house.staff("ann", "early", "over")
    policy = house.policy(ann, over)
    start = {"startDateTime": "2026-04-01T00:00:00Z"}
    for person, kind, schedule in ((early, "adminAdd", start), (over, "adminRemove", None)):
        held = {"targetId": person.id, "assignmentPolicyId": policy.id}
        if kind == "adminRemove":
            query = f"$filter=target/objectId eq '{person.id}'"
            held = {"id": house.world.get(f"{EM}/assignments?{query}").json["value"][0]["id"]}
        body = {"requestType": kind, "assignment": held, "schedule": schedule}
        assert house.world.post(f"{EM}/assignmentRequests", body).status == 201
    review = house.opened(policy)
    assert set(house.items(review, house.boss)) == {"Ann"}
    assert house.status(review)["population"]["items"] == 1


def test_the_start_mail_names_review_package_due_date_and_leads_to_the_review(house: House) -> None:
    """R77, R78: to the reviewer, once."""
    review = house.opened(house.policy(*house.staff("ann")))
    (mail,) = house.world.mails()
    assert mail["to"] == house.boss.mail and "Reporting" in mail["subject"]
    for words in ("Reporting", "16 March", f"/reviews/{review.id}"):
        assert words in mail["body"]


def test_who_hears_that_a_review_has_finished(house: House) -> None:
    """R82, G14: who last saved the settings, and the owners of the catalog, each once."""
    saver, owner = (house.organisation.person(name) for name in ("saver", "owner"))
    house.organisation.grant(saver, Role.ADMINISTRATOR)
    policy = house.policy(*house.staff("ann"))
    house.organisation.grant(owner, Role.CATALOG_OWNER, f"catalog:{policy.catalog_id}")
    url = f"{EM}/assignmentPolicies/{policy.id}"
    settings = house.world.get(url).json["reviewSettings"]
    saved = {"reviewSettings": {**settings, "isRecommendationEnabled": False}}
    assert house.world.call("PATCH", url, saved, saver.principal_name).status == 200
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Approve")
    before = len(house.world.mails())
    house.closed(review)
    told = [mail["to"] for mail in house.world.mails()[before:]]
    assert sorted(told) == [owner.mail, saver.mail]


def test_who_lost_access_is_told_once_and_not_by_whom(house: House) -> None:
    """R88, G15: the mail names the review and leaves the reviewer out."""
    (ann,) = house.staff("ann")
    review = house.opened(house.policy(ann))
    house.decide(review, house.boss, "Ann", "Deny", "Moved to another team.")
    house.closed(review)
    (mail,) = [one for one in house.world.mails() if one["to"] == ann.mail]
    assert "Reporting" in mail["body"] and house.boss.display_name not in mail["body"]


def test_one_reason_typed_for_accepted_recommendations_stands_on_every_approval(house: House) -> None:
    """G17."""
    review = house.opened(house.policy(*house.staff("ann", "bob")))
    body = {"justification": "As recommended."}
    assert house.world.post(house.url(review, "acceptRecommendations"), body, house.boss.principal_name).status == 204
    assert {one["justification"] for one in house.items(review, house.boss).values()} == {"As recommended."}


def test_results_are_kept_when_all_is_over(house: House) -> None:
    """R157, G39: a year later the item still says what was decided."""
    review = house.opened(house.policy(*house.staff("ann")))
    house.decide(review, house.boss, "Ann", "Deny", "Left.")
    house.closed(review)
    house.world.clock.advance(days=365)
    (item,) = house.world.get(house.url(review, "decisions")).json["value"]
    assert (item["decision"], item["justification"]) == ("Deny", "Left.")
