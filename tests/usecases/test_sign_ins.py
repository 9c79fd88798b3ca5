"""Taking in sign-ins: in any order, repeated, at once; and what else about a person happens meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain.people import User
from chalicelib.domain.sign_ins import SignIn, resource_key
from chalicelib.storage.sign_ins import SignInTable
from chalicelib.usecases.ports import Save
from chalicelib.usecases.sign_ins import Taken, Told, record_sign_ins
from tests.factories import ADMIN, Organisation
from tests.trail import STORE, STORE_USER, console, delivered, sign_in
from tests.world import START, World

DAY = timedelta(days=1)
APP = "payroll"


@pytest.fixture
def organisation(world: World) -> Organisation:
    return Organisation(world.services)


def told(name: str, at: datetime, resource: str = "", **more: Any) -> Told:
    return Told(name=f"{name}@example.com", sign_in=SignIn(at=at, resource=resource, **more))


def record(organisation: Organisation, *rows: Told, **more: Any) -> list[Taken]:
    return record_sign_ins(organisation.services, ADMIN, organisation.now, "Okta", rows, **more)


def now_of(organisation: Organisation, user: User) -> User:
    found: User = organisation.services.people.user(user.id)
    return found


def test_dates_only_move_forward_whatever_the_order(organisation: Organisation) -> None:
    ann = organisation.person("ann", last_sign_in=START - 20 * DAY)
    rows = [told("ann", START - DAY, APP), told("Ann", START - 3 * DAY), told("ann", START - 2 * DAY, "crm")]
    assert record(organisation, *rows) == [Taken.UPDATED] * 3
    found = now_of(organisation, ann)
    assert found.last_sign_in == START - DAY
    assert found.seen.resources == {resource_key(APP): START - DAY, resource_key("crm"): START - 2 * DAY}
    assert record(organisation, *rows) == [Taken.UNCHANGED] * 3
    assert record(organisation, told("ann", START - 5 * DAY, APP)) == [Taken.UNCHANGED]
    assert now_of(organisation, ann) == found


def test_non_interactive_ones_are_kept_apart(organisation: Organisation) -> None:
    ann = organisation.person("ann", last_sign_in=None)
    record(organisation, told("ann", START - DAY, interactive=False), told("ann", START - 3 * DAY))
    found = now_of(organisation, ann)
    assert (found.last_sign_in, found.last_seen) == (START - 3 * DAY, START - DAY)


def test_the_future_is_refused_and_a_clock_that_is_a_little_fast_is_not(organisation: Organisation) -> None:
    ann = organisation.person("ann")
    soon, later = START + timedelta(minutes=4), START + timedelta(minutes=6)
    assert record(organisation, told("ann", later), told("ann", soon)) == [Taken.REFUSED, Taken.UPDATED]
    assert now_of(organisation, ann).last_sign_in == START


def test_people_the_directory_does_not_know_are_left_out_one_by_one(organisation: Organisation) -> None:
    organisation.person("ann")
    rows = [told("nobody", START), told("ann", START), Told(user_id="x", sign_in=SignIn(at=START))]
    assert record(organisation, *rows) == [Taken.UNKNOWN, Taken.UPDATED, Taken.UNKNOWN]
    assert organisation.services.people.user_by_principal_name("nobody@example.com") is None


def test_a_change_of_the_person_and_a_sign_in_do_not_undo_one_another(organisation: Organisation) -> None:
    """Whoever read the person before the sign-in saves them after it: no conflict, and no date is lost."""
    ann = organisation.person("ann")
    before = now_of(organisation, ann)
    record(organisation, told("ann", START, APP))
    organisation.services.writer.commit("rename", Save(replace(before, display_name="Anna")))
    found = now_of(organisation, ann)
    assert (found.display_name, found.last_sign_in, found.version) == ("Anna", START, before.version + 1)
    assert resource_key(APP) in found.seen.resources
    page = organisation.services.people.users_by_display_name("Anna", 5, None)
    assert [one.id for one in page.items] == [ann.id]


def test_two_at_once_keep_the_later_one(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = organisation.person("ann")
    move, others = SignInTable.move, [told("ann", START, "crm"), told("ann", START - DAY, APP)]

    def moving(self: SignInTable, user: User, seen: Any) -> bool:
        if others:
            record(organisation, others.pop())
        return move(self, user, seen)

    monkeypatch.setattr(SignInTable, "move", moving)
    assert record(organisation, told("ann", START - 2 * DAY, APP)) == [Taken.UNCHANGED]
    found = now_of(organisation, ann)
    assert found.last_sign_in == START
    assert found.seen.resources == {resource_key("crm"): START, resource_key(APP): START - DAY}


def test_a_changed_person_costs_one_write_unit_and_an_unchanged_one_none(organisation: Organisation) -> None:
    for number in range(20):
        organisation.person(f"p{number}")
    rows = [told(f"p{number}", START - DAY + timedelta(minutes=number), APP) for number in range(20)]
    record(organisation, *rows[:1])
    organisation.services.clock.advance(hours=1)
    with Meter() as meter:
        assert record(organisation, *rows).count(Taken.UPDATED) == 19
    assert meter.write_units == 20, "one each, and one for the source"
    with Meter() as meter:
        assert record(organisation, *rows).count(Taken.UNCHANGED) == 20
    assert meter.write_units == 0


def test_a_person_with_twenty_resources_still_costs_one_unit(organisation: Organisation) -> None:
    organisation.person("ann", department="Finance", job_title="Controller", manager="boss")
    record(organisation, *(told("ann", START - DAY, f"app {number}") for number in range(20)))
    organisation.services.clock.advance(seconds=5)
    with Meter() as meter:
        record(organisation, told("ann", START, "app 3"))
    assert meter.write_units == 1


def test_what_time_did_not_allow_is_told_and_the_source_is_not_said_to_work(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.person("ann")
    organisation.person("ben")
    move = SignInTable.move

    def slow(self: SignInTable, user: User, seen: Any) -> bool:
        organisation.services.clock.seconds += 21
        return move(self, user, seen)

    monkeypatch.setattr(SignInTable, "move", slow)
    assert record(organisation, told("ann", START), told("ben", START)) == [Taken.UPDATED, Taken.NOT_ATTEMPTED]
    assert organisation.services.sources.sources() == []


# AWS tells by itself -----------------------------------------------------------------------------------------


def happen(detail: dict[str, Any]) -> Any:
    import app as front

    return front.signed_in(delivered(detail), None)["result"]


def test_cloud_trail_finds_people_by_name_by_its_beginning_and_by_their_id(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = organisation.person("ann"), organisation.person("ben")
    organisation.person("benedict")
    assert happen(sign_in(START, additionalEventData={"UserName": "Ann@Example.com"})) == "updated"
    assert happen(console(START, type="IAMUser", userName="ben", arn="x")) == "updated"
    assert now_of(organisation, ann).last_sign_in == now_of(organisation, ben).last_sign_in == START
    eve = organisation.person("eve")
    asked = []

    def user_name(store: str, user: str) -> str:
        asked.append((store, user))
        return "eve@example.com"

    monkeypatch.setattr(organisation.services.identities, "user_name", user_name, raising=False)
    assert happen(sign_in(START)) == "updated" and asked == [(STORE, STORE_USER)]
    assert now_of(organisation, eve).last_sign_in == START


def test_an_identity_store_tells_names_and_its_silence_is_no_failure(world: World) -> None:
    from chalicelib.aws.clients import client

    store = STORE
    made = client("identitystore").create_user(
        IdentityStoreId=store,
        UserName="ann@example.com",
        DisplayName="Ann",
        Name={"GivenName": "Ann", "FamilyName": "A"},
    )
    names = world.services.identities
    assert names.user_name(store, made["UserId"]) == "ann@example.com"
    assert names.user_name(store, STORE_USER) == ""


def test_an_ambiguous_or_unknown_name_moves_nobody_and_shows_that_the_source_works(organisation: Organisation) -> None:
    organisation.person("ann")
    other = organisation.person("ann2")
    organisation.services.writer.put_all([replace(other, principal_name="ann@other.example")])
    from chalicelib.domain.people import PrincipalName

    organisation.services.writer.put_all([PrincipalName(name="ann@other.example", user_id=other.id)])
    assert happen(console(START, type="IAMUser", userName="ann", arn="x")) == "unknownPerson"
    assert happen(console(START, type="IAMUser", userName="nobody", arn="x")) == "unknownPerson"
    (source,) = organisation.services.sources.sources()
    assert (source.display_name, source.known_until) == ("AWS console", START)


def test_an_event_that_is_no_sign_in_is_nothing(organisation: Organisation) -> None:
    assert happen({"eventName": "ListUsers"}) is None
    assert organisation.services.sources.sources() == []


def post_authentication(**more: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "triggerSource": "PostAuthentication_Authentication",
        "region": "us-east-1",
        "userPoolId": "us-east-1_example",
        "userName": "3f1c",
        "callerContext": {"awsSdkVersion": "x", "clientId": "client1"},
        "request": {"userAttributes": {"sub": "3f1c", "email": "ann@example.com"}, "newDeviceUsed": False},
        "response": {},
        **more,
    }


def test_cognitos_trigger_is_answered_with_its_event_whatever_happens(organisation: Organisation) -> None:
    import app as front

    ann = organisation.person("ann", last_sign_in=None)
    assert front.cognito_signed_in(post_authentication(), None) == post_authentication()
    found = now_of(organisation, ann)
    assert found.last_sign_in == START and list(found.seen.resources) == [resource_key("client1")]
    for odd in ({}, post_authentication(request=None), post_authentication(triggerSource="PreSignUp_SignUp")):
        assert front.cognito_signed_in(odd, None) == odd
