"""The writable members of a policy that this release keeps and gives back but does not act on.

They are read against a table of what Graph allows in them: unknown members are dropped, known ones must have
their type, durations are normalised (Graph's Python SDK sends `14 days, 0:00:00`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.domain.lifetimes import format_lifetime, parse_lifetime
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.graph.reviewer_sets import NAMESPACE, kind_of

LARGEST = 32_000  # characters of JSON of all these members together

Read = Callable[[Reader, str], Any]


def _flag(reader: Reader, name: str) -> bool:
    return reader.flag(name, False)


def _text(reader: Reader, name: str) -> str:
    return reader.text(name)


def _whole(reader: Reader, name: str) -> int:
    return reader.whole(name)


def _duration(reader: Reader, name: str) -> str:
    return format_lifetime(parse_lifetime(reader.text(name, longest=64), reader.target(name)))


def _subjects(reader: Reader, name: str) -> list[dict[str, Any]]:
    return [_subject(one) for one in reader.many(name)]


def _subject(reader: Reader) -> dict[str, Any]:
    kind = kind_of(reader).lower()
    known = next((word for word in _SUBJECTS if word.lower() == kind), None)
    if known is None:
        names = ", ".join(f"#{NAMESPACE}{word}" for word in _SUBJECTS)
        raise reader.refused("@odata.type", f"Must be one of: {names}.")
    return {"@odata.type": f"#{NAMESPACE}{known}"} | _members(reader, _SUBJECTS[known])


def _stages(reader: Reader, name: str) -> list[dict[str, Any]]:
    return [_members(one, _STAGE) for one in reader.many(name)]


def _members(reader: Reader, table: Mapping[str, Read]) -> dict[str, Any]:
    return {name: read(reader, name) for name, read in table.items() if reader.gives(name)}


_DESCRIBED: Mapping[str, Read] = {"description": _text}
_SUBJECTS: Mapping[str, Mapping[str, Read]] = {
    "singleUser": {"userId": _text, **_DESCRIBED},
    "groupMembers": {"groupId": _text, **_DESCRIBED},
    "requestorManager": {"managerLevel": _whole},
    "targetManager": {"managerLevel": _whole},
    "internalSponsors": {},
    "externalSponsors": {},
    "connectedOrganizationMembers": {"connectedOrganizationId": _text, **_DESCRIBED},
    "attributeRuleMembers": {"membershipRule": _text, **_DESCRIBED},
    "singleServicePrincipal": {"servicePrincipalId": _text, **_DESCRIBED},
    "targetUserSponsors": {},
    "targetApplicationOwners": {},
}
_STAGE: Mapping[str, Read] = {
    "durationBeforeAutomaticDenial": _duration,
    "durationBeforeEscalation": _duration,
    "isApproverJustificationRequired": _flag,
    "isEscalationEnabled": _flag,
    "primaryApprovers": _subjects,
    "fallbackPrimaryApprovers": _subjects,
    "escalationApprovers": _subjects,
    "fallbackEscalationApprovers": _subjects,
}
_OBJECTS: Mapping[str, Mapping[str, Read]] = {
    "requestorSettings": {
        "enableTargetsToSelfAddAccess": _flag,
        "enableTargetsToSelfUpdateAccess": _flag,
        "enableTargetsToSelfRemoveAccess": _flag,
        "allowCustomAssignmentSchedule": _flag,
        "enableOnBehalfRequestorsToAddAccess": _flag,
        "enableOnBehalfRequestorsToUpdateAccess": _flag,
        "enableOnBehalfRequestorsToRemoveAccess": _flag,
        "onBehalfRequestors": _subjects,
    },
    "requestApprovalSettings": {
        "isApprovalRequiredForAdd": _flag,
        "isApprovalRequiredForUpdate": _flag,
        "isRequestorJustificationRequired": _flag,
        "stages": _stages,
    },
    "automaticRequestSettings": {
        "requestAccessForAllowedTargets": _flag,
        "removeAccessWhenTargetLeavesAllowedTargets": _flag,
        "gracePeriodBeforeAccessRemoval": _duration,
    },
    "notificationSettings": {"isAssignmentNotificationDisabled": _flag},
}
TARGETS = "specificAllowedTargets"
KEPT = (TARGETS, *_OBJECTS)


def read_kept(reader: Reader) -> dict[str, Any]:
    """The members of `KEPT` that are given, checked and reduced to what is known of them.

    Raises InvalidInput naming the member.
    """
    found: dict[str, Any] = {}
    if reader.gives(TARGETS):
        found[TARGETS] = _subjects(reader, TARGETS)
    for name, table in _OBJECTS.items():
        inner = reader.inner(name)
        if inner is not None:
            found[name] = _members(inner, table)
    if len(json.dumps(found)) > LARGEST:
        raise reader.refused(max(found, key=lambda name: len(json.dumps(found[name]))), "Is too large to keep.")
    return found
