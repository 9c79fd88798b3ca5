"""Is the deployment well? A word for whoever watches from outside, and everything for administrators."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain.health import Condition, worst
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.software import VERSION
from chalicelib.usecases.health import look_deep

door = Blueprint(__name__)


class Health(Shape, kw_only=True):
    """The function answers."""

    status: Condition
    version: str


class Looked(Shape, kw_only=True):
    """One part of the deployment: what was found, what to do about it ("": nothing), and how long the look took."""

    name: str
    status: Condition
    detail: str
    advice: str
    milliseconds: float


class DeepHealth(Shape, kw_only=True):
    """Every part; the whole is as its worst part."""

    status: Condition
    version: str
    parts: list[Looked]


@route(door, "GET", "/api/v1/health", gives=Health, public=True)
def health(call: Call) -> Answer:
    """That the front door answers, for monitors outside; it asks no other service."""
    return {"status": Condition.OK, "version": VERSION}


@route(door, "GET", "/api/v1/health/deep", gives=DeepHealth)
def deep_health(call: Call) -> Answer:
    """Tables, queues, buckets, keys, mail, sign-in and what waits, each looked at now; for administrators.

    It answers 200 whatever it finds, within about eight seconds: `status` says how the deployment is.
    """
    parts = look_deep(call.services, call.actor)
    return {
        "status": worst(parts),
        "version": VERSION,
        "parts": [
            {
                "name": one.name,
                "status": one.finding.condition,
                "detail": one.finding.detail,
                "advice": one.finding.advice,
                "milliseconds": one.ms,
            }
            for one in parts
        ],
    }
