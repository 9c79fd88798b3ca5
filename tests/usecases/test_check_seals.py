"""Holding what is stored against the seals finds what was altered behind the product's back, and says what (P19)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.aws.clients import client
from chalicelib.domain import errors
from chalicelib.domain.items import Decision, DecisionItem
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seals import Sealed, statement_key
from chalicelib.settings import settings
from chalicelib.storage.item_wire import to_wire
from chalicelib.storage.tables import ItemRow
from chalicelib.usecases import read_seals
from chalicelib.usecases.read_seals import check_seals
from tests.factories import ADMIN
from tests.sealing import Office, office, proven, vault, vault_keys


@dataclass
class Closed:
    """A sealed review, to be altered."""

    company: Office
    review: ReviewInstance
    snapshot: Any

    def problems(self) -> tuple[str, ...]:
        return check_seals(self.company.services, ADMIN, self.review).problems

    def item(self, name: str) -> DecisionItem:
        return self.company.items(self.review)[name]

    def overwrite(self, item: DecisionItem) -> None:
        """As somebody with the table's keys would."""
        client("dynamodb").put_item(TableName=ItemRow.Meta.table_name, Item=to_wire(item))


@pytest.fixture(scope="module")
def sealed() -> Iterator[Closed]:
    with office() as company:
        review = company.review("ann", "bob", "cy")
        company.decide(review, "ann", Decision.DENY)
        company.decide(review, "bob", Decision.APPROVE)
        company.close(review)
        yield Closed(company, review, company.cloud.snapshot())


@pytest.fixture
def closed(sealed: Closed) -> Closed:
    sealed.company.cloud.restore(sealed.snapshot)
    return sealed


def test_what_was_sealed_is_what_is_stored(closed: Closed) -> None:
    found = check_seals(closed.company.services, ADMIN, closed.review)
    assert (found.seals, found.problems) == (2, ()) and found.rows >= 6


ALTERED: dict[str, tuple[Callable[[DecisionItem], DecisionItem], str]] = {
    "another decision": (lambda one: replace(one, decision=Decision.DENY), "decision was sealed as 'Approve'"),
    "another reason": (
        lambda one: replace(one, history=(replace(one.history[0], reason="Other"),)),
        "the history was sealed as",
    ),
    "another time": (
        lambda one: replace(one, history=(replace(one.history[0], at=one.history[0].at + 1),)),
        "the history was sealed as",
    ),
    "a submission more": (lambda one: replace(one, history=one.history * 2), "entries was sealed as 1 and is 2 now"),
    "a submission less": (lambda one: replace(one, history=()), "entries was sealed as 1 and is 0 now"),
    "another person": (lambda one: replace(one, principal_id="0" * 36), "the frozen facts was sealed as"),
    "another recommendation": (lambda one: replace(one, why="named"), "the frozen facts was sealed as"),
    "another salt": (lambda one: replace(one, salt="00" * 16), "the frozen facts was sealed as"),
}


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_item_is_found_and_named(closed: Closed, how: str) -> None:
    alter, words = ALTERED[how]
    closed.overwrite(alter(closed.item("bob")))
    (problem,) = closed.problems()
    assert words in problem and closed.item("bob").id in problem


def test_erasing_a_persons_name_leaves_the_seals_as_they_are(closed: Closed) -> None:
    """R137, R164."""
    closed.company.services.items.forget(closed.review.id, closed.item("bob").id, "Removed user")
    assert closed.item("ann").display_name and closed.problems() == ()


def test_an_item_taken_away_or_put_in_is_found(closed: Closed) -> None:
    bob = to_wire(closed.item("bob"))
    table = ItemRow.Meta.table_name
    client("dynamodb").delete_item(TableName=table, Key={"pk": bob["pk"], "sk": bob["sk"]})
    (problem,) = closed.problems()
    assert "was sealed and is not stored any more" in problem
    client("dynamodb").put_item(TableName=table, Item=bob)
    client("dynamodb").put_item(TableName=table, Item=bob | {"sk": {"S": "f" * 18}})
    (problem,) = closed.problems()
    assert "is stored but was not sealed" in problem


