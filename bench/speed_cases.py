"""The operations that `bench speed` measures. Each does rounds of the product and of its floor, one after the other."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from bench.floor import DYNAMODB, Key, Recording, Request, afresh
from bench.floor_app import floor_app
from bench.ratios import Measured, Sample, Took, took
from bench.speed_life import Life
from bench.stage import AUDIENCE, BOSS, ISSUER, Stage

PAGE = 100
REASON = "Still works on the monthly closing of the books, needs it."
ITEM = "/v1.0/identityGovernance/accessReviews/definitions/{definition_id}/instances/{instance_id}/decisions"
REVIEW = "/api/v1/reviews/{review_id}"
Case = Callable[[Stage, int, int], list[Measured]]
Images = dict[Key, dict[str, Any]]


def decision(stage: Stage, rounds: int, items: int) -> list[Measured]:
    """One decision through the HTTP handler, against a bare Chalice route that verifies the token, makes the same
    UpdateItem and writes one log line. CPU time of this thread."""
    events = _decisions(stage)
    recorded, before = _recorded(stage, lambda: [stage.ask(event) for event in events])
    measured = Measured("one decision (CPU)", 1.35, len(events), cpu=True)
    strict = Measured("one decision (CPU), floor remembers tokens", 1.35, len(events), cpu=True)
    measured.requests = strict.requests = _said(recorded, len(events))
    apps = [floor_app(stage.floor, ISSUER, AUDIENCE, stage.sign_in.public, recorded, one) for one in (False, True)]
    works = [stage.app, *apps]
    for number in range(rounds + 1):
        spent: dict[int, Took] = {}
        for place in (0, 1, 2) if number % 2 else (2, 1, 0):
            stage.floor.put_back(recorded, before)
            spent[place] = took(partial(_decide, works[place], events))
        if number:  # the first round warms everything up
            measured.samples.append(Sample(spent[0], spent[1]))
            strict.samples.append(Sample(spent[0], spent[2]))
    stage.floor.put_back(recorded, before)
    return [measured, strict]


def outside(stage: Stage, rounds: int) -> list[float]:
    """CPU seconds of one decision less those inside the AWS client's call, decision by decision."""
    from botocore.client import BaseClient

    events, found, inside = _decisions(stage), [], [0.0]
    original: Any = BaseClient._make_api_call

    def timed(client: Any, operation: str, parameters: Any) -> Any:
        began = time.thread_time()
        try:
            return original(client, operation, parameters)
        finally:
            inside[0] += time.thread_time() - began

    recorded, before = _recorded(stage, lambda: [stage.ask(event) for event in events])
    BaseClient._make_api_call = timed
    try:
        for _ in range(max(2, rounds // 2)):
            stage.floor.put_back(recorded, before)
            for event in events:
                inside[0], began = 0.0, time.thread_time()
                stage.app(event, None)
                found.append(time.thread_time() - began - inside[0])
    finally:
        BaseClient._make_api_call = original
    stage.floor.put_back(recorded, before)
    return found


def listing(stage: Stage, rounds: int, items: int) -> list[Measured]:
    """A page of a reviewer's decision items through the HTTP handler, JSON and all, against the bare query."""
    instance = _page_review(stage)
    path = {"definition_id": instance.definition_id, "instance_id": instance.id}
    event = stage.event("GET", ITEM, path, None, **{"$top": str(PAGE)})
    stage.ask(event)  # the first look is remembered with a write
    measured = Measured(f"list page of {PAGE}", 1.2, 1)
    measured.samples, measured.requests = _rounds(stage, lambda: stage.ask(event), rounds * 4)
    return [measured]


def bulk(stage: Stage, rounds: int, items: int) -> list[Measured]:
    """Up to 1,000 decisions in one call, by eight threads."""
    number = min(items, 1_000)
    instance = _opened(stage, "bulk", number, alone=True)
    found = stage.services.items.sweep(instance.id, _boss_set(), 0, number, None).items
    wanted = [{"id": item.id, "decision": "approve", "justification": REASON} for item in found]
    event = stage.event("POST", REVIEW + "/decisions", {"review_id": instance.id}, {"decisions": wanted})
    measured = Measured(f"{number:,} decisions in one call", 1.4, 1)
    measured.samples, measured.requests = _rounds(stage, lambda: stage.ask(event), rounds)
    return [measured]


def life(stage: Stage, rounds: int, items: int) -> list[Measured]:
    """A review's opening, closing and sealing. Every round has a review of its own, which is taken away after it."""
    measured = {name: Measured(f"{name} a review of {items:,}", 1.3, 1) for name in ("open", "close", "seal")}

    def part(name: str, work: Callable[[], object]) -> None:
        sample, measured[name].requests = _pair(stage, work)
        if number:  # the first round warms everything up
            measured[name].samples.append(sample)

    for number in range(rounds + 1):
        before, whole, one = stage.floor.images(stage.tables), Recording(), Life(stage, f"life {number}", items)
        with whole.running():
            one.planned()
            part("open", one.open)
            one.lived()
            part("close", one.close)
        part("seal", one.seal)
        stage.floor.put_back(whole.requests, before)  # seals stay: the vault would remember them
    return list(measured.values())


CASES: dict[str, Case] = {"decision": decision, "list": listing, "bulk": bulk, "life": life}


def _pair(stage: Stage, work: Callable[[], object]) -> tuple[Sample, str]:
    """The product, then its floor from the same rows on; the rows are then as the product left them."""
    before, recorded = stage.floor.images(stage.tables), Recording()
    with recorded.running():
        product = took(work)
    floors = []
    for services in ((DYNAMODB,), stage.floor.services):
        stage.floor.put_back(recorded.requests, before)
        again = afresh(recorded.of(*services))
        floors.append(took(partial(stage.floor.repeat, again)))
    return Sample(product, *floors), _said(recorded.requests)


def _rounds(stage: Stage, work: Callable[[], object], rounds: int) -> tuple[list[Sample], str]:
    """Rounds of something that can be done again once its rows are put back."""
    requests, before = _recorded(stage, work)
    works = [work, lambda: stage.floor.repeat(requests)]
    samples = []
    for number in range(rounds + 1):
        spent: dict[int, Took] = {}
        for place in (0, 1) if number % 2 else (1, 0):
            stage.floor.put_back(requests, before)
            spent[place] = took(works[place])
        if number:
            samples.append(Sample(spent[0], spent[1]))
    stage.floor.put_back(requests, before)
    return samples, _said(requests)


def _decide(app: Callable[[Any, None], Any], events: Sequence[Any]) -> None:
    """Raises RuntimeError when a decision is refused."""
    wrong = [answer for answer in [app(event, None) for event in events] if answer["statusCode"] != 204]
    if wrong:
        raise RuntimeError(f"a decision was refused: {wrong[0]}")


def _recorded(stage: Stage, work: Callable[[], object]) -> tuple[list[Request], Images]:
    """The DynamoDB requests of this work when it is warm, and the rows before it, which are put back."""
    before, recorded = stage.floor.images(stage.tables), Recording()
    for _ in range(2):
        recorded.requests.clear()
        with recorded.running():
            work()
        stage.floor.put_back(recorded.requests, before)
    return recorded.of(DYNAMODB), before


def _said(requests: Sequence[Request], per: int = 1) -> str:
    """How many requests of which kind."""
    found = Counter(one.operation for one in requests)
    return ", ".join(f"{number / per:g} {operation}" for operation, number in sorted(found.items()))


def _opened(stage: Stage, name: str, number: int, alone: bool) -> Any:
    one = Life(stage, name, number, alone)
    one.planned()
    one.open()
    return one.instance


@cache
def _page_review(stage: Stage) -> Any:
    """A review of two pages, all of them the boss's."""
    return _opened(stage, "page", 2 * PAGE, alone=True)


def _decisions(stage: Stage) -> list[Any]:
    """A decision about each item of a page, by the boss."""
    instance = _page_review(stage)
    found = stage.services.items.sweep(instance.id, _boss_set(), 0, PAGE, None).items
    body = {"decision": "Approve", "justification": REASON}
    path = {"definition_id": instance.definition_id, "instance_id": instance.id}
    return [stage.event("PATCH", ITEM + "/{decision_id}", {**path, "decision_id": one.id}, body) for one in found]


def _boss_set() -> str:
    from chalicelib.domain import ids

    return ids.set_of_one(ids.guid("user", BOSS))
