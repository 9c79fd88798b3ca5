"""Completeness against the target: what an opening finds when it compares assignments with who has the access."""

from __future__ import annotations

from typing import Any

import pytest

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.adoptions import Wanted
from chalicelib.domain.errors import Gone, Throttled
from chalicelib.domain.reviews import ReviewInstance, Status
from chalicelib.usecases import compare_target, comparison_files
from chalicelib.usecases.adopt import show_adoption, start_adoption
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.comparison import Told, comparison_of, differences_of
from chalicelib.usecases.open_review import open_due_review
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.groups_outside import GroupsOutside, member, plug_in_groups
from tests.usecases import importing
from tests.world import World

SYSTEM = "identity-center"
NAMES = ("ada", "bob", "cleo", "dora", "emil")


@pytest.fixture
def outside(world: World) -> GroupsOutside:
    return plug_in_groups(world.services, SYSTEM)


@pytest.fixture
def organisation(world: World) -> Organisation:
    made = Organisation(world.services)
    made.person("boss")
    for name in NAMES:
        made.person(name)
    return made


def adopted(world: World, organisation: Organisation, *groups: str) -> str:
    """Adopt groups with reviews that open tonight; the first policy's id."""
    review = factories.by_people(world.clock.now().date(), organisation.people["boss"])
    wanted = Wanted(connection=SYSTEM, groups=groups, review=review)
    job = start_adoption(world.services, ADMIN, world.clock.now(), organisation.operation(), wanted, False)
    world.drain()
    return show_adoption(world.services, world.services.reviews.job(job.id), None).groups[0].result.policy_id


def opened(world: World, policy_id: str) -> ReviewInstance:
    """Tonight's review of a policy."""
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    for _ in range(5):
        world.tick()
        world.clock.advance(minutes=1)
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy_id), 5, None).items
    assert world.services.reviews.state(instance.id).status is Status.IN_PROGRESS
    return instance


def found(world: World, instance: ReviewInstance) -> tuple[Any, ...]:
    """Members in all, matched, having it otherwise, missing, extra, and the problem, of each right."""
    _, targets = comparison_of(world.services, instance)
    return tuple((t.members, t.matched, t.otherwise, t.missing, t.extra, t.problem) for t in targets)


def told(world: World, instance: ReviewInstance, side: str) -> list[Told]:
    _, targets = comparison_of(world.services, instance)
    rows: list[Told] = []
    after = None
    while True:
        page = differences_of(world.services, instance, targets, side, after)
        rows += page.items
        after = page.next
        if after is None:
            return rows


