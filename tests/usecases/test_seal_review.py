"""Seals as the product makes them by itself, over whole reviews; `proven` shares no code with the product (P19)."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib import software
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.reviews import Status
from chalicelib.domain.seals import Kind
from chalicelib.storage.items import ItemTable
from chalicelib.usecases import restore_access
from chalicelib.usecases.confirm_removals import decline_removals
from chalicelib.usecases.ports import Drop, Save
from chalicelib.usecases.to_seal import seal_row, to_seal
from tests.factories import ADMIN
from tests.sealing import Office, office, proven, rows, wrong_equations


@pytest.fixture
def company() -> Iterator[Office]:
    with office() as one:
        yield one


def test_a_review_is_sealed_when_its_decisions_stand_and_again_when_its_removals_have_ended(company: Office) -> None:
    """Both seals, chained and signed; every equation balances, each side counted apart."""
    instance = company.review("ann", "bob", "cy", "dan", no_response=NoResponse.KEEP)
    company.decide(instance, "ann", Decision.APPROVE)
    company.decide(instance, "ann", Decision.DENY)
    company.decide(instance, "bob", Decision.APPROVE)
    company.decide(instance, "cy", Decision.DONT_KNOW)
    assert company.close(instance).status is Status.APPLIED
    decisions, removals = proven()
    assert (decisions["kind"], removals["kind"]) == ("decisions", "removals")
    assert wrong_equations(decisions) == wrong_equations(removals) == []
    said = {one["name"]: one for one in decisions["facts"]["equations"]}
    assert said["population"]["total"] == said["decisions"]["total"] == said["sealed"]["total"] == 4
    assert said["sealed"]["terms"]["denied"] == said["sealed"]["terms"]["approved"] == 1
    assert said["independent"]["terms"] == {"byOthers": 4, "byRule": 0} and said["independent"]["balanced"]
    by_item = {one["record"]["item"]: one["record"] for one in rows(instance.id, "decisions", "items")}
    items = company.items(instance)
    assert by_item[items["ann"].id]["decision"] == "Deny" and by_item[items["ann"].id]["entries"] == 2
    assert by_item[items["dan"].id]["kept"] == "noResponse"
    (removed,) = [one["record"] for one in rows(instance.id, "removals", "removals")]
    assert (removed["item"], removed["outcome"]) == (items["ann"].id, "removed")
    assert removed["applyResult"] == "AppliedSuccessfully"
    assert removals["facts"]["outcomes"] == {"removed": 1}
    assert removals["facts"]["days"] == {"median": 13, "max": 13, "histogram": {"13": 1}}
    assert removals["facts"]["decisions"]["sequence"] == 1
    due = company.services.reviews.due_until(company.world.clock.now(), 50)
    assert [row for row in due if row.kind == "seal"] == []


def test_what_is_sealed_says_how_it_came_about(company: Office) -> None:
    """Population, settings in force, software, who administered, why each reviewer was chosen, every notice."""
    instance = company.review("ann", "bob")
    company.close(instance)
    decisions = proven()[0]
    facts = decisions["facts"]
    assert facts["population"]["counts"] == {"counted": 2, "read": 2, "reviewed": 2}
    assert facts["population"]["query"]["assignmentsOfPolicy"] == instance.policy_id
    assert (facts["settings"]["noResponse"], facts["settings"]["autoApply"]) == ("keepAccess", True)
    assert set(facts["software"]) == {"version", "hash"} and len(facts["software"]["hash"]) == 64
    assert facts["administrators"][0]["role"] == "administrator"
    (asked,) = [one["record"] for one in rows(instance.id, "decisions", "reviewers")]
    assert (asked["person"], asked["why"], asked["items"]) == (company.org.people["boss"].id, "manager", 2)
    mails = [one["record"] for one in rows(instance.id, "decisions", "notices")]
    assert {(one["person"], one["state"]) for one in mails} == {(asked["person"], "sent")}
    assert "boss" not in str(decisions) and "Ann" not in str(decisions)


def test_a_review_that_opened_empty_has_both_seals(company: Office) -> None:
    """G8."""
    instance = company.review()
    assert company.state(instance).status is Status.APPLIED
    decisions, removals = proven()
    assert (decisions["tables"]["items"]["count"], removals["tables"]["removals"]["count"]) == (0, 0)
    assert wrong_equations(decisions) == wrong_equations(removals) == []


def waiting(company: Office):
    """A review whose removals wait for a confirmation."""
    instance = company.review("ann", "bob", "cy", brake_count=1, brake_percent=1)
    company.decide(instance, "ann", Decision.DENY)
    company.decide(instance, "bob", Decision.DENY)
    assert company.close(instance).brake
    (decisions,) = proven()
    assert decisions["kind"] == "decisions" and wrong_equations(decisions) == []
    return instance


def test_removals_that_are_declined_are_sealed_as_such(company: Office) -> None:
    """G24."""
    instance = waiting(company)
    decline_removals(company.services, ADMIN, company.world.clock.now(), "no", instance, "They stay")
    company.work()
    removals = proven()[1]
    assert removals["facts"]["outcomes"] == {"notConfirmed": 2} and wrong_equations(removals) == []
    assert removals["facts"]["confirmation"]["how"] == "declined"


def test_an_access_that_is_given_back_later_is_an_addendum(company: Office) -> None:
    instance = company.review("ann", "bob")
    company.decide(instance, "ann", Decision.DENY)
    company.decide(instance, "bob", Decision.APPROVE)
    company.close(instance)
    company.world.clock.advance(hours=2)
    item = company.items(instance)["ann"]
    asked = (company.services, ADMIN, company.world.clock.now(), "back", instance, item.id, "A mistake")
    restore_access.restore_access(*asked)
    company.work()
    _, removals, addendum = proven()
    assert (addendum["kind"], addendum["facts"]["what"]) == ("addendum", "restored")
    assert addendum["facts"]["of"]["sequence"] == removals["sequence"]
    assert (addendum["facts"]["about"]["item"], addendum["facts"]["about"]["by"]) == (item.id, ADMIN.id)
    restore_access.restore_access(*asked, retried=True)
    company.work()
    assert len(proven()) == 3


def test_what_does_not_add_up_is_sealed_as_it_is_and_said_loudly(
    company: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An item that was altered behind the product's back after it was counted."""
    instance = company.review("ann", "bob")
    company.decide(instance, "ann", Decision.APPROVE)
    sweep = ItemTable.sweep

    def altered(self, *place):
        page = sweep(self, *place)
        if company.state(instance).status is not Status.APPLIED:
            return page
        changed = (
            replace(one, decision=Decision.DENY, assigned=one.assigned - timedelta(days=1))
            if one.decision is Decision.APPROVE
            else one
            for one in page.items
        )
        return replace(page, items=tuple(changed))

    company.world.clock.set(instance.closes + timedelta(seconds=1))
    monkeypatch.setattr(ItemTable, "sweep", altered)
    with caplog.at_level(logging.ERROR, "access_reviews"):
        company.work()
    decisions = proven()[0]
    assert {"sealed.approved", "sealed.denied", "unchanged"} <= set(wrong_equations(decisions))
    assert decisions["facts"]["balanced"] is False
    assert company.services.seals.of_review(instance.id)[0].balanced is False
    assert "sealed.approved does not balance" in caplog.text
    events = company.services.audit.events_of_target(instance.id, 50, None).items
    (told,) = [one for one in events if one.activity == "Seal decisions"]
    assert told.details["balanced"] is False and "sealed.approved" in told.details["unbalanced"]


