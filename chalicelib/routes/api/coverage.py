"""Coverage: which policies are reviewed, which are not, who switched reviews off, when the last was completed."""

from __future__ import annotations

from typing import Any, Literal

from chalice.app import Blueprint
from msgspec import UNSET, UnsetType

from chalicelib.domain import errors, ids
from chalicelib.routes import shapes
from chalicelib.routes.api.reports import FILE, csv_answer
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.coverage import REVIEWED, Coverage, coverage, coverage_of, require_report_reader
from chalicelib.usecases.exports import COVERAGE, Asked

door = Blueprint(__name__)
_PAGE, _COUNTED_PAGE = 100, 25
_PACKAGES = 50


class CoveredObject(shapes.Answer, kw_only=True):
    """A catalog, package, policy or person."""

    id: str
    display_name: shapes.Text = UNSET


class SwitchedOff(shapes.Answer, kw_only=True):
    """Who switched the reviews of a policy off, and when."""

    by: CoveredObject
    date_time: shapes.Instant


class LastCompleted(shapes.Answer, kw_only=True):
    """The review of a policy that ended last."""

    id: str
    end_date_time: shapes.Instant
    days_since: int


class PolicyCoverage(shapes.Answer, kw_only=True):
    """How the assignments through a policy are reviewed; `noPolicy` for a package that has none."""

    catalog: CoveredObject
    access_package: CoveredObject
    assignment_policy: CoveredObject | None
    coverage: Literal["reviewed", "neverReviewed", "switchedOff", "ended", "noPolicy"]
    last_completed_review: LastCompleted | None
    switched_off: SwitchedOff | UnsetType = UNSET
    live_assignments: shapes.Number = UNSET


@route(
    door,
    "GET",
    "/api/v1/coverage",
    query=("counts", "uncovered", "accessPackageIds", "$skiptoken"),
    gives=Listed[PolicyCoverage],
)
def list_coverage(call: Call) -> Answer:
    """The policies the caller may see, each with how it is reviewed, then the packages without any policy;
    `counts=true` with its live assignments, `uncovered=true` only those nobody reviews. `accessPackageIds` (up to 50,
    separated by commas): those of these packages, on one page."""
    require_report_reader(call.actor)
    counts, uncovered = _flag(call, "counts"), _flag(call, "uncovered")
    wanted = _packages(call)
    if wanted:
        found = coverage_of(call.services, call.actor, wanted, counts=counts)
        return {"value": [_shown(call, one) for one in found if not (uncovered and one.status == REVIEWED)]}
    after = position(call, (call.query.get("$skiptoken") or [None])[0]).get("after")  # type: ignore[list-item]
    limit = _COUNTED_PAGE if counts else _PAGE
    page = coverage(call.services, call.actor, limit, after, counts=counts, uncovered=uncovered)
    body: dict[str, Any] = {"value": [_shown(call, one) for one in page.items]}
    if page.next:
        body["nextLink"] = next_page(call, {"after": page.next})
    return body


@route(door, "GET", "/api/v1/coverage.csv", query=("counts", "uncovered"), gives=FILE)
def coverage_csv(call: Call) -> Answer:
    """The same as CSV, complete; 202 with an export's id when it takes longer than an answer may."""
    require_report_reader(call.actor)
    counts, uncovered = _flag(call, "counts"), _flag(call, "uncovered")
    options = {"counts": str(counts).lower(), "uncovered": str(uncovered).lower()}
    return csv_answer(call, Asked(COVERAGE, call.person.id, options))


def _packages(call: Call) -> list[str]:
    text = (call.query.get("accessPackageIds") or [""])[0]
    wanted = list(dict.fromkeys(text.lower().split(","))) if text else []
    if len(wanted) > _PACKAGES or not all(map(ids.is_guid, wanted)):
        raise errors.InvalidInput(f"Must be up to {_PACKAGES} ids, separated by commas.", "accessPackageIds")
    if wanted and "$skiptoken" in call.query:
        raise errors.InvalidInput("Goes with no accessPackageIds, which are told on one page.", "$skiptoken")
    return wanted


def _flag(call: Call, name: str) -> bool:
    text = (call.query.get(name) or ["false"])[0]
    if text not in ("true", "false"):
        raise errors.InvalidInput(f"{name} must be true or false.", name)
    return text == "true"


def _shown(call: Call, one: Coverage) -> dict[str, Any]:
    package = one.package.display_name if one.package else ""
    body: dict[str, Any] = {
        "catalog": {"id": one.catalog_id, "displayName": one.catalog_name},
        "accessPackage": {"id": one.package_id, "displayName": package},
        "assignmentPolicy": {"id": one.policy.id, "displayName": one.policy.display_name} if one.policy else None,
        "coverage": one.status,
        "lastCompletedReview": None,
    }
    if one.last:
        days = one.days_since(call.now)
        body["lastCompletedReview"] = {
            "id": one.last.instance_id,
            "endDateTime": stamp(one.last.ends),
            "daysSince": days,
        }
    if one.switched_off:
        by, when = one.switched_off
        name = one.switched_off_by.display_name if one.switched_off_by else ""
        body["switchedOff"] = {"by": {"id": by, "displayName": name}, "dateTime": stamp(when)}
    if one.assignments is not None:
        body["liveAssignments"] = one.assignments
    return body