def test_both_differences_are_found_with_who_they_are(
    world: World, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", *NAMES)
    policy = adopted(world, organisation, "admins")
    outside.leave("admins", "ada")
    organisation.person("zoe")
    outside.join("admins", "zoe", "stranger")
    instance = opened(world, policy)
    assert found(world, instance) == ((6, 4, 0, 2, 1, ""),)
    missing, extra = told(world, instance, "missing"), told(world, instance, "extra")
    assert [(one.row.key, one.user and one.user.display_name, one.settled) for one in missing] == [
        ("key-zoe", "Zoe", False),
        ("key-stranger", None, False),
    ]
    assert [(one.user.display_name, one.assignment.state, one.settled) for one in extra] == [
        ("Ada", "delivered", False)
    ]
    state = world.services.reviews.state(instance.id)
    assert (state.items, state.compared.missing, state.compared.extra, state.compared.unread) == (5, 2, 1, 0)
    (event,) = [
        one
        for one in world.services.audit.events_of_target(instance.id, 20, None).items
        if one.activity == "Compare access review with target"
    ]
    assert event.details["membersWithoutAssignment"] == 2 and event.details["assignmentsWithoutMembership"] == 1
    (source,) = world.services.sources.sources()
    assert source.last_success == state.compared.at


def test_people_are_matched_by_mail_address_only_where_it_leaves_no_doubt(
    world: World, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada", "bob", "cleo")
    policy = adopted(world, organisation, "admins")
    organisation.person("bob", mail="shared@example.com")
    organisation.person("cleo", mail="shared@example.com")
    outside.held["admins"] = [
        member("a", principal_name="ADA"),
        member("a2", principal_name="x", mail="ada@example.com"),
        member("b", principal_name="y", mail="shared@example.com"),
    ]
    outside.held["admins"][0] = member("a", principal_name="ADA@example.com", mail="")
    instance = opened(world, policy)
    assert found(world, instance) == ((3, 1, 1, 1, 2, ""),)
    assert {one.user.display_name for one in told(world, instance, "extra")} == {"Bob", "Cleo"}


def test_whoever_has_the_access_by_another_policy_or_package_is_no_difference(
    world: World, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    policy = world.services.entitlements.policy(adopted(world, organisation, "admins"))
    other = organisation.policy(world.services.entitlements.package(policy.package_id), "Others")
    organisation.assign(other, organisation.people["bob"])
    world.drain()
    assert outside.verify(
        world.services.entitlements.package(policy.package_id).role_scopes[0].right, organisation.people["bob"]
    )
    assert found(world, opened(world, policy.id)) == ((2, 1, 1, 0, 0, ""),)


def test_an_assignment_the_system_confirms_when_asked_singly_is_no_difference(
    world: World, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada", "bob")
    policy = adopted(world, organisation, "admins")
    listed = GroupsOutside.members

    def without_ada(right: Any, limit: int, after: Any) -> Any:
        page = listed(outside, right, limit, after)
        return type(page)(tuple(one for one in page.items if one.key != "key-ada"), page.next)

    outside.members = without_ada
    assert found(world, opened(world, policy)) == ((1, 1, 0, 0, 0, ""),)


@pytest.mark.parametrize(
    ("problem", "times", "said"),
    [
        (Throttled("slow"), 2, ""),
        (ConnectionError("down"), 2, ""),
        (ConnectionError("down"), 9, "It could not be read (ConnectionError)."),
        (Gone("gone"), 9, "It is not there any more: nobody has this access there."),
    ],
)
def test_a_system_that_cannot_be_read_is_said_so_and_the_review_opens(
    world: World, organisation: Organisation, outside: GroupsOutside, problem: Exception, times: int, said: str
) -> None:
    outside.join("admins", "ada", "bob")
    policy = adopted(world, organisation, "admins")
    outside.fails = [problem] * times
    instance = opened(world, policy)
    assert found(world, instance) == (((0, 0, 0, 0, 0, said) if said else (2, 2, 0, 0, 0, "")),)
    state = world.services.reviews.state(instance.id)
    assert (state.items, state.compared.unread, state.compared.extra) == (2, int(bool(said)), 0)


def test_a_package_without_rights_outside_is_not_compared(world: World, organisation: Organisation) -> None:
    review = factories.by_people(world.clock.now().date(), organisation.people["boss"])
    policy = organisation.policy(review=review)
    organisation.assign(policy, organisation.people["ada"])
    instance = opened(world, policy.id)
    assert comparison_of(world.services, instance) == (None, [])


def test_many_members_in_small_chunks_and_pages(
    world: World, organisation: Organisation, outside: GroupsOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_target, "CHUNK", 7)
    for room in (comparison_files, __import__("chalicelib.usecases.compare_sides", fromlist=["PAGE"])):
        monkeypatch.setattr(room, "PAGE", 4)
    known = [f"p{number}" for number in range(20)]
    for name in known:
        organisation.person(name)
    outside.join("admins", *known)
    policy = adopted(world, organisation, "admins")
    for name in known[:9]:
        outside.leave("admins", name)
    outside.join("admins", *(f"q{number}" for number in range(10)))
    instance = opened(world, policy)
    assert found(world, instance) == ((21, 11, 0, 10, 9, ""),)
    assert {one.row.key for one in told(world, instance, "missing")} == {f"key-q{number}" for number in range(10)}
    assert {one.user.display_name for one in told(world, instance, "extra")} == {name.title() for name in known[:9]}


def test_a_member_is_adopted_into_the_next_review_and_then_counts_as_settled(
    world: World, organisation: Organisation, outside: GroupsOutside
) -> None:
    outside.join("admins", "ada")
    policy = adopted(world, organisation, "admins")
    outside.join("admins", "bob")
    instance = opened(world, policy)
    (missing,) = told(world, instance, "missing")
    assert not missing.settled
    wanted = Wanted(connection=SYSTEM, groups=("admins",), members=(missing.row.key,), policy_id=policy)
    start_adoption(world.services, ADMIN, world.clock.now(), organisation.operation(), wanted, False)
    world.drain()
    (missing,) = told(world, instance, "missing")
    assert missing.settled and missing.assignment.policy_id == policy
    assert world.services.reviews.state(instance.id).items == 1  # the review that runs stays as it was frozen


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_single_call_and_repeated(
    world: World, organisation: Organisation, outside: GroupsOutside, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_target, "CHUNK", 2)
    monkeypatch.setattr(importing, "WRITES", {*importing.WRITES, "checkpoint", "put"})
    monkeypatch.setattr("chalicelib.usecases.advance_review.MOST_ATTEMPTS", 1000)
    outside.join("admins", *NAMES)
    policy = adopted(world, organisation, "admins")
    outside.leave("admins", "ada")
    outside.join("admins", "stranger")
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    instance_id = open_due_review(world.services, ids.definition_id(policy))
    deaths = 0
    for _ in range(100):
        if world.services.reviews.state(instance_id).status is Status.IN_PROGRESS:
            break
        try:
            advance_review(importing.Life(deaths % 12, after).within(world.services), instance_id)
        except importing.Killed:
            deaths += 1
        world.clock.seconds += world.services.settings.lease_seconds + 1
    assert deaths >= 5
    instance = world.services.reviews.instance(instance_id)
    assert found(world, instance) == ((5, 4, 0, 1, 1, ""),)
    activities = [one.activity for one in world.services.audit.events_of_target(instance_id, 20, None).items]
    assert activities.count("Compare access review with target") == 1


def test_comparing_adds_next_to_nothing_to_what_an_opening_costs(
    world: World, organisation: Organisation, outside: GroupsOutside
) -> None:
    known = [f"p{number}" for number in range(120)]
    for name in known:
        organisation.person(name)
    outside.page = 50
    outside.join("admins", *known)
    policy = adopted(world, organisation, "admins")
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    instance_id = open_due_review(world.services, ids.definition_id(policy))
    with Meter() as meter:
        advance_review(world.services, instance_id)
    print(meter.table())
    assert found(world, world.services.reviews.instance(instance_id)) == ((120, 120, 0, 0, 0, ""),)
    population = meter.by_table["access-reviews-directory"], meter.by_table["access-reviews-entitlements"]
    assert sum(line.read_units for line in population) / 120 <= 0.75
    items = meter.by_table["access-reviews-items"]
    assert items.write_units / 120 <= 1.02
