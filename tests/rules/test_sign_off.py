"""Exceptions with dispositions, and the control owner's sign-off, after which nothing changes (brief, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain.packages import NoResponse
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import Kind, Sealed, Statement, statement_key
from chalicelib.usecases import sign_off
from chalicelib.usecases.sign_off import decided_by
from tests import factories
from tests.factories import ADMIN
from tests.house import House, house
from tests.world import Reply

__all__ = ["house"]
WORDS = "I have looked at every exception. The access that is left is needed."


@dataclass
class Closed:
    """A closed review: the manager approved Ann and denied Bob; nobody answered for Cid, whose access stays."""

    house: House
    review: ReviewInstance
    owner: User

    def call(self, method: str, tail: str, body: Any = None, as_: str = "admin@example.com") -> Reply:
        return self.house.world.call(method, f"/api/v1/reviews/{self.review.id}/{tail}", body, as_)

    def exceptions(self) -> dict[str, dict[str, Any]]:
        return {one["key"]: one for one in self.call("GET", "exceptions").json["value"]}

    def dispose(self, key: str, as_: str = "admin@example.com", **more: str) -> Reply:
        return self.call("PUT", f"exceptions/{key}", {"disposition": "accepted", "reason": "Known.", **more}, as_)

    def state(self, as_: str = "admin@example.com") -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", "sign-off", None, as_).json
        return found

    def missing(self) -> list[str]:
        return [one["code"] for one in self.state()["missing"]]

    def sign(self, as_: str = "", words: str = WORDS) -> Reply:
        return self.call("POST", "sign-off", {"words": words}, as_ or self.owner.principal_name)

    def name_owner(self, scope: str = "") -> Reply:
        path = scope or f"access-packages/{self.review.package_id}"
        return self.house.world.call("PUT", f"/api/v1/{path}/control-owner", {"personId": self.owner.id})

    def statements(self, kind: Kind) -> list[Statement]:
        """What was sealed of this kind, as it lies in the vault."""
        services = self.house.world.services
        made = [one for one in services.seals.of_review(self.review.id) if one.kind is kind]
        return [Sealed.of_data(services.vault.get(statement_key(one.sequence))).statement for one in made]

    def ready(self) -> None:
        """Everything a signature needs."""
        self.name_owner()
        for key in self.exceptions():
            assert self.dispose(key).status == 200


@pytest.fixture
def closed(house: House) -> Closed:
    ann, bob, cid = house.staff("ann", "bob", "cid")
    owner = house.organisation.person("carol")
    review = house.opened(house.policy(ann, bob, cid, no_response=NoResponse.KEEP))
    house.decide(review, house.boss, "Ann", "Approve")
    house.decide(review, house.boss, "Bob", "Deny", "Left the team.")
    house.closed(review)
    return Closed(house, review, owner)


def test_exceptions_are_listed_with_their_cases(closed: Closed) -> None:
    found = closed.exceptions()
    assert {key: one["count"] for key, one in found.items()} == {"notAnswered.noResponse": 1}
    assert closed.call("GET", "exceptions").json["open"] == 1
    (case,) = closed.call("GET", "exceptions/notAnswered.noResponse/cases").json["value"]
    assert case["person"]["displayName"] == "Cid"
    assert closed.call("GET", "exceptions/stopped/cases").json["value"] == []
    assert closed.call("GET", "exceptions/unknown/cases").status == 404


def test_an_open_review_has_no_exceptions_yet(house: House) -> None:
    (ann,) = house.staff("ann")
    review = house.opened(house.policy(ann))
    assert house.world.get(f"/api/v1/reviews/{review.id}/exceptions").status == 409


def test_dispositions_are_kept_and_the_latest_counts(closed: Closed) -> None:
    assert closed.dispose("notAnswered.noResponse").status == 200
    assert closed.dispose("notAnswered.noResponse").status == 200  # the same again
    closed.house.world.clock.advance(hours=1)
    again = closed.dispose("notAnswered.noResponse", disposition="remediated", reason="Asked Cid's manager.")
    (one,) = again.json["value"]
    assert [each["disposition"] for each in one["dispositions"]] == ["accepted", "remediated"]
    assert one["open"] is False and again.json["open"] == 0
    events = closed.house.world.services.audit.events_of_target(closed.review.id, 50, None).items
    made = [each for each in events if each.activity == "Record exception disposition"]
    assert [each.details["disposition"] for each in made] == ["remediated", "accepted"]
    closed.house.world.tick()
    facts = [found.facts for found in closed.statements(Kind.ADDENDUM)]
    assert [(each["what"], each["about"]["disposition"]) for each in facts] == [
        ("disposition", "accepted"),
        ("disposition", "remediated"),
    ]


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [("dontKnow", {}, 404), ("notAnswered.noResponse", {"reason": " "}, 400), ("dontKnow", {"reason": "x" * 501}, 400)],
)
def test_what_cannot_be_disposed_is_refused(closed: Closed, key: str, body: dict[str, str], status: int) -> None:
    assert closed.dispose(key, **body).status == status


def test_administrators_and_the_control_owner_dispose_and_nobody_else(closed: Closed) -> None:
    org = closed.house.organisation
    manager, auditor = org.person("manager"), org.person("auditor")
    org.grant(manager, Role.PACKAGE_MANAGER, f"package:{closed.review.package_id}")
    org.grant(auditor, Role.AUDITOR)
    for person in (manager, auditor):
        assert closed.call("GET", "exceptions", None, person.principal_name).status == 200
        assert closed.call("GET", "sign-off", None, person.principal_name).json["mayDispose"] is False
        assert closed.dispose("notAnswered.noResponse", person.principal_name).status == 403
        assert closed.sign(person.principal_name).status in (403, 409)
    reader = org.person("reader")
    org.grant(reader, Role.CATALOG_READER, f"catalog:{closed.review.catalog_id}")
    for tail in ("exceptions", "sign-off", "exceptions/dontKnow/cases"):
        assert closed.call("GET", tail, None, reader.principal_name).status == 403
    assert closed.dispose("notAnswered.noResponse", closed.owner.principal_name).status == 404
    closed.name_owner()
    assert closed.dispose("notAnswered.noResponse", closed.owner.principal_name).status == 200


def test_a_package_has_its_own_control_owner_or_its_catalogs(closed: Closed) -> None:
    world, package = closed.house.world, f"/api/v1/access-packages/{closed.review.package_id}/control-owner"
    catalog = f"/api/v1/catalogs/{closed.review.catalog_id}/control-owner"
    assert world.get(package).json == {"controlOwner": None, "of": None, "since": None, "mayName": True}
    assert world.call("PUT", catalog, {"personId": closed.house.boss.id}).status == 200
    assert (world.get(package).json["of"], world.get(package).json["controlOwner"]["displayName"]) == (
        "catalog",
        "Boss",
    )
    assert closed.name_owner().json["of"] == "package"
    assert world.get(package).json["controlOwner"]["displayName"] == "Carol"
    grants = [one for one in world.services.people.role_grants() if one.role is Role.CONTROL_OWNER]
    assert len(grants) == 2
    closed.name_owner()  # again: nothing changes
    events = world.services.audit.events_of_target(closed.owner.id, 10, None).items
    assert [one.activity for one in events] == ["Add role assignment"]
    assert world.call("PUT", package, {"personId": closed.house.boss.id}).json["controlOwner"]["displayName"] == "Boss"
    assert world.call("DELETE", package).status == 204
    assert world.get(package).json["of"] == "catalog"


def test_only_administrators_name_control_owners(closed: Closed) -> None:
    org, world = closed.house.organisation, closed.house.world
    keeper = org.person("keeper")
    org.grant(keeper, Role.CATALOG_OWNER, f"catalog:{closed.review.catalog_id}")
    body = {"personId": keeper.id}
    path = f"/api/v1/access-packages/{closed.review.package_id}/control-owner"
    assert world.call("PUT", path, body, keeper.principal_name).status == 403
    role = {"role": "controlOwner", "principalId": keeper.id, "scope": f"package:{closed.review.package_id}"}
    assert world.post("/api/v1/roles", role, keeper.principal_name).status == 403
    assert world.post("/api/v1/roles", role).status == 201
    assert world.post("/api/v1/roles", {**role, "principalId": closed.owner.id}).status == 409
    assert world.call("PUT", path, {"personId": "nobody"}).status == 400


def test_what_is_missing_is_said_until_nothing_is(closed: Closed) -> None:
    assert {"noControlOwner", "openExceptions"} <= set(closed.missing())
    closed.name_owner()
    refused = closed.sign()
    assert refused.status == 409 and "exception wants a disposition" in refused.error["message"]
    closed.ready()
    assert closed.missing() == []
    assert closed.state(closed.owner.principal_name)["maySignOff"] and not closed.state()["maySignOff"]


def test_the_control_owner_signs_once_in_their_own_words(closed: Closed) -> None:
    closed.ready()
    assert closed.sign("admin@example.com").status == 403
    assert closed.sign(words="  ").status == 400
    first = closed.sign()
    assert first.status == 200, first.text
    assert first.json["words"] == WORDS and first.json["by"]["displayName"] == "Carol"
    closed.house.world.clock.advance(hours=1)
    assert closed.sign(words="Something else.").json == first.json
    assert closed.sign("admin@example.com").status == 403
    shown = closed.state()
    assert shown["signOff"] == first.json and shown["missing"] == [] and not shown["mayDispose"]
    (row,) = closed.house.world.get("/api/v1/closed-reviews").json["value"]
    assert row["signedOffDateTime"] == first.json["dateTime"] and row["openExceptions"] == 0
    events = closed.house.world.services.audit.events_of_target(closed.review.id, 50, None).items
    assert [one.actor_id for one in events if one.activity == "Sign off access review"] == [closed.owner.id]


def test_the_signature_is_sealed_over_every_statement_of_the_review(closed: Closed) -> None:
    """Who, in which words, on which dispositions; it covers both seals and the addendum."""
    closed.ready()
    closed.sign()
    closed.house.world.tick()
    (statement,) = closed.statements(Kind.SIGN_OFF)
    facts = statement.facts
    assert (facts["who"], facts["role"], facts["words"]) == (closed.owner.id, "controlOwner", WORDS)
    assert [(one["key"], one["disposition"]) for one in facts["exceptions"]] == [("notAnswered.noResponse", "accepted")]
    made = closed.house.world.services.seals.of_review(closed.review.id)
    assert [one.kind for one in made] == [Kind.DECISIONS, Kind.REMOVALS, Kind.ADDENDUM, Kind.SIGN_OFF]
    assert facts["covers"] == [one.statement_hash for one in made[:3]]


def test_the_control_owner_is_told_once_that_a_review_waits_for_the_sign_off(house: House) -> None:
    (ann,) = house.staff("ann")
    policy = house.policy(ann, no_response=NoResponse.KEEP)
    carol = house.organisation.person("carol")
    house.organisation.grant(carol, Role.CONTROL_OWNER, f"catalog:{policy.catalog_id}")
    review = house.opened(policy)
    house.closed(review)
    closed = Closed(house, review, carol)
    closed.dispose("notAnswered.noResponse")
    house.world.tick()  # seals the addendum
    told = [one for one in house.world.mails() if one["subject"].startswith("To sign off")]
    assert [one["to"] for one in told] == ["carol@example.com"]
    assert "1 exception: say what is made of each." in told[0]["body"] and f"/evidence/{review.id}" in told[0]["body"]


def test_who_administered_is_sealed_with_the_decisions(closed: Closed) -> None:
    (statement,) = closed.statements(Kind.DECISIONS)
    (first,) = statement.facts["administrators"]
    assert (first["role"], first["kind"], first["principal"]) == ("administrator", "settings", ADMIN.id)


def test_after_the_sign_off_nothing_changes(closed: Closed) -> None:
    closed.ready()
    (bob,) = closed.call("GET", "removals").json["value"]
    keeper = closed.house.organisation.person("keeper")
    closed.house.organisation.grant(keeper, Role.CATALOG_OWNER, f"catalog:{closed.review.catalog_id}")
    restore = f"items/{bob['id']}/restore"
    assert closed.call("GET", restore, None, keeper.principal_name).json["restorable"] is True
    assert closed.sign().status == 200
    assert closed.call("GET", restore, None, keeper.principal_name).json["because"] == "signedOff"
    series = f"/v1.0/identityGovernance/accessReviews/definitions/{closed.review.definition_id}"
    refused = [
        closed.dispose("notAnswered.noResponse", reason="Another reason."),
        closed.call("POST", restore, {"reason": "Needed."}, keeper.principal_name),
        closed.call("POST", "confirm-removals", {}),
        closed.call("POST", "decline-removals", {"reason": "No."}),
        closed.house.world.post(f"{series}/instances/{closed.review.id}/applyDecisions"),
    ]
    assert [one.status for one in refused] == [409] * len(refused), [one.text for one in refused]
    assert all("signed off" in one.error["message"] for one in refused)


def test_a_disposition_at_the_moment_of_the_signature_is_in_it_or_refused(
    closed: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever commits second meets the other's row."""
    closed.ready()
    real = sign_off.decided_by

    def meanwhile(*given: Any) -> Any:
        assert closed.dispose("notAnswered.noResponse", reason="At the last moment.").status == 200
        return real(*given)

    monkeypatch.setattr(sign_off, "decided_by", meanwhile)
    assert closed.sign().status == 409
    assert closed.state()["signOff"] is None
    monkeypatch.setattr(sign_off, "decided_by", real)
    assert closed.sign().status == 200


