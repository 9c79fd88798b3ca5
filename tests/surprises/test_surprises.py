"""The surprises of the reference (section 18), each through the whole product, so that nobody mends them away."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.domain.packages import NoResponse
from chalicelib.domain.recurrence import Frequency
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from tests import factories
from tests.house import House, house
from tests.outside import plug_in

__all__ = ["house"]


def test_surprise_01_a_review_opens_at_the_end_of_its_start_date(house: House) -> None:
    """S1, R49: of the start date only the last minute can be used."""
    policy = house.policy(*house.staff("ann"))
    house.world.clock.set(house.world.clock.now().replace(hour=23, minute=58, second=59))
    house.world.tick()
    assert house.instances(policy) == ()
    house.world.clock.advance(seconds=1)
    house.world.tick()
    (review,) = house.instances(policy)
    assert f"{review.opens:%d %H:%M}" == "02 23:59" and f"{review.closes:%d %H:%M}" == "16 23:59"


def test_surprise_02_biannually_means_every_six_months(house: House) -> None:
    """S2, R47."""
    policy = house.policy(*house.staff("ann"), frequency=Frequency.HALF_YEARLY)
    first = house.opened(policy)
    house.closed(first)
    house.world.clock.set(first.opens.replace(month=first.opens.month + 6) - timedelta(seconds=1))
    house.world.tick()
    assert len(house.instances(policy)) == 1
    house.world.clock.advance(seconds=1)
    house.world.tick()
    assert [f"{one.opens:%Y-%m-%d}" for one in house.instances(policy)] == ["2026-09-02", "2026-03-02"]


def test_surprise_03_the_midpoint_reminder_goes_only_to_those_who_have_not_finished(house: House) -> None:
    """S3, R79, R80, G12."""
    other = house.organisation.person("other")
    people = [*house.staff("ann"), house.organisation.person("bob", manager="other")]
    review = house.opened(house.policy(*people))
    assert house.decide(review, house.boss, "Ann", "Approve").status == 204
    house.world.drain()
    before = len(house.world.mails())
    house.world.clock.set(review.opens + (review.closes - review.opens) / 2 + timedelta(hours=12))
    house.world.tick()
    assert [mail["to"] for mail in house.world.mails()[before:]] == [other.mail]


def test_surprise_04_dont_know_keeps_access_even_when_silence_removes_it(house: House) -> None:
    """S4, R92, R93."""
    policy = house.policy(*house.staff("ann", "bob"), no_response=NoResponse.REMOVE)
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "DontKnow")
    house.closed(review)
    assert house.holders(policy) == {"Ann"}


def test_surprise_05_a_denial_changes_nothing_before_the_close(house: House) -> None:
    """S5, R96: a quick reviewer changes nothing early, not even when everything is decided."""
    policy = house.policy(*house.staff("ann"))
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny")
    house.world.clock.set(review.closes - timedelta(minutes=1))
    house.world.tick()
    assert house.holders(policy) == {"Ann"}
    house.closed(review)
    assert house.holders(policy) == set()


def test_surprise_06_recommendations_never_overwrite_but_any_reviewer_overwrites_any_other(house: House) -> None:
    """S6, R94, R109."""
    other = house.organisation.person("other")
    review_settings = factories.by_people(
        house.world.clock.now().date(), house.boss, other, justification_required=False
    )
    policy = house.organisation.policy(review=review_settings)
    house.organisation.assign(policy, *house.staff("ann", "bob"))
    review = house.opened(policy)
    house.decide(review, house.boss, "Ann", "Deny")
    assert house.world.post(house.url(review, "acceptRecommendations"), {}, other.principal_name).status == 204
    assert {name: one["decision"] for name, one in house.items(review, other).items()} == {
        "Ann": "Deny",
        "Bob": "Approve",
    }
    house.decide(review, other, "Ann", "Approve", "Still needed.")
    assert house.items(review, house.boss)["Ann"]["decision"] == "Approve"


def test_surprise_07_a_recommendation_is_frozen_when_the_review_opens(house: House) -> None:
    """S7, R104: whoever signs in while the review is open is still recommended for denial."""
    long_ago = house.world.clock.now() - timedelta(days=60)
    (ann,) = house.staff("ann", last_sign_in=long_ago)
    review = house.opened(house.policy(ann))
    house.staff("ann", last_sign_in=house.world.clock.now(), sign_in_as_of=house.world.clock.now())
    shown = house.items(review, house.boss)["Ann"]
    assert shown["recommendation"] == "Deny"
    assert shown["@accessReviews.lastSignInDateTime"] == f"{long_ago:%Y-%m-%dT%H:%M:%SZ}"


def test_surprise_08_reviews_are_per_policy(house: House) -> None:
    """S8, R16, R63: two people with the same package are in different reviews with different reviewers."""
    ann, bob = house.staff("ann", "bob")
    today = house.world.clock.now().date()
    package = house.organisation.package()
    staff = house.organisation.policy(package, "Staff", factories.by_manager(today, house.deputy))
    guests = house.organisation.policy(package, "Guests", factories.by_people(today, house.deputy))
    house.organisation.assign(staff, ann)
    house.organisation.assign(guests, bob)
    first = house.opened(staff)
    (second,) = house.instances(guests)
    assert set(house.items(first, house.boss)) == {"Ann"}
    assert set(house.items(second, house.deputy)) == {"Bob"}
    assert house.world.get(house.url(first), house.deputy.principal_name).status == 404


def test_surprise_09_fallback_reviewers_can_be_added_to_a_running_review_but_never_removed(house: House) -> None:
    """S9, R140."""
    review = house.opened(house.policy(*house.staff("ann")))
    scopes = [
        {"query": f"/users/{person.id}", "queryType": "MicrosoftGraph"}
        for person in (house.deputy, house.organisation.person("second"))
    ]
    assert house.world.call("PATCH", house.url(review), {"fallbackReviewers": scopes}).status == 204
    shown = [one["query"] for one in house.world.get(house.url(review)).json["fallbackReviewers"]]
    assert shown == [one["query"] for one in scopes]
    assert house.world.call("PATCH", house.url(review), {"fallbackReviewers": scopes[:1]}).status == 409


def test_surprise_10_stopping_one_review_does_not_stop_the_series(house: House) -> None:
    """S10, R142."""
    policy = house.policy(*house.staff("ann"), frequency=Frequency.MONTHLY)
    first = house.opened(policy)
    assert house.world.post(house.url(first, "stop")).status == 204
    house.world.clock.advance(minutes=5)
    house.world.tick()
    house.world.clock.set(first.opens.replace(month=first.opens.month + 1))
    house.world.tick()
    assert len(house.instances(policy)) == 2


def test_surprise_11_removal_spares_a_role_held_through_another_assignment(house: House) -> None:
    """S11, R9."""
    services, organisation = house.world.services, house.organisation
    held = plug_in(services)
    asked = (services, factories.ADMIN, house.world.clock.now())
    catalog = organisation.catalog()
    draft = ResourceDraft(
        catalog_id=catalog.id, origin_system="AadApplication", origin_id="payroll", connector="outside"
    )
    resource_id = add_resource(*asked, organisation.operation(), draft).resource_id
    both, one = organisation.package("Both", catalog), organisation.package("One", catalog)
    for package, role in ((both, "user"), (both, "clerk"), (one, "user")):
        add_role(*asked, organisation.operation(), package.id, resource_id, role)
    (ann,) = house.staff("ann")
    settings = factories.by_manager(house.world.clock.now().date(), house.deputy, justification_required=False)
    reviewed = organisation.policy(both, review=settings)
    organisation.assign(reviewed, ann)
    organisation.assign(organisation.policy(one), ann)
    review = house.opened(reviewed)
    assert held.roles_of(ann) == {"user", "clerk"}
    house.decide(review, house.boss, "Ann", "Deny")
    house.closed(review)
    house.world.clock.advance(minutes=1)  # the second look, which ends the assignment
    house.world.tick()
    assert house.holders(reviewed) == set() and held.roles_of(ann) == {"user"}


def test_surprise_12_a_guest_denied_in_their_last_package_keeps_their_account(house: House) -> None:
    """S12, R46: the reference starts a countdown to the account's deletion here; this release touches no account."""
    (guest,) = house.staff("guest", user_type="Guest", invitation="accepted")
    policy = house.policy(guest)
    review = house.opened(policy)
    house.decide(review, house.boss, "Guest", "Deny")
    house.closed(review)
    assert house.holders(policy) == set()
    house.world.clock.advance(days=31)
    house.world.tick()
    assert house.world.get(f"/v1.0/users/{guest.id}").json["accountEnabled"] is True
