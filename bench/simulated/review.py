"""The story: a review of a given size opens, its reviewers are told and decide, it closes, removes and is sealed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from bench.side import unmetered
from bench.simulated.account import CountingCloud, SideBySide, VirtualClock, counting
from bench.simulated.ledger import Ledger
from bench.simulated.model import HTTP_CPU, LAMBDA_FACTOR, RENDERED, SECOND, Plan
from bench.simulated.stage import Stage

SAMPLED = 40  # mails of a kind that are really rendered; the others are cut from the last of them
OPEN_FOR = 0.7  # of its time: so long reviewers come
PAGE = 100  # items a page of the portal, and decisions it sends together


@dataclass
class Played:
    """A review that was played to its end."""

    plan: Plan
    cloud: CountingCloud
    ledger: Ledger
    stage: Stage
    state: Any
    seals: list[Any]


class Press:
    """Implements ports.Renderer: the product's own for the first mails of a kind, then copies of the last."""

    def __init__(self, renderer: Any, clock: VirtualClock) -> None:
        self.renderer, self.clock = renderer, clock
        self.made: dict[str, tuple[int, Any]] = {}

    def render(self, notice: Any, to: str, key: str) -> Any:
        kind = type(notice).__name__
        number, last = self.made.get(kind, (0, None))
        if number < SAMPLED:
            last = self.renderer.render(notice, to, key)
            self.made[kind] = (number + 1, last)
            return last
        self.clock.wait(RENDERED * LAMBDA_FACTOR / SECOND)
        return replace(last, to=to, key=key)