def test_what_the_signer_decided_themselves_is_marked(house: House) -> None:
    ann, bob = house.staff("ann", "bob")
    review = house.opened(house.policy(ann, bob))
    house.decide(review, house.boss, "Ann", "Deny")
    house.world.clock.advance(minutes=2)
    house.decide(review, house.boss, "Ann", "Approve")
    house.decide(review, house.boss, "Bob", "Deny", "Gone.")
    house.closed(review)
    closed = Closed(house, review, house.boss)
    closed.ready()
    signed = closed.sign().json
    assert (signed["decidedThemselves"], signed["deniedThemselves"], signed["countedWhole"]) == (2, 1, True)
    services = house.world.services
    assert decided_by(services, review, services.reviews.state(review.id), ADMIN.id) == (0, 0, True)


def test_decisions_about_oneself_are_an_exception_where_they_are_allowed(house: House) -> None:
    """G11: counted by the closing sweep."""
    today = house.world.clock.now().date()
    ann, bob = house.organisation.person("ann"), house.organisation.person("bob")
    settings = factories.by_people(today, ann, bob, self_decision=True, justification_required=False)
    policy = house.organisation.policy(review=settings)
    house.organisation.assign(policy, ann, bob)
    review = house.opened(policy)
    assert house.decide(review, ann, "Ann", "Approve").status == 204
    assert house.decide(review, ann, "Bob", "Approve").status == 204
    house.closed(review)
    closed = Closed(house, review, bob)
    assert closed.exceptions()["ownDecision"]["count"] == 1
    (case,) = closed.call("GET", "exceptions/ownDecision/cases").json["value"]
    assert case["person"]["displayName"] == "Ann"
