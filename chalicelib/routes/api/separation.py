"""Our own root for separation of duties: who holds a package together with what it excludes, also as CSV (R14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors, ids
from chalicelib.domain.assignments import Assignment
from chalicelib.domain.csv_text import heading, lines
from chalicelib.domain.packages import AccessPackage
from chalicelib.domain.report_rows import HOLDERS_OF_BOTH, overlap_row
from chalicelib.routes.api.separation_shapes import HolderOfBoth, Overlap
from chalicelib.routes.declared import CSV
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.http import Answer, Call, Text, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.incompatible import administered, listed_by
from chalicelib.usecases.overlaps import holders_of_both

door = Blueprint(__name__)
PACKAGE = "/api/v1/access-packages/{package_id}"
_PAGE = 100


@route(door, "GET", PACKAGE + "/incompatible-holders", gives=Listed[Overlap])
def overlaps(call: Call, package_id: str) -> Answer:
    """Each incompatible package and group, with how many people have both."""
    package = _package(call, package_id)
    return {
        "value": [
            {
                "kind": one.kind,
                "id": one.id,
                "displayName": one.display_name,
                "count": len(holders_of_both(call.services, package.id, one)),
            }
            for one in listed_by(call.services, package)
        ]
    }


@route(
    door,
    "GET",
    PACKAGE + "/incompatible-holders/{incompatible_id}",
    query=("$skiptoken",),
    gives=Listed[HolderOfBoth],
)
def holders(call: Call, package_id: str, incompatible_id: str) -> Answer:
    """The people who have the package and this entry of its lists, a hundred a page."""
    package = _package(call, package_id)
    entry = next((one for one in listed_by(call.services, package) if one.id == incompatible_id.lower()), None)
    if entry is None:
        raise _not_listed()
    found = holders_of_both(call.services, package.id, entry)
    token = (call.query.get("$skiptoken") or [None])[0]  # type: ignore[list-item]
    after = position(call, token).get("after", "")
    rest = [one for one in found if one.target_id > after]
    body: dict[str, Any] = {"value": list(_rows(call, rest[:_PAGE]))}
    if len(rest) > _PAGE:
        body["nextLink"] = next_page(call, {"after": rest[_PAGE - 1].target_id})
    return body


@route(door, "GET", PACKAGE + "/incompatible-holders.csv", query=("incompatibleId",), gives=CSV)
def overlaps_file(call: Call, package_id: str) -> Answer:
    """The same people as a CSV file, for one entry of the lists or for all."""
    package = _package(call, package_id)
    wanted = (call.query.get("incompatibleId") or [""])[0].lower()
    entries = [one for one in listed_by(call.services, package) if wanted in ("", one.id)]
    if wanted and not entries:
        raise _not_listed()
    parts = [heading(HOLDERS_OF_BOTH)]
    for entry in entries:
        found = holders_of_both(call.services, package.id, entry)
        people = call.services.people.users(one.target_id for one in found)
        rows = (overlap_row(one, people, entry.kind, entry.id, entry.display_name) for one in found)
        parts.append(lines(HOLDERS_OF_BOTH, rows))
    attachment = f'attachment; filename="incompatible-holders-{package.id}.csv"'
    return Text(b"".join(parts).decode(), "text/csv; charset=utf-8", headers={"Content-Disposition": attachment})


def _package(call: Call, package_id: str) -> AccessPackage:
    if not ids.is_guid(package_id):
        raise errors.NotFound("There is no such access package.")
    return administered(call.services, call.actor, package_id)


def _not_listed() -> errors.NotFound:
    return errors.NotFound("Neither list of the access package has this entry.", "incompatibleId")


def _rows(call: Call, found: list[Assignment]) -> Iterator[dict[str, Any]]:
    people = call.services.people.users(one.target_id for one in found)
    for one in found:
        person = people.get(one.target_id)
        yield {
            "person": {
                "id": one.target_id,
                "displayName": person.display_name if person else None,
                "userPrincipalName": person.principal_name if person else None,
            },
            "assignmentId": one.id,
            "since": stamp(one.starts),
        }
