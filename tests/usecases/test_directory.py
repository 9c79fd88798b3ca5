"""Opening groups up, and making and filling them."""

from __future__ import annotations

import pytest

from chalicelib.domain import errors, ids
from chalicelib.domain.people import SYSTEM, Actor, Role
from chalicelib.usecases.directory import expand
from chalicelib.usecases.groups import add_member, create_group
from tests.directories import add_group, add_people, join, person
from tests.world import START, World

ADMINISTRATOR = Actor(ids.guid("admin"), "admin@example.com", "Admin", frozenset({(Role.ADMINISTRATOR, "")}))
READER = Actor(ids.guid("reader"), "reader@example.com", "Reader", frozenset({(Role.AUDITOR, "")}))
ADA, BOB, CLEO, DAN = map(person, ["Ada", "Bob", "Cleo", "Dan"])


def names(world: World, group_id: str) -> list[str]:
    return sorted(user.display_name for user in expand(world.services, group_id))


def test_opens_nested_groups_and_names_everybody_once(world: World) -> None:
    add_people(ADA, BOB, CLEO, DAN)
    leaf = add_group("Leaf", ADA, CLEO)
    middle = add_group("Middle", BOB, ADA, leaf)
    assert names(world, add_group("Top", ADA, leaf, middle).id) == ["Ada", "Bob", "Cleo"]


def test_groups_that_contain_each_other_do_no_harm(world: World) -> None:
    add_people(ADA, BOB)
    first, second = add_group("First", ADA), add_group("Second", BOB)
    join(first, second)
    join(second, first)
    assert names(world, first.id) == names(world, second.id) == ["Ada", "Bob"]


def test_leaves_out_whom_the_directory_does_not_know(world: World) -> None:
    add_people(ADA)
    assert names(world, add_group("Mixed", ADA, BOB).id) == ["Ada"]
    assert names(world, add_group("Empty").id) == names(world, ids.NOBODY) == []


def test_reads_large_groups_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.usecases.directory._PAGE", 7)
    crowd = [person(f"Person {number}") for number in range(30)]
    add_people(*crowd)
    assert len(expand(world.services, add_group("Crowd", *crowd).id)) == 30


def test_makes_and_fills_a_group(world: World) -> None:
    add_people(ADA)
    group = create_group(world.services, ADMINISTRATOR, START, "make", "Owners", "Who owns")
    inner = create_group(world.services, SYSTEM, START, "make inner", "Inner")
    add_member(world.services, ADMINISTRATOR, START, "join", group.id, ADA.id)
    add_member(world.services, ADMINISTRATOR, START, "nest", group.id, inner.id, "group")
    assert names(world, group.id) == ["Ada"]
    activities = [event.activity for event in world.services.audit.events("2026-03-02", 10, None).items]
    assert sorted(activities) == ["Add group", "Add group", "Add member to group", "Add member to group"]


def test_repeating_an_operation_changes_nothing_and_another_one_conflicts(world: World) -> None:
    add_people(ADA)
    group = create_group(world.services, ADMINISTRATOR, START, "make", "Owners")
    assert create_group(world.services, ADMINISTRATOR, START, "make", "Owners") == group
    for _ in range(2):
        add_member(world.services, ADMINISTRATOR, START, "join", group.id, ADA.id)
    with pytest.raises(errors.Conflict):
        add_member(world.services, ADMINISTRATOR, START, "join again", group.id, ADA.id)
    assert len(world.services.audit.events("2026-03-02", 10, None).items) == 2


def test_only_administrators_change_groups(world: World) -> None:
    group = add_group("Owners")
    with pytest.raises(errors.Forbidden):
        create_group(world.services, READER, START, "make", "Mine")
    with pytest.raises(errors.Forbidden):
        add_member(world.services, READER, START, "join", group.id, ADA.id)


def test_refuses_members_that_make_no_sense(world: World) -> None:
    group = add_group("Owners")
    with pytest.raises(errors.InvalidInput):
        create_group(world.services, ADMINISTRATOR, START, "make", "  ")
    with pytest.raises(errors.NotFound):
        add_member(world.services, ADMINISTRATOR, START, "join", ids.NOBODY, ADA.id)
    for member, kind in ((ids.NOBODY, "user"), (ids.NOBODY, "group"), (group.id, "group"), ("", "user")):
        with pytest.raises(errors.InvalidInput):
            add_member(world.services, ADMINISTRATOR, START, "join", group.id, member, kind)
