"""The deep look at a deployment: every part side by side, within a time that a person waits; one that fails or hangs is
told as such and keeps no other from being told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import perf_counter

from chalicelib.domain.errors import Forbidden
from chalicelib.domain.health import Condition, Finding, Part, well
from chalicelib.domain.people import Actor
from chalicelib.domain.sources import SourceKind, fell_silent
from chalicelib.usecases.agenda import BATCH
from chalicelib.usecases.gauges import seconds_behind
from chalicelib.usecases.ports import Services

LOG = logging.getLogger("access_reviews")
BOX = 8.0  # seconds for all of it
BEHIND = 900.0  # seconds from which the agenda is behind; ten minutes of work are nothing unusual
Look = Callable[[], Finding]


def look_deep(services: Services, actor: Actor) -> tuple[Part, ...]:
    """Every part of the deployment. Raises Forbidden for everybody but administrators."""
    if not actor.is_administrator:
        raise Forbidden("Only administrators look at the health of the deployment.")
    looks: dict[str, Look] = {
        **services.surroundings.looks(),
        "agenda": lambda: _agenda(services),
        "connections": lambda: _connections(services),
        "sources": lambda: _sources(services),
    }
    return side_by_side(looks, BOX)


def side_by_side(looks: Mapping[str, Look], seconds: float) -> tuple[Part, ...]:
    """What each look found, in their order; after so many seconds the others are told to have given no answer."""
    pool = ThreadPoolExecutor(len(looks))
    begun = {name: pool.submit(_looked, name, look) for name, look in looks.items()}
    wait(begun.values(), timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    return tuple(_part(name, found, seconds) for name, found in begun.items())


def _part(name: str, found: Future[Part], seconds: float) -> Part:
    if found.done() and not found.cancelled():
        return found.result()
    silent = Finding(Condition.FAILED, f"No answer within {seconds:g} seconds.", "Look at the status of this service.")
    return Part(name, silent, seconds * 1000)


def _looked(name: str, look: Look) -> Part:
    began = perf_counter()
    try:
        found = look()
    except Exception as problem:  # whatever it is, it is what this look found
        LOG.warning("the look at %s failed", name, exc_info=problem)
        code = (getattr(problem, "response", None) or {}).get("Error", {}).get("Code", type(problem).__name__)
        found = Finding(Condition.FAILED, f"It could not be looked at ({code}).", "The log has the reason.")
    return Part(name, found, round((perf_counter() - began) * 1000, 1))


def _agenda(services: Services) -> Finding:
    now = services.clock.now()
    rows = services.reviews.due_until(now, BATCH)
    behind = seconds_behind(services, rows, now)
    if behind < BEHIND:
        return well(f"{len(rows)} rows are due; none waits for long.")
    advice = "See docs/operations.md#agenda-behind."
    return Finding(Condition.DEGRADED, f"Work waits for {behind / 60:.0f} minutes that nobody is at.", advice)


def _connections(services: Services) -> Finding:
    known = services.connections.list_connections()
    broken = [one.name for one in known if one.problem]
    broken += [one.subject_id for one in services.sources.sources() if one.kind is SourceKind.TARGET and one.error]
    if not broken:
        return well(f"{len(known)} systems outside; none failed when it was last asked.")
    advice = "Test them under Connectors; removals from them wait meanwhile."
    return Finding(Condition.DEGRADED, f"Failed when last asked: {', '.join(sorted(set(broken)))}.", advice)


def _sources(services: Services) -> Finding:
    now = services.clock.now()
    known = [one for one in services.sources.sources() if one.retired is None and one.kind is not SourceKind.TARGET]
    silent = [one.display_name for one in known if fell_silent(one, now) or one.error]
    if not silent:
        return well(f"{len(known)} sources of data; all have told what they should.")
    advice = "See docs/operations.md#sources-stale; reviews that need them wait to open."
    return Finding(Condition.DEGRADED, f"Silent or failing: {', '.join(sorted(silent))}.", advice)