def test_what_is_written_over_a_statement_later_counts_for_nothing(closed: Closed) -> None:
    """Object Lock keeps every version; a delete marker or a newer one hides the first, and the vault looks behind."""
    bucket, key = settings().evidence_bucket, statement_key(1)
    client("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")
    client("s3").delete_object(Bucket=bucket, Key=key)
    assert closed.problems() == ()


def forged(key: str, alter: Callable[[dict[str, Any]], Any]) -> None:
    """Replace an object as only whoever gets around Object Lock could."""
    stored = json.loads(vault(key))
    alter(stored)
    for version in client("s3").list_object_versions(Bucket=settings().evidence_bucket, Prefix=key)["Versions"]:
        client("s3").delete_object(
            Bucket=settings().evidence_bucket, Key=key, VersionId=version["VersionId"], BypassGovernanceRetention=True
        )
    client("s3").put_object(Bucket=settings().evidence_bucket, Key=key, Body=json.dumps(stored).encode())


FORGED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a fact": (lambda one: one["statement"]["facts"].update(balanced=False), "another than the one that was recorded"),
    "a root": (
        lambda one: one["statement"]["tables"]["items"].update(root="0" * 64),
        "another than the one that was recorded",
    ),
    "the signature": (lambda one: one.update(signature="AAAA"), "The signature is wrong."),
    "the signed text": (
        lambda one: one.update(checkpoint=one["checkpoint"].replace("sequence: 1", "sequence: 2")),
        "does not belong to this statement",
    ),
    "the key": (lambda one: one.update(fingerprint="0" * 64), "The key that signed it is not known."),
    "everything": (lambda one: one.clear(), "is no statement"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_statement_is_found(closed: Closed, what: str) -> None:
    alter, words = FORGED[what]
    forged(statement_key(1), alter)
    assert any(words in problem for problem in closed.problems()), closed.problems()


def test_sealed_rows_that_were_altered_do_not_lead_to_the_root(closed: Closed) -> None:
    (key,) = vault_keys(f"rows/{closed.review.id}/removals/removals/")
    data = vault(key).replace(b'"outcome":"removed"', b'"outcome":"held"')
    for version in client("s3").list_object_versions(Bucket=settings().evidence_bucket, Prefix=key)["Versions"]:
        client("s3").delete_object(
            Bucket=settings().evidence_bucket, Key=key, VersionId=version["VersionId"], BypassGovernanceRetention=True
        )
    client("s3").put_object(Bucket=settings().evidence_bucket, Key=key, Body=data)
    (problem,) = closed.problems()
    assert problem == "Seal 2, table removals: its 1 rows do not lead to the sealed root."


def test_nothing_is_sealed_behind_what_this_deployment_has_not_signed(
    closed: Closed, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody who may write into the bucket takes the next number: that is said, and never adopted."""
    sealed = Sealed.of_data(vault(statement_key(2)))
    foreign = replace(sealed, statement=replace(sealed.statement, sequence=3, review="0" * 36))
    client("s3").put_object(Bucket=settings().evidence_bucket, Key=statement_key(3), Body=foreign.data())
    services = closed.company.services
    from chalicelib.usecases.seal_chain import Draft, place

    with pytest.raises(errors.Conflict, match=r"seals/0000000003.json .* not signed by this deployment"):
        place(services, closed.review, Draft(kind=sealed.statement.kind, facts={}, about="x"))
    assert "nothing can be sealed" in caplog.text and services.seals.head().sequence == 2


def test_only_those_who_see_the_whole_review_check_it(closed: Closed, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Actor(id="0" * 36, principal_name="eve@example.com", display_name="Eve")
    with pytest.raises(errors.Forbidden):
        check_seals(closed.company.services, stranger, closed.review)
    monkeypatch.setattr(read_seals, "MOST_CHECKED", 2)
    with pytest.raises(errors.Conflict, match="Make an evidence pack"):
        check_seals(closed.company.services, ADMIN, closed.review)
    assert len(proven()) == 2
