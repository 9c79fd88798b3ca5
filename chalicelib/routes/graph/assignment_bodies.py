"""The bodies of assignment requests in the many forms clients send them (Graph's v1.0, its examples, beta)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from chalicelib.routes.graph.expirations import read_expiration
from chalicelib.routes.graph.reading import LONGEST_JUSTIFICATION, Reader
from chalicelib.usecases.assign import Wish
from chalicelib.usecases.ports import People

KINDS = ("adminAdd", "adminUpdate", "adminRemove")


class AskedChange(TypedDict):
    """What an `adminUpdate` asks for."""

    starts: datetime | None
    expiration: dict[str, Any] | None
    policy_id: str
    justification: str


def kind_and_assignment(reader: Reader) -> tuple[str, Reader]:
    """The kind of request, and the assignment in it (`accessPackageAssignment` in beta)."""
    kind = reader.choice("requestType", KINDS)
    given = reader.inner("assignment") or reader.inner("accessPackageAssignment")
    if given is None:
        raise reader.refused("assignment", "Must be given.")
    return kind, given


def asked_wish(people: People, reader: Reader, given: Reader) -> Wish:
    """What an `adminAdd` asks for. Raises InvalidInput naming the member."""
    target_id, policy_id = _target(people, given), _id(given, "assignmentPolicyId", "assignmentPolicy")
    if not target_id:
        raise given.refused("targetId", "Must name the person who gets the access package.")
    if not policy_id:
        raise given.refused("assignmentPolicyId", "Must name the assignment policy.")
    starts, expiration = _schedule(reader, given)
    return Wish(
        target_id=target_id,
        policy_id=policy_id,
        package_id=_id(given, "accessPackageId", "accessPackage"),
        justification=reader.text("justification", longest=LONGEST_JUSTIFICATION),
        starts=starts,
        expiration=expiration,
    )


def asked_change(reader: Reader, given: Reader) -> AskedChange:
    """What an `adminUpdate` asks for. Raises InvalidInput naming the member."""
    starts, expiration = _schedule(reader, given)
    return AskedChange(
        starts=starts,
        expiration=expiration,
        policy_id=_id(given, "assignmentPolicyId", "assignmentPolicy"),
        justification=reader.text("justification", longest=LONGEST_JUSTIFICATION),
    )


def _id(given: Reader, flat: str, nested: str) -> str:
    inside = given.inner(nested)
    return given.identifier(flat) or (inside.identifier("id") if inside else "")


def _target(people: People, given: Reader) -> str:
    """The person's id: given, or found by principal name, whichever of Graph's two members holds it. A mail
    address that is nobody's principal name finds no one: no index leads from it to a person."""
    inside = given.inner("target")
    found = given.identifier("targetId") or (inside.identifier("objectId") if inside else "")
    if found or inside is None:
        return found
    member = "principalName" if inside.gives("principalName") else "email"
    name = inside.text(member, longest=256)
    person = people.user_by_principal_name(name) if name else None
    if name and person is None:
        raise inside.refused(
            member,
            "Nobody has this principal name. People are not found by a mail address that differs from it: "
            "give the principal name, or the person's id as targetId.",
        )
    return person.id if person else ""


def _schedule(reader: Reader, given: Reader) -> tuple[datetime | None, dict[str, Any] | None]:
    """Start and expiration as far as they are given; the policy decides about the rest."""
    schedule = reader.inner("schedule") or given.inner("schedule")
    if schedule is None:
        return None, None
    if schedule.gives("recurrence"):
        raise schedule.refused("recurrence", "An assignment does not recur.")
    expiration = read_expiration(schedule.inner("expiration")) if schedule.gives("expiration") else None
    unset = expiration is not None and expiration["type"] == "notSpecified"
    return schedule.moment("startDateTime"), None if unset else expiration
