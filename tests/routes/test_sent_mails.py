"""The mails that were sent or tried: about a review, to a person, and those that did not reach anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import PrincipalName, Role
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.mails_sent import undeliverable
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.world import World

MAILS = "/api/v1/mails"
CSV = {"content-type": "text/csv"}


@pytest.fixture
def org(world: World) -> Organisation:
    """A boss with an address, a deputy without one, and a report of each."""
    made = Organisation(world.services)
    made.person("boss")
    unreachable = replace(made.person("deputy"), mail="", principal_name="deputy")
    made.services.writer.remove(PrincipalName(name="deputy@example.com", user_id=unreachable.id))
    made.services.writer.put_all([unreachable, PrincipalName(name="deputy", user_id=unreachable.id)])
    made.person("ann", manager="boss")
    made.person("bob", manager="deputy")
    return made


def opened(world: World, org: Organisation, **settings: Any) -> ReviewInstance:
    """A review of both reports by their managers, opened and told; nobody but the unreachable one could step in."""
    review = factories.by_manager(world.clock.now().date(), org.people["deputy"], **settings)
    policy = org.policy(review=review)
    org.assign(policy, org.people["ann"], org.people["bob"])
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    return instance


def every(world: World, url: str, as_: str = "admin@example.com") -> list[dict[str, Any]]:
    """All pages of a list."""
    found, link = [], url
    while link:
        page = world.get(link, as_).json
        found += page["value"]
        link = page.get("nextLink", "").removeprefix("https://graph.example.com/api")
    return found


def told(world: World, instance: ReviewInstance) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["to"]["displayName"], one["kind"]): one for one in every(world, f"{MAILS}?reviewId={instance.id}")}


def test_the_mails_of_a_review_say_who_got_one_and_who_could_not(world: World, org: Organisation) -> None:
    instance = opened(world, org)
    mails = told(world, instance)
    assert set(mails) == {("Boss", "start"), ("Deputy", "start")}
    sent, failed = mails["Boss", "start"], mails["Deputy", "start"]
    assert (sent["state"], sent["sentDateTime"], sent["readable"]) == ("sent", "2026-03-02T23:59:30Z", True)
    assert (failed["state"], failed["fault"], failed["failedDateTime"]) == (
        "failed",
        "noAddress",
        "2026-03-02T23:59:30Z",
    )
    assert sent["review"] == {"id": instance.id, "displayName": instance.name} and sent["fault"] is None


def test_what_was_refused_says_why_and_is_listed_and_counted_while_its_review_runs(
    world: World, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = type(world.services.mailer).send

    def refuse(mailer: Any, mail: Any) -> str:
        if mail.to == "boss@example.com":
            raise InvalidInput("SES refused the mail: Address is on the suppression list.")
        return send(mailer, mail)

    monkeypatch.setattr(type(world.services.mailer), "send", refuse)
    instance = opened(world, org)
    listed = {one["to"]["displayName"]: one for one in every(world, f"{MAILS}/undelivered")}
    assert listed["Boss"]["fault"] == "refused" and "suppression list" in listed["Boss"]["detail"]
    assert listed["Boss"]["address"] == "boss@example.com" and listed["Boss"]["waiting"]
    assert listed["Deputy"]["fault"] == "noAddress" and listed["Deputy"]["detail"] is None
    assert world.get(f"{MAILS}/undelivered/count").json == {"mails": 2, "people": 2, "more": False}
    assert len(every(world, f"{MAILS}/undelivered?reviewId={instance.id}")) == 2
    world.clock.set(instance.closes + timedelta(minutes=5))
    world.tick()
    assert undeliverable(world.services, ADMIN).mails == 0
    assert not any(one["waiting"] for one in every(world, f"{MAILS}/undelivered"))


def test_a_mended_address_gets_the_mail_and_leaves_the_list(world: World, org: Organisation) -> None:
    """Silence of somebody who was never asked removes nobody (G10); better they are asked."""
    instance = opened(world, org)
    deputy = org.people["deputy"].id
    mended = f"id,userPrincipalName,displayName,mail\n{deputy},deputy@example.com,Deputy,deputy@example.com\n"
    world.post("/api/v1/imports/people", mended, headers=CSV)
    world.drain()
    assert [mail["to"] for mail in world.mails()] == ["boss@example.com", "deputy@example.com"]
    assert told(world, instance)["Deputy", "start"]["state"] == "sent"
    assert every(world, f"{MAILS}/undelivered") == []
    world.tick()
    assert len(world.mails()) == 2


def test_the_mails_of_a_review_hold_those_to_others_too(world: World, org: Organisation) -> None:
    """R82, G14, G15: owners before and after the close, and whoever lost access."""
    owner = org.person("olga")
    instance = opened(world, org, no_response=NoResponse.REMOVE, justification_required=False)
    org.grant(owner, Role.CATALOG_OWNER, f"catalog:{instance.catalog_id}")
    world.clock.set(instance.closes.replace(hour=9))
    world.tick()
    world.clock.set(instance.closes + timedelta(minutes=5))
    world.tick()
    mails = told(world, instance)
    assert {("Olga", "summary"), ("Olga", "finished"), ("Ann", "ended")} <= set(mails)
    assert mails["Olga", "finished"]["readable"] and not mails["Olga", "summary"]["readable"]
    mine = every(world, f"{MAILS}?personId={owner.id}")
    assert [one["kind"] for one in mine] == ["finished", "summary"]
    assert {one["accessPackage"] for one in mine} == {instance.package_name}


def test_a_persons_mails_are_newest_first(world: World, org: Organisation) -> None:
    instance = opened(world, org)
    world.clock.set((instance.opens + timedelta(days=7)).replace(hour=18, minute=0, second=1))
    world.tick()
    mine = every(world, f"{MAILS}?personId={org.people['boss'].id}")
    assert [one["kind"] for one in mine] == ["midpoint", "start"]
    assert mine == every(world, f"{MAILS}?personId={org.people['boss'].id}", "boss@example.com")
    assert world.get(f"{MAILS}?personId={org.people['boss'].id}", "ann@example.com").status == 404


def test_a_mail_can_be_read_again_as_it_would_be_written_now(world: World, org: Organisation) -> None:
    instance = opened(world, org)
    boss = org.people["boss"].id
    mail = world.get(f"/api/v1/reviews/{instance.id}/mails/{boss}?kind=start")
    assert mail.status == 200 and "Ann" in mail.text and "sandbox" in mail.headers["Content-Security-Policy"]
    plain = world.get(f"/api/v1/reviews/{instance.id}/mails/{boss}?kind=start&format=text").text
    assert plain.startswith(f"Subject: {world.mails()[0]['subject']}\n") and "<" not in plain
    own = world.get(f"/api/v1/reviews/{instance.id}/mails/{boss}?kind=start", "boss@example.com")
    assert own.text == mail.text
    for wrong in ("midpoint", "summary", "nothing"):
        assert world.get(f"/api/v1/reviews/{instance.id}/mails/{boss}?kind={wrong}").status == 404
    assert world.get(f"/api/v1/reviews/{instance.id}/mails/{boss}").error["target"] == "kind"
    assert world.get(f"/api/v1/reviews/{instance.id}/mails/{boss}?kind=start", "bob@example.com").status == 404


def test_either_a_review_or_a_person(world: World, org: Organisation) -> None:
    assert world.get(MAILS).error["target"] == "reviewId"
    assert world.get(f"{MAILS}?reviewId=x&personId=y").status == 400
    assert world.get(f"{MAILS}?reviewId=x").status == 404
    assert world.get(f"{MAILS}?personId=x").status == 404


def test_managers_of_a_package_see_its_mails_and_no_others(world: World, org: Organisation) -> None:
    instance = opened(world, org)
    org.grant(org.person("mia"), Role.PACKAGE_MANAGER, f"package:{instance.package_id}")
    org.grant(org.person("max"), Role.PACKAGE_MANAGER, f"package:{org.package('Other').id}")
    boss = org.people["boss"].id
    for who, seen in (("mia@example.com", 1), ("max@example.com", 0)):
        assert len(every(world, f"{MAILS}/undelivered", who)) == seen
        assert len(every(world, f"{MAILS}?personId={boss}", who)) == seen
    assert len(every(world, f"{MAILS}?reviewId={instance.id}", "mia@example.com")) == 2
    assert world.get(f"{MAILS}?reviewId={instance.id}", "max@example.com").status == 404
