"""Histories about one moment: two workers, a repeat, a death, a lie. Each raises AssertionError when it goes wrong."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.domain import errors, seals
from chalicelib.domain.items import Decision
from chalicelib.domain.packages import NoResponse
from chalicelib.settings import settings
from chalicelib.usecases.advance_review import advance_review
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.frozen_files import rows_of_chunk
from chalicelib.usecases.open_review import open_due_review
from chalicelib.usecases.write_items import bucket_count
from tests import factories
from tests.factories import ADMIN
from tests.simulation.office import deliver, message, office
from tests.simulation.planted.lives import NAMES, Life, begun
from tests.simulation.point import Call, Killed, Proceed

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1")


class Meanwhile:
    """Before one call of these operations, the `number`th, something else happens, whole."""

    def __init__(self, number: int, act: Any, *operations: str) -> None:
        self.left, self.act, self.operations = number, act, operations

    def __call__(self, call: Call, proceed: Proceed) -> Any:
        self.left -= call.operation in self.operations
        if self.left == 0:
            self.left = -1
            self.act()
        return proceed()


def an_assignment_by_a_worker_that_dies(chance: Random) -> None:
    """There is no right outside before there is an assignment."""
    with office("ann", outside=True) as one:
        bob = one.org.person("bob")

        def dies() -> None:
            raise Killed

        with suppress(Killed), one.point.hooked(Meanwhile(chance.randint(1, 3), dies, "TransactWriteItems", "Query")):
            assign(one.services, ADMIN, one.clock.now(), "op", Wish(target_id=bob.id, policy_id=one.policy.id))
        known = one.services.entitlements.holdings_of_person(bob.id)
        assert known or not one.outside.roles_of(bob), "a right outside that no assignment stands for"


def a_write_that_is_made_twice(chance: Random) -> None:
    """Whatever is repeated after a lost answer, nobody is told of a conflict."""

    def twice(call: Call, proceed: Proceed) -> Any:
        if not call.reads and chance.random() < 0.7:
            proceed()
        return proceed()

    with office("ann", engine="moto") as one, one.point.hooked(twice):  # which knows no tokens of transactions
        try:
            one.org.assign(one.org.policy(one.new_package("Another")), one.people["ann"])
        except errors.Conflict as problem:
            raise AssertionError(f"a false conflict: {problem}") from problem


def an_occurrence_that_is_opened_by_two(chance: Random) -> None:
    """Two take the same message of a series at the same time."""
    with office("ann", "bob") as one:
        one.evening()
        series = one.services.reviews.due_until(one.clock.now(), 5)[0].id

        def other() -> None:
            one.clock.seconds += 1
            open_due_review(one.services, series)

        with one.point.hooked(Meanwhile(chance.randint(1, 4), other, "TransactWriteItems", "GetItem", "Query")):
            open_due_review(one.services, series)
        one.world.tick()
        assert len(one.instances()) == 1, "two reviews for one date"


def a_second_worker_that_comes_too_early(chance: Random) -> None:
    """A worker stands still; another comes before its lease is over."""
    with office(*NAMES[:4]) as one:
        one.evening()
        series = one.services.reviews.due_until(one.clock.now(), 5)[0].id
        number = open_due_review(one.services, series)
        seen: list[str] = []

        def other() -> None:
            seen.append(advance_review(one.services, number))

        with (
            suppress(errors.ReviewError),
            one.point.hooked(Meanwhile(chance.randint(2, 6), other, "PutItem", "PutObject")),
        ):
            advance_review(one.services, number)
        assert set(seen) <= {"busy"}, f"a second worker began: {seen}"


def a_chunk_that_two_resolve(chance: Random) -> None:
    """A worker stands still before it commits a chunk; another opens the review; the first goes on. Managers change in
    between."""
    with office(*NAMES[: chance.randint(2, 5)]) as one:
        one.org.person("new")
        one.evening()
        series = one.services.reviews.due_until(one.clock.now(), 5)[0].id
        number = open_due_review(one.services, series)
        done: list[int] = []

        def other(call: Call, proceed: Proceed) -> Any:
            key = str(call.parameters.get("Key", ""))
            if call.operation == "PutObject" and key.endswith("/chunk/0.json") and not done:
                done.append(1)
                one.org.person("ann", manager="new")
                one.clock.seconds += one.services.settings.lease_seconds + 1
                advance_review(one.services, number)
            return proceed()

        with one.point.hooked(other):
            advance_review(one.services, number)
        one.world.tick()
        state = one.state
        buckets = bucket_count(one.services, state)
        frozen = {row.salt for n in range(state.page) for row in rows_of_chunk(one.services, number, n, buckets)}
        assert frozen == {item.salt for item in one.items().values()}, "the items are not those that were frozen"


def a_directory_that_cannot_be_read(chance: Random) -> None:
    """Now and then a read of people fails while a review opens."""
    with office(*NAMES[: chance.randint(3, 6)]) as one:

        def out(call: Call, proceed: Proceed) -> Any:
            asked = call.parameters.get("RequestItems", {}) if call.operation == "BatchGetItem" else {}
            if any("directory" in name for name in asked) and chance.random() < 0.5:
                raise call.refusal("InternalServerError", 500)
            return proceed()

        one.evening()
        with one.point.hooked(out):
            one.minutes(2)
        one.clock.seconds += 10_000
        one.settle()
        assert set(one.items()) == set(one.people), f"{set(one.items())} instead of {set(one.people)}"
        assert {item.why for item in one.items().values()} == {"manager"}, "somebody's manager was not read"


def a_review_that_nobody_was_asked_about(chance: Random) -> None:
    """The one reviewer would decide about themselves, and silence removes."""
    with office(*NAMES[: chance.randint(1, 3)]) as one:
        review = factories.by_people(
            one.clock.now().date(), one.people["ann"], no_response=NoResponse.REMOVE, brake_count=99
        )
        one.policy = one.org.policy(one.new_package("Ann's"), review=review)
        (held,) = one.org.assign(one.policy, one.people["ann"])
        one.open()
        one.close()
        assert one.services.entitlements.assignment(held).state == "delivered", "silence of nobody took access"


def the_last_one(chance: Random) -> None:
    """Everybody who has a right that somebody must keep is denied at once."""
    with begun(chance, 0.0, outside=True, names=chance.randint(1, 3)) as life:
        one = life.one
        reply = one.world.call("PUT", f"/api/v1/resources/{one.resource}/keeps-one", {"keepsOne": True})
        assert reply.status == 204
        for name in one.people:
            life.decide(name, Decision.DENY)
        one.end()
        life.work(4)
        assert one.in_the_system(), "nobody is left"


def messages_that_cannot_be_read(chance: Random) -> None:
    """What cannot be done is given back, and holds up nothing else."""
    with office("ann") as one:
        bodies = ["{", "null", '{"kind": "teleport", "id": "1"}', '{"version": 9, "kind": "series", "id": "1"}']
        number = one.services.reviews.due_until(one.clock.now() + timedelta(days=5), 5)[0].id
        batch = [message("series", number) for _ in range(chance.randint(0, 4))]
        batch.insert(chance.randint(0, len(batch)), {"body": chance.choice(bodies), "messageId": "bad"})
        assert deliver(*batch) == ["bad"], "a message that was not done is acknowledged"


def links_that_were_altered(chance: Random) -> None:
    """A link to the next page with one character changed, or in somebody else's hands."""
    with begun(chance, 0.0, names=6, outside=False) as life:
        one = life.one
        page = one.world.get(one.url("/decisions?$top=2"), "boss@example.com").json
        where = "/v1.0" + page["@odata.nextLink"].partition("/v1.0")[2]
        assert one.world.get(where, "boss@example.com").status == 200
        start = where.index("skiptoken=") + 10
        place = chance.randrange(start, len(where))
        other = where[:place] + ("A" if where[place] != "A" else "B") + where[place + 1 :]
        with suppress(ValueError):  # what is no JSON any more is no answer either
            reply = one.world.get(other, "boss@example.com")
            assert reply.status == 400, f"an altered link is followed: {reply.status}"
        assert one.world.get(where, "admin@example.com").status == 400, "another's link is followed"


