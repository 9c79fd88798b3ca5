"""Our own root: holding all that is stored about a review against its seals."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.routes.api.reviews import REVIEW
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Count
from chalicelib.usecases.list_items import visible_instance
from chalicelib.usecases.read_seals import check_seals

door = Blueprint(__name__)


class SealCheck(Shape, kw_only=True):
    """What was checked, and what is wrong: `problems` says of the first hundred differences what they are and where."""

    seals: Count
    rows: Count
    consistent: bool
    problems: list[str]


@route(door, "GET", REVIEW + "/seals/check", gives=SealCheck, refuses=(409,))
def check(call: Call, review_id: str) -> Answer:
    """Verify every statement about a review (hash, place in the chain, signature), and compare every sealed row and
    every decision item that is stored. For those who see all of the review."""
    found, _ = visible_instance(call.services, call.actor, None, review_id)
    checked = check_seals(call.services, call.actor, found)
    problems = list(checked.problems)
    return {"seals": checked.seals, "rows": checked.rows, "consistent": not problems, "problems": problems}