def test_seals_of_many_reviews_form_one_chain(company: Office) -> None:
    planned = [company.planned(name, title=name) for name in ("ann", "bob", "cy")]
    reviews = [company.opened(one) for one in planned]
    company.close(reviews[0])
    statements = proven()
    assert {one["review"] for one in statements} == {one.id for one in reviews}
    assert len(statements) == 6
    links = company.services.seals.links(2, 5)
    assert [one.sequence for one in links] == [2, 3, 4, 5]


def test_a_table_that_was_restored_from_an_older_copy_takes_over_what_the_vault_has(company: Office) -> None:
    planned = [company.planned(name, title=name) for name in ("ann", "bob")]
    first, second = (company.opened(one) for one in planned)
    company.close(first)
    before, services = proven(), company.services
    made = [seal for review in (first, second) for seal in services.seals.of_review(review.id)]
    services.writer.commit("lost", *(Drop(one) for one in (services.seals.head(), *made, *services.seals.links(1, 4))))
    company.world.clock.advance(hours=1)
    assert services.seals.of_review(first.id) == []
    facts = {"what": "disposition", "about": {}}
    services.writer.commit("say", *to_seal(second, company.world.clock.now(), "say", Kind.ADDENDUM, facts))
    company.work()
    *again, addendum = proven()
    assert again == before and (addendum["sequence"], addendum["kind"]) == (5, "addendum")
    assert sorted(one.sequence for one in made) == [one.sequence for one in services.seals.links(1, 4)]


def test_a_review_that_ends_again_after_a_restore_says_so_in_the_chain(
    company: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """docs/backup.md: the vault has its seals already, from behind the instant the tables were restored to. They are
    taken over, and an addendum says, once, that what was decided since is not what was sealed."""
    review, services = company.review("ann", "bob"), company.services
    company.decide(review, "ann", Decision.DENY)
    company.close(review)
    before, made = proven(), services.seals.of_review(review.id)
    lost = (services.seals.head(), *made, *services.seals.links(1, 2))
    company.world.clock.advance(hours=1)
    now = company.world.clock.now()
    again = Save(replace(company.state(review), closed=now))
    services.writer.commit("lost", again, *(Drop(one) for one in lost), seal_row(review.id, now))
    with caplog.at_level(logging.ERROR):
        company.work()
    *same, addendum = proven()
    assert same == before and addendum["facts"]["what"] == "endedAgain"
    about = addendum["facts"]["about"]
    assert (about["seal"], about["denied"]) == (1, company.state(review).outcome.removals)
    assert "was sealed before it ended" in caplog.text
    services.writer.commit("look", seal_row(review.id, company.world.clock.now()))
    company.work()
    assert len(proven()) == len(before) + 1


def test_the_software_that_sealed_is_named_as_it_is(company: Office) -> None:
    """Version of pyproject.toml, and a hash that `sha256sum` of the files gives again."""
    company.close(company.review("ann"))
    told = proven()[0]["facts"]["software"]
    home = Path(software.__file__).parent
    assert told["version"] == tomllib.loads((home.parent / "pyproject.toml").read_text())["project"]["version"]
    names = sorted(one.relative_to(home).as_posix() for one in home.rglob("*.py"))
    lines = [f"{sha256((home / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    assert told["hash"] == sha256("".join(lines).encode()).hexdigest()