def a_file_with_wicked_words(chance: Random) -> None:
    """No reason in a file begins like a formula."""
    with begun(chance, 0.0, names=2, outside=False) as life:
        one = life.one
        one.decide("ann", Decision.DENY, reason=chance.choice(HOSTILE))
        text = one.world.get(f"/api/v1/reviews/{one.instance.id}/results.csv").text.lstrip("\ufeff")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            assert not row["Reason"].strip().startswith(tuple("=+-@＝")), row["Reason"]


def reviews_that_are_sealed(chance: Random) -> None:
    """The chain of seals holds together from its beginning."""
    with begun(chance, chance.choice([0.0, 1.0]), outside=False) as life:
        _decide_some(life, chance)
        life.one.end()
        life.work(4)
        life.one.settle(3)
        previous, sequence = seals.BEFORE_ALL, 0
        while True:
            try:
                where = {"Bucket": settings().evidence_bucket, "Key": seals.statement_key(sequence + 1)}
                data = client("s3").get_object(**where)["Body"].read()
            except ClientError:
                break
            sequence += 1
            one = seals.Sealed.of_data(data)
            assert one.previous == previous, f"seal {sequence} does not follow the one before it"
            previous = seals.chained(previous, one.statement.hash)
            assert one.chain == previous, f"seal {sequence} says another chain"
        assert sequence >= 1, "nothing was sealed"


def _decide_some(life: Life, chance: Random) -> None:
    for name in life.one.people:
        if chance.random() < 0.6:
            life.attempt(name, chance.choice([Decision.APPROVE, Decision.DENY]))
