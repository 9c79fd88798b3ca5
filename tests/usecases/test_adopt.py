"""Adopting what exists: previews, what becomes of members, again and again, killed anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.domain.adoptions import Outcome, Wanted
from chalicelib.domain.agenda import Job
from chalicelib.domain.assignments import Assignment, RequestType
from chalicelib.domain.errors import Forbidden, InvalidInput, Throttled
from chalicelib.domain.people import Actor, Role
from chalicelib.usecases import adopt_steps
from chalicelib.usecases.adopt import members_told, show_adoption, start_adoption
from chalicelib.usecases.adopt_groups import advance_adoption
from chalicelib.usecases.assign import Wish, assign, end_assignment
from chalicelib.usecases.manage_policies import draft_of, update_policy
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.groups_outside import GroupsOutside, member, plug_in_groups
from tests.usecases.importing import Desk, Killed, Life, import_desk

SYSTEM = "identity-center"


@pytest.fixture
def desk(aws: None) -> Desk:
    return import_desk()


@pytest.fixture
def organisation(desk: Desk) -> Organisation:
    made = Organisation(desk.services)
    for name in ("ada", "bob", "cleo", "dora", "emil"):
        made.person(name)
    return made


@pytest.fixture
def outside(desk: Desk) -> GroupsOutside:
    return plug_in_groups(desk.services)


def begin(desk: Desk, preview: bool = False, **wanted: Any) -> Job:
    asked = Wanted(connection=SYSTEM, **wanted)
    return start_adoption(desk.services, ADMIN, desk.clock.now(), desk.clock.new_id(), asked, preview)


def run(desk: Desk, preview: bool = False, **wanted: Any) -> Job:
    job = desk.job(begin(desk, preview, **wanted).id)
    for _ in range(50):
        if job.finished is not None:
            return job
        advance_adoption(desk.services, job)
        job = desk.job(job.id)
        desk.clock.seconds += 60
    raise AssertionError(f"never ended: {job}")


def counts(job: Job) -> dict[str, int]:
    return {name: number for name, number in job.result.items() if number}


def told(desk: Desk, job: Job, group: int, outcome: Outcome) -> list[tuple[str, str]]:
    """Key (or person) and reason of the members with this outcome."""
    found, after = [], None
    while True:
        page = members_told(desk.services, job, group, outcome, after)
        found += [(row.key or row.person, row.reason) for _, row in page.items]
        after = page.next
        if after is None:
            return found


def assignments(desk: Desk, package_id: str) -> list[Assignment]:
    policies = desk.services.entitlements.bearers_of_names(f"policy:{package_id}", 10)
    return [
        one for policy in policies for one in desk.services.entitlements.assignments_of_policy(policy, 1000, None).items
    ]


def group(desk: Desk, job: Job, number: int = 0) -> Any:
    return show_adoption(desk.services, job, None).groups[number]


def test_a_group_becomes_a_package_and_its_members_have_it_without_anything_granted(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada", "bob", "cleo", "dora")
    job = run(desk)
    assert (job.status, counts(job)) == ("done", {"members": 4, "assigned": 4, "packages": 1})
    result = group(desk, job).result
    package = desk.services.entitlements.package(result.package_id)
    policy = desk.services.entitlements.policy(result.policy_id)
    assert (package.display_name, policy.display_name, policy.allowed_target_scope) == (
        "admins",
        "Adopted",
        "notSpecified",
    )
    assert desk.services.entitlements.catalog(package.catalog_id).display_name == f"Adopted from {SYSTEM}"
    found = assignments(desk, package.id)
    assert {one.target_id for one in found} == {organisation.people[name].id for name in ("ada", "bob", "cleo", "dora")}
    assert {(one.state, one.delivery) for one in found} == {("delivered", None)}
    request = desk.services.entitlements.requests_of_person(found[0].target_id, 10, None).items[0]
    assert (request.type, request.state, request.assignment_id) == (RequestType.ADMIN_ADD, "delivered", found[0].id)
    activities = [one.activity for one in desk.services.audit.events_of_target(found[0].id, 10, None).items]
    assert activities == ["Adopt access package assignment"]
    assert outside.granted == 0 and not [kind for kind, _ in desk.messages() if kind != "job"]


def test_a_preview_tells_the_same_and_writes_nothing(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada", "bob", "stranger")
    outside.join("readers", "cleo")
    preview = run(desk, preview=True)
    assert counts(preview) == {"members": 4, "assigned": 3, "unmatched": 1, "packages": 2}
    assert told(desk, preview, 0, Outcome.UNMATCHED) == [
        ("key-stranger", "Nobody in the directory has this user name, mail address or id.")
    ]
    assert desk.services.entitlements.list_packages(10, None).items == ()
    assert desk.services.entitlements.list_catalogs(10, None).items == ()
    assert counts(run(desk)) == counts(preview)


def test_again_brings_only_differences(desk: Desk, organisation: Organisation, outside: GroupsOutside) -> None:
    outside.join("admins", "ada", "bob")
    first = run(desk)
    outside.leave("admins", "ada")
    outside.join("admins", "cleo")
    again = run(desk)
    assert counts(again) == {"members": 2, "assigned": 1, "unchanged": 1, "noMember": 1}
    assert told(desk, again, 0, Outcome.NO_MEMBER) == [(organisation.people["ada"].id, "")]
    assert group(desk, again).result.package_id == group(desk, first).result.package_id
    # Whoever is a member no more keeps the assignment: nothing is ended by itself.
    assert len([one for one in assignments(desk, group(desk, again).result.package_id) if not one.expired]) == 3


def test_members_who_change_between_preview_and_run_are_taken_as_they_are_then(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    preview = run(desk, preview=True)
    outside.leave("admins", "ada")
    outside.join("admins", "bob")
    job = run(desk)
    assert told(desk, preview, 0, Outcome.ASSIGNED) == [("key-ada", "")]
    assert told(desk, job, 0, Outcome.ASSIGNED) == [("key-bob", "")]


def test_people_are_recognised_by_user_name_mail_or_id_and_never_two_members_as_one(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    bob = organisation.people["bob"]
    outside.held["admins"] = [
        member("ada2", principal_name="ada", mail="ADA@example.com"),
        member("ada"),
        member("bob2", principal_name="bobby", mail="", external_id=bob.id),
    ]
    job = run(desk)
    rows = [row for _, row in members_told(desk.services, job, 0, Outcome.ASSIGNED, None).items]
    assert {(row.key, row.how) for row in rows} == {("key-ada", "userName"), ("key-bob2", "id")}
    assert [key for key, _ in told(desk, job, 0, Outcome.UNMATCHED)] == ["key-ada2"]


def test_strangers_become_people_of_the_directory_when_that_is_asked(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.held["admins"] = [member("zoe"), member("robot", principal_name="robot", mail="")]
    assert counts(run(desk, preview=True, create_people=True)) == {
        "members": 2,
        "assigned": 1,
        "created": 1,
        "unmatched": 1,
        "packages": 1,
    }
    assert desk.services.people.user_by_principal_name("zoe@example.com") is None
    job = run(desk, create_people=True)
    assert desk.user("zoe@example.com").display_name == "Zoe"
    assert [key for key, _ in told(desk, job, 0, Outcome.UNMATCHED)] == ["key-robot"]


def test_a_disabled_account_that_is_a_member_is_adopted_so_that_a_review_sees_it(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    organisation.person("gone", enabled=False)
    outside.join("admins", "gone")
    assert counts(run(desk))["assigned"] == 1


def test_whoever_a_review_denied_is_not_assigned_again_until_it_is_lifted_g27(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    """G27: after a denial nothing gives the package back by rule until somebody lifts it."""
    outside.join("admins", "ada", "bob")
    (of_ada,) = [
        one
        for one in assignments(desk, group(desk, run(desk)).result.package_id)
        if one.target_id == organisation.people["ada"].id
    ]
    desk.clock.advance(days=1)
    end_assignment(
        desk.services,
        ADMIN,
        desk.clock.now(),
        "apply",
        of_ada,
        RequestType.SYSTEM_REMOVE,
        instance_id="review",
        item_id="item",
        rights=(),
    )
    desk.clock.advance(days=1)
    again = run(desk)
    assert counts(again) == {"members": 2, "denied": 1, "unchanged": 1}
    assert "denied this access on 2026-03-03" in told(desk, again, 0, Outcome.DENIED)[0][1]
    lifted = run(desk, lifted=(of_ada.target_id,))
    assert counts(lifted) == {"members": 2, "assigned": 1, "unchanged": 1}


def test_whoever_has_the_access_through_another_package_is_told_and_not_assigned_twice(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    outside.join("readers", "ada")
    first = run(desk, groups=("admins",))
    package = desk.services.entitlements.package(group(desk, first).result.package_id)
    other = desk.services.entitlements.package(group(desk, run(desk, groups=("readers",))).result.package_id)
    # The package of the readers grants the administrators' group as well: it stands for no group alone any more.
    both = replace(other, role_scopes=(*other.role_scopes, *package.role_scopes))
    desk.services.writer.put_all([replace(both, version=other.version)])
    desk.services.writer.put_all([replace(package, role_scopes=())])
    again = run(desk, groups=("admins",))
    assert counts(again) == {"members": 1, "heldOtherwise": 1, "packages": 1}
    assert told(desk, again, 0, Outcome.HELD_OTHERWISE) == [
        ("key-ada", "The access package readers gives them this access.")
    ]


def test_one_member_into_a_named_policy(desk: Desk, organisation: Organisation, outside: GroupsOutside) -> None:
    outside.join("admins", "ada", "bob", "cleo")
    first = run(desk, groups=("admins",), members=("key-ada",))
    policy = group(desk, first).result.policy_id
    assert counts(first) == {"members": 1, "assigned": 1, "packages": 1}
    second = run(desk, groups=("admins",), members=("key-bob",), policy_id=policy)
    assert counts(second) == {"members": 1, "assigned": 1}
    assert {one.policy_id for one in assignments(desk, group(desk, first).result.package_id)} == {policy}


def test_review_settings_begin_with_the_package(desk: Desk, organisation: Organisation, outside: GroupsOutside) -> None:
    outside.join("admins", "ada")
    review = factories.by_people(date(2026, 4, 1), organisation.people["bob"])
    policy = desk.services.entitlements.policy(group(desk, run(desk, review=review)).result.policy_id)
    assert policy.review == review
    series = desk.services.reviews.series_of_package(policy.package_id, 10, None).items
    assert len(series) == 1


def test_a_group_that_fails_is_told_and_the_others_go_on(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    outside.join("readers", "bob")
    outside.fails = [ConnectionError("down")] * 6
    job = run(desk)
    assert (job.status, counts(job)) == ("done", {"problems": 1, "packages": 1, "members": 1, "assigned": 1})
    assert "did not answer" in group(desk, job, 0).result.problem
    source = desk.services.sources.sources()
    assert [(one.display_name, one.last_success is not None, one.last_failure is not None) for one in source] == [
        (SYSTEM, True, True)
    ]


def test_a_group_that_is_not_there_any_more_is_named(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    job = run(desk, groups=("admins", "lost"))
    assert counts(job) == {"members": 1, "assigned": 1, "packages": 1, "problems": 1}
    assert group(desk, job, 1).result.problem == "It is not there any more."


def test_a_throttled_system_only_delays(desk: Desk, organisation: Organisation, outside: GroupsOutside) -> None:
    outside.join("admins", "ada")
    outside.fails = [Throttled("slow down")] * 20
    assert counts(run(desk)) == {"members": 1, "assigned": 1, "packages": 1}


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_single_call_and_repeated(
    desk: Desk, organisation: Organisation, outside: GroupsOutside, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopt_steps, "PAGE", 2)
    monkeypatch.setattr("chalicelib.usecases.adopt_groups.TRIES", 1000)
    outside.page = 2
    outside.join("admins", "ada", "bob", "cleo", "dora", "emil", "stranger")
    outside.join("readers", "ada")
    job, deaths = begin(desk, create_people=True), 0
    while desk.job(job.id).finished is None:
        try:
            advance_adoption(Life(deaths % 6, after).within(desk.services), desk.job(job.id))
        except Killed:
            deaths += 1
        desk.clock.seconds += desk.services.settings.lease_seconds + 1
        assert deaths < 200
    ended = desk.job(job.id)
    assert deaths >= 8
    assert {**counts(ended), "created": 1} == {"members": 7, "assigned": 7, "packages": 2, "created": 1}
    for number, names in ((0, 6), (1, 1)):
        found = assignments(desk, group(desk, ended, number).result.package_id)
        assert len(found) == len({one.target_id for one in found}) == names
    assert len(desk.services.entitlements.list_packages(10, None).items) == 2
    assert outside.granted == 0


def test_only_administrators_and_only_what_can_be(desk: Desk, outside: GroupsOutside) -> None:
    owner = Actor("o", "o@example.com", "O", frozenset({(Role.CATALOG_OWNER, "catalog:x")}))
    with pytest.raises(Forbidden):
        start_adoption(desk.services, owner, desk.clock.now(), "1", Wanted(connection=SYSTEM), True)
    for wanted, field in (
        (Wanted(connection="recorded"), "connection"),
        (Wanted(connection=SYSTEM, catalog_id="x"), "catalogId"),
        (Wanted(connection=SYSTEM, members=("a",)), "members"),
        (Wanted(connection=SYSTEM, groups=("a",), policy_id="x"), "assignmentPolicyId"),
    ):
        with pytest.raises(InvalidInput) as caught:
            start_adoption(desk.services, ADMIN, desk.clock.now(), "2", wanted, True)
        assert caught.value.target == field


def test_somebody_assigned_meanwhile_does_not_hinder_the_others(
    desk: Desk, organisation: Organisation, outside: GroupsOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.join("admins", "ada", "bob")
    policy = group(desk, run(desk)).result.policy_id
    outside.join("admins", "cleo", "dora")
    writer, done = desk.services.writer, []

    class Racing:
        def __getattr__(self, name: str) -> Any:
            return getattr(writer, name)

        def commit(self, operation: str, *changes: Any) -> None:
            if len(changes) > 8 and not done:
                done.append(True)
                wish = Wish(target_id=organisation.people["cleo"].id, policy_id=policy)
                assign(desk.services, ADMIN, desk.clock.now(), "meanwhile", wish)
            writer.commit(operation, *changes)

    job = begin(desk)
    advance_adoption(replace(desk.services, writer=Racing()), desk.job(job.id))
    assert done and counts(desk.job(job.id)) == {"members": 4, "assigned": 1, "unchanged": 3}


def test_a_package_that_was_there_gets_the_policy_with_the_first_who_needs_it(
    desk: Desk, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    policy = desk.services.entitlements.policy(group(desk, run(desk)).result.policy_id)
    draft = replace(draft_of(policy), display_name="Staff")
    package = desk.services.entitlements.package(policy.package_id)
    update_policy(desk.services, ADMIN, desk.clock.now(), "rename", policy, draft)
    assert counts(run(desk)) == {"members": 1, "unchanged": 1}
    assert len(desk.services.entitlements.bearers_of_names(f"policy:{package.id}", 10)) == 1
    outside.join("admins", "bob")
    assert counts(run(desk)) == {"members": 2, "assigned": 1, "unchanged": 1}
    assert len(desk.services.entitlements.bearers_of_names(f"policy:{package.id}", 10)) == 2
