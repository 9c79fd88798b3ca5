"""Our own addresses for adopting what exists: groups outside become packages, their members get assignments."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.adoptions import LISTED, Outcome, Wanted
from chalicelib.domain.agenda import Job
from chalicelib.domain.people import User
from chalicelib.routes.api.adoption_shapes import (
    AdoptableConnection,
    AdoptableGroup,
    AdoptedMember,
    Adoption,
    AdoptionBody,
    AdoptionStarted,
    ListedAdoption,
)
from chalicelib.routes.graph.lists import next_page, position, stamp
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.graph.review_settings import read_review
from chalicelib.routes.http import Accepted, Answer, Call, route
from chalicelib.routes.shapes import Listed
from chalicelib.usecases.adopt import (
    AdoptionShown,
    GroupShown,
    adoptable,
    adoptable_groups,
    find_adoption,
    list_adoptions,
    members_told,
    require_adopter,
    show_adoption,
    start_adoption,
)
from chalicelib.usecases.adopt_steps import PREVIEW
from chalicelib.usecases.adoption_files import MemberRow
from chalicelib.usecases.roles import named

door = Blueprint(__name__)
ADOPTIONS = "/api/v1/adoptions"
PAGE = 50
GROUPS = 100
_COUNTS = ("members", *Outcome, "created")


@route(door, "GET", "/api/v1/adoptable-connections", gives=Listed[AdoptableConnection])
def connections(call: Call) -> Answer:
    """The systems outside whose groups can be adopted."""
    found = adoptable(call.services, call.actor)
    return {
        "value": [
            {"name": name, "displayName": one.display_name if one else name, "kind": one.kind if one else name}
            for name, one in found
        ]
    }


@route(
    door,
    "GET",
    "/api/v1/adoptable-connections/{name}/groups",
    query=("$skiptoken",),
    gives=Listed[AdoptableGroup],
)
def groups(call: Call, name: str) -> Answer:
    """The groups of a system outside as it lists them, each with a package that grants it already."""
    require_adopter(call.actor)
    after = position(call, _option(call, "$skiptoken")).get("after")
    try:
        page = adoptable_groups(call.services, call.actor, name, GROUPS, after)
    except errors.ReviewError:
        raise
    except Exception as problem:  # whatever a system outside does, the caller hears which one it was
        raise errors.Unavailable(f"{name} does not answer as expected ({type(problem).__name__}).") from problem
    value = [
        {
            "originId": one.origin_id,
            "originSystem": one.origin_system,
            "displayName": one.display_name,
            "description": one.description,
            "accessPackageId": package_id or None,
        }
        for one, package_id in page.items
    ]
    return {"value": value} | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@route(door, "POST", f"{ADOPTIONS}/preview", takes=AdoptionBody, gives={202: AdoptionStarted})
def preview(call: Call) -> Accepted:
    """Begin to find out what adopting these groups would do; nothing is changed."""
    return _start(call, True)


@route(door, "POST", ADOPTIONS, takes=AdoptionBody, gives={202: AdoptionStarted})
def adopt(call: Call) -> Accepted:
    """Begin to adopt groups. Doing it again brings only what differs by then."""
    return _start(call, False)


@route(door, "GET", ADOPTIONS, query=("$skiptoken",), gives=Listed[ListedAdoption])
def list_all(call: Call) -> Answer:
    """The adoptions, newest first, with who began them; previews are not listed."""
    page = list_adoptions(call.services, call.actor, PAGE, position(call, _option(call, "$skiptoken")).get("after"))
    people = named(call.services, (job.actor_id for job in page.items))
    configured = {one.name: one.display_name for one in call.services.connections.list_connections()}
    value = []
    for job in page.items:
        by = people.get(job.actor_id)
        head = _head(job, configured.get(job.subject_id, job.subject_id), job.result)
        value.append({**head, "by": {"id": job.actor_id, "displayName": by.display_name if by else None}})
    return {"value": value} | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


@route(door, "GET", f"{ADOPTIONS}/{{adoption_id}}", query=("$skiptoken",), gives=Adoption)
def show(call: Call, adoption_id: str) -> Answer:
    """How far an adoption or a preview is, with its groups in the order of their names."""
    job = find_adoption(call.services, call.actor, adoption_id)
    shown = show_adoption(call.services, job, position(call, _option(call, "$skiptoken")).get("after"))
    body = {
        **_head(job, shown.connection_name, shown.total),
        "catalog": {"id": shown.catalog_id or None, "displayName": shown.catalog_name},
        "createPeople": shown.wanted.create_people,
        "groups": [_group(shown, one) for one in shown.groups],
    }
    return body | ({"nextLink": next_page(call, {"after": shown.next})} if shown.next else {})


@route(
    door,
    "GET",
    f"{ADOPTIONS}/{{adoption_id}}/groups/{{number}}/members",
    query=("outcome", "$skiptoken"),
    gives=Listed[AdoptedMember],
)
def members(call: Call, adoption_id: str, number: str) -> Answer:
    """The members of a group and what became of each, with one `outcome` or all but the unchanged; what needs
    somebody comes first."""
    job = find_adoption(call.services, call.actor, adoption_id)
    wanted = _option(call, "outcome")
    if wanted and wanted not in LISTED:
        raise errors.InvalidInput(f"Must be one of: {', '.join(LISTED)}.", "outcome")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise errors.NotFound("There is no such group in this adoption.")
    after = position(call, _option(call, "$skiptoken")).get("after")
    page = members_told(call.services, job, int(number), Outcome(wanted) if wanted else None, after)
    people = call.services.people.users({row.person for _, row in page.items if row.person})
    value = [_member(outcome, row, people) for outcome, row in page.items]
    return {"value": value} | ({"nextLink": next_page(call, {"after": page.next})} if page.next else {})


def _option(call: Call, name: str) -> str:
    return next(iter(call.query.get(name, ())), "") or ""


def _start(call: Call, previewing: bool) -> Accepted:
    require_adopter(call.actor)
    body = call.body
    given = Reader(call.json()).inner("reviewSettings")
    review = read_review(given.members, call.services.settings.default_time_zone)[0] if given else None
    if body.groups == []:
        raise errors.InvalidInput('Must name a group, or be "all".', "groups")
    wanted = Wanted(
        connection=body.connection,
        groups=() if body.groups == "all" else tuple(dict.fromkeys(one.origin_id for one in body.groups)),
        members=tuple(body.members),
        catalog_id=body.catalog_id or "",
        policy_id=body.assignment_policy_id or "",
        create_people=body.create_people,
        lifted=tuple(body.lift_denials),
        review=review,
    )
    job = start_adoption(call.services, call.actor, call.now, call.operation, wanted, previewing, call.repeat())
    return Accepted({"id": job.id})


def _head(job: Job, connection_name: str, total: dict[str, int]) -> dict[str, Any]:
    counted = {name: total.get(name, 0) for name in (*_COUNTS, "packages", "problems")}
    body = {
        "id": job.id,
        "preview": job.kind == PREVIEW,
        "status": job.status,
        "connection": {"name": job.subject_id, "displayName": connection_name},
        "createdDateTime": stamp(job.created),
        "finishedDateTime": stamp(job.finished),
        "totals": {"groups": job.total, "groupsDone": job.done, **counted},
    }
    return body | ({"error": job.error} if job.error else {})


def _group(shown: AdoptionShown, one: GroupShown) -> dict[str, Any]:
    result, ended = one.result, shown.job.finished is not None
    status = "waiting" if result is None else "done" if ended or one.place < shown.job.done else "running"
    package = None
    if result is not None and result.package_name:
        package = {
            "id": result.package_id or None,
            "displayName": result.package_name,
            "made": result.made,
            "assignmentPolicyId": result.policy_id or None,
        }
    counts = result.counts if result else {}
    return {
        "number": one.place,
        "originId": one.group.origin_id,
        "displayName": one.group.display_name,
        "description": one.group.description,
        "status": status,
        "accessPackage": package,
        "counts": {name: counts.get(name, 0) for name in _COUNTS},
        "problem": (result.problem if result else "") or None,
    }


def _member(outcome: Outcome, row: MemberRow, people: dict[str, User]) -> dict[str, Any]:
    user = people.get(row.person)
    person = {
        "id": row.person,
        "displayName": user.display_name if user else None,
        "userPrincipalName": user.principal_name if user else None,
        "recognisedBy": row.how or None,
    }
    outside = {
        "key": row.key,
        "displayName": row.name,
        "userPrincipalName": row.principal_name,
        "mail": row.mail,
    }
    return {
        "outcome": outcome.value,
        "member": outside if row.key else None,
        "person": person if row.person else None,
        "assignmentId": row.assignment or None,
        "reason": row.reason or None,
    }
