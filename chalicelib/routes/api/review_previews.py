"""Our own root: what review settings would do, before they are saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.domain.people import User
from chalicelib.domain.schedules import Occurrence
from chalicelib.domain.zones import zone
from chalicelib.routes.api.review_preview_shapes import Preview, PreviewBody
from chalicelib.routes.graph import present_entitlements as present
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.graph.review_settings import read_review
from chalicelib.routes.http import Answer, Call, route
from chalicelib.usecases.first_review import FirstReview, Told
from chalicelib.usecases.preview_review import ReviewPreview, package_to_preview, policy_to_preview, preview_review

door = Blueprint(__name__)
SHOWN = 50  # names behind each number
_OFF: Mapping[str, Any] = {"next": [], "waiting": None, "running": None, "timeZone": None, "firstReview": None}


@route(door, "POST", "/api/v1/review-previews", takes=PreviewBody, gives=Preview)
def preview(call: Call) -> Answer:
    """What review settings, laid over those of a policy or of a new one, would do if they were saved: the next five
    dates, and the first review in numbers. Nothing is changed. Without settings, what the policy's own will do."""
    reader = Reader(call.json())
    package_id, policy_id = reader.identifier("accessPackageId"), reader.identifier("assignmentPolicyId")
    package = package_to_preview(call.services, call.actor, package_id)
    policy = policy_to_preview(call.services, package, policy_id) if policy_id else None
    if policy is None and not reader.gives("reviewSettings"):
        raise errors.InvalidInput("Must be given unless assignmentPolicyId is.", "reviewSettings")
    settings = policy.review if policy else None
    given = reader.inner("reviewSettings")
    if given is not None:
        before = (present.review_of(policy) if policy else None) or {}
        settings, _ = read_review({**before, **given.members}, call.services.settings.default_time_zone)
    found = preview_review(call.services, call.actor, call.now, package, policy, settings)
    return _shown(found) if found else dict(_OFF)


def _shown(found: ReviewPreview) -> dict[str, Any]:
    name = found.settings.schedule.zone
    body: dict[str, Any] = {
        "timeZone": name,
        "waiting": _occurrence(found.outlook.waiting, name) if found.outlook.waiting else None,
        "next": [_occurrence(one, name) for one in found.outlook.next],
        "running": None,
        "firstReview": _first(found.first) if found.first else None,
    }
    if found.running:
        instance, state = found.running
        body["running"] = {"id": instance.id, "displayName": instance.name, "endDateTime": stamp(state.ends)}
    if found.warning:
        body["warning"] = found.warning
    return body


def _occurrence(found: Occurrence, zone_name: str) -> dict[str, Any]:
    """An occurrence, its local times with their distance from UTC."""
    opens, closes = (moment.astimezone(zone(zone_name)).isoformat() for moment in (found.opens, found.closes))
    return {
        "date": found.date.isoformat(),
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(found.closes),
        "localStart": opens,
        "localEnd": closes,
    }


def _first(found: FirstReview) -> dict[str, Any]:
    unreached = [told for told in found.reviewers if told.hold]
    silence = found.silence
    return {
        "startDateTime": stamp(found.opens),
        "endDateTime": stamp(found.closes),
        "complete": found.complete,
        "examined": found.examined,
        "items": found.items,
        "reviewers": _told(found.reviewers),
        "withoutManager": _people(found.without_manager) if found.without_manager is not None else None,
        "toFallback": _people(found.to_fallback),
        "needReviewer": _people(found.needing_reviewer),
        "withoutMail": _told(unreached),
        "ifNobodyAnswers": {
            "removed": _people(silence.removed),
            "approved": silence.approved,
            "kept": sum(silence.kept.values()),
            "keptBecause": dict(silence.kept),
            "waitsForConfirmation": silence.waits,
        },
    }


def _people(found: Sequence[User]) -> dict[str, Any]:
    return {"count": len(found), "value": [_person(one) for one in found[:SHOWN]]}


def _told(found: Iterable[Told]) -> dict[str, Any]:
    listed = list(found)
    return {"count": len(listed), "value": [_reviewer(one) for one in listed[:SHOWN]]}


def _reviewer(told: Told) -> dict[str, Any]:
    return {
        **_person(told.user),
        "reasons": sorted(told.reasons),
        "items": told.items,
        "noMailBecause": _cause(told),
    }


def _cause(told: Told) -> str | None:
    """Why no mail would reach this reviewer."""
    if told.hold == "withheld":
        return "disabled" if not told.user.enabled else "invitationPending"
    return {"": None, "off": "mailSwitchedOff", "failed": "noAddress"}[told.hold]


def _person(user: User) -> dict[str, Any]:
    return {"id": user.id, "displayName": user.display_name, "userPrincipalName": user.principal_name}