@contextmanager
def stood_up(plan: Plan) -> Iterator[tuple[CountingCloud, VirtualClock, Ledger, Any]]:
    """The product on an empty account that counts; its clock, the ledger and its services."""
    from tests import conftest  # noqa: I001 - the environment, before the product is imported

    from chalicelib import bootstrap
    from chalicelib.aws.clients import client
    from chalicelib.settings import settings

    clock = VirtualClock()
    ledger = Ledger(clock.real)
    SideBySide.clock = clock
    with ExitStack() as held:
        cloud = held.enter_context(counting(clock, ledger, plan))
        conftest.make_tables()
        conftest.furnish()
        key = client("kms").create_key(KeySpec="RSA_3072", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        client("kms").create_alias(AliasName=settings().signing_key, TargetKeyId=key)
        bootstrap.use_clock(clock)
        services = bootstrap.services()
        services = replace(services, renderer=cast(Any, Press(services.renderer, clock)))
        held.enter_context(patch.object(bootstrap, "services", lambda: services))
        for name in _threaded():
            held.enter_context(patch(f"{name}.ThreadPoolExecutor", SideBySide))
        for name in ("storage.writer", "storage.pacing", "aws.events", "aws.mailer"):
            quiet = SimpleNamespace(sleep=clock.wait, time=clock.real, monotonic=clock.real)
            held.enter_context(patch(f"chalicelib.{name}.time", quiet))
        yield cloud, clock, ledger, services


def _threaded() -> list[str]:
    """The use cases that work on several threads."""
    import pkgutil
    from importlib import import_module

    from chalicelib import usecases

    names = [f"{usecases.__name__}.{one.name}" for one in pkgutil.iter_modules(usecases.__path__)]
    return [name for name in names if hasattr(import_module(name), "ThreadPoolExecutor")]


def play(plan: Plan) -> Played:
    """Play a whole review."""
    with stood_up(plan) as (cloud, clock, ledger, services):
        from chalicelib.settings import settings

        stage = Stage(cloud, clock, ledger, settings().work_queue_url)
        story = Story(plan, cloud, clock, ledger, services, stage)
        return story.whole()


class Story:
    """One review from its opening to its seals."""

    def __init__(
        self, plan: Plan, cloud: CountingCloud, clock: VirtualClock, ledger: Ledger, services: Any, stage: Stage
    ) -> None:
        self.plan, self.cloud, self.clock, self.ledger = plan, cloud, clock, ledger
        self.services, self.stage = services, stage
        self.random = random.Random(plan.seed)
        self.instance: Any = None
        self.reviewers: list[str] = []

    def whole(self) -> Played:
        """Everything in turn."""
        self.prepare()
        self.open()
        self.decide()
        self.end()
        state = self.state()
        seals = self.services.seals.of_review(self.instance.id)
        return Played(self.plan, self.cloud, self.ledger, self.stage, state, seals)

    def prepare(self) -> None:
        """People, a policy, assignments: not counted."""
        from bench.simulated.people import person_id, settle
        from tests import factories

        plan = self.plan
        org = factories.Organisation(self.services)
        fallback = org.person("fallback")
        more = {"duration_days": plan.days, "brake_count": plan.items + 1, "justification_required": False}
        day = self.clock.now().date()
        if plan.panel:
            people = [org.person(f"member{number}") for number in range(plan.panel)]
            review, self.reviewers = factories.by_people(day, *people, **more), [one.id for one in people]
        else:
            review = factories.by_manager(day, fallback, **more)
            self.reviewers = [person_id(number) for number in range(plan.reviewers)]
        policy = org.policy(review=review)
        settle(self.cloud, self.services, policy, fallback.id, plan)
        self.policy = policy
        for name in ("items", "audit"):
            self.cloud.table(name).taken()
        opens = self.clock.now().replace(hour=23, minute=59, second=0)
        self.clock.move_to(self.clock.real() + (opens - self.clock.now()).total_seconds())
        self.stage.began = self.clock.real()
        self.ledger.forget()

    def state(self) -> Any:
        """The review's state; looking is not counted."""
        with unmetered():
            return self.services.reviews.state(self.instance.id)

    def open(self) -> None:
        """Open it, and tell everybody."""
        from chalicelib.domain import ids

        definition = ids.definition_id(self.policy.id)
        found: list[Any] = []

        def opened() -> bool:
            with unmetered():
                found.extend(() if found else self.services.reviews.instances_of(definition, 1, None).items)
            if not found:
                return False
            self.instance = found[0]
            state = self.state()
            return state is not None and "start" in state.mailed

        self.stage.run(self.clock.real() + 20 * 86_400, opened)
        if not self.instance:
            raise RuntimeError("the review did not open")

    def decide(self) -> None:
        """Reviewers come over most of the time, in any order; reminders go out in between."""
        first = self.clock.real()
        last = first + (self.instance.closes - self.clock.now()).total_seconds() * OPEN_FOR
        coming = [one for one in self.reviewers if self.plan.panel or self.random.random() < self.plan.decided]
        for moment, person in sorted((self.random.uniform(first, last), one) for one in coming):
            self.stage.run(moment)
            self.clock.move_to(max(moment, self.clock.real()))
            Session(self, person).work()
            self.stage.stream()

    def end(self) -> None:
        """Remind whoever did not come, close, remove, seal."""
        from chalicelib.domain.reviews import Status

        closes = self.clock.real() + (self.instance.closes - self.clock.now()).total_seconds()
        self.stage.run(closes)
        self.stage.run(closes + 60 * 86_400, lambda: self.state().status in (Status.APPLIED, Status.FAILED))
        self.stage.run(self.clock.real() + 600)
        self.stage.stream(everything=True)


class Session:
    """One reviewer at the portal: looks at what is asked, page by page, and sends the decisions of each page."""

    def __init__(self, story: Story, person: str) -> None:
        self.story, self.person_id = story, person

    def work(self) -> None:
        """A session of some requests; a part of the decisions is changed in the end."""
        services, instance = self.story.services, self.story.instance
        user = self._request("person", lambda: services.people.user(self.person_id))
        self._request("reviews", lambda: services.reviews.my_reviews(self.person_id, 50, None))
        self._request("status", lambda: services.reviews.progress(instance.id))
        parts = self._request("briefing", lambda: services.reviews.my_parts(self.person_id, instance))
        after: str | None = None
        share = 1 / len(self.story.reviewers) if self.story.plan.panel else 1.0
        while True:
            page = self._request("items", lambda after=after: self._page(parts, after))
            chosen = [item for item in page.items if share == 1.0 or self.story.random.random() < share * 1.5]
            self._send(user, [self._decision(item) for item in chosen if not item.history])
            after = page.next
            if after is None:
                break
        changed = [item for item in page.items if self.story.random.random() < self.story.plan.changed]
        self._send(user, [self._decision(item, approve=True) for item in changed])

    def _page(self, parts: Any, after: str | None) -> Any:
        from chalicelib.usecases.list_items import items_of_reviewer

        return items_of_reviewer(self.story.services, self.person_id, self.story.instance, parts, PAGE, after)

    def _decision(self, item: Any, approve: bool = False) -> Any:
        from chalicelib.domain.items import Decision
        from chalicelib.usecases.decide import Submission

        deny = not approve and self.story.random.random() < self.story.plan.denied
        reason = "No longer in this role." if deny else "Still needed for the daily work."
        return Submission(item_id=item.id, decision=Decision.DENY if deny else Decision.APPROVE, justification=reason)

    def _send(self, user: Any, submissions: list[Any]) -> None:
        from chalicelib.usecases.decide import record_many

        services, instance = self.story.services, self.story.instance
        for start in range(0, len(submissions), PAGE):
            part, now = submissions[start : start + PAGE], self.story.clock.now()
            self._request(
                "decisions",
                lambda part=part, now=now: record_many(services, user, instance, part, now, services.clock.new_id()),
            )

    def _request(self, what: str, act: Any) -> Any:
        """One request of the API, a second after the one before."""
        found: list[Any] = []

        def answer() -> None:
            self.story.clock.wait(HTTP_CPU * LAMBDA_FACTOR / SECOND)
            found.append(act())

        self.story.clock.wait(1.0)
        with self.story.ledger.during("decide"):
            self.story.stage.invoke("api", what, answer)
        return found[0]
