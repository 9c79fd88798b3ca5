"""Who could administer a review while it was under way: a fact of its decisions seal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.domain.people import RoleEnded
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.tenures import Tenure, held_between
from chalicelib.usecases.directory import expand
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.roles import first_administrator

MOST_MEMBERS = 200  # of one group that are named; beyond that their number alone
_PAGE = 500


def administrators_of(services: Services, instance: ReviewInstance, until: datetime) -> list[dict[str, Any]]:
    """Who held which role everywhere, in the review's catalog or on its package, from its opening to `until`.

    Plain values for `facts.administrators` of a seal: `role`, `scope`, `principal` and `kind` (`user`, `group`, or
    `settings` for the administrator whom the settings name), `since` and `until` (UTC, null: not recorded, still
    held); of a group also its `members` as they are now and how many those are (`memberCount`). People by id.
    """
    grants = services.people.role_grants()
    ended = _ended(services, instance.opens)
    scopes = ("", f"catalog:{instance.catalog_id}", f"package:{instance.package_id}")
    found = [_told(services, one) for one in held_between(grants, ended, instance.opens, until, scopes)]
    if services.settings.first_administrator:
        found.insert(0, _by_settings(services))
    return found


def _ended(services: Services, since: datetime) -> list[RoleEnded]:
    """Every role that ended since then."""
    page: Page[RoleEnded] = services.people.roles_ended(since, _PAGE, None)
    found = list(page.items)
    while page.next is not None:
        page = services.people.roles_ended(since, _PAGE, page.next)
        found += page.items
    return found


def _told(services: Services, one: Tenure) -> dict[str, Any]:
    told: dict[str, Any] = {
        "role": one.role.value,
        "scope": one.scope,
        "principal": one.principal_id,
        "kind": one.principal_kind,
        "since": _stamp(one.since),
        "until": _stamp(one.until),
    }
    if one.principal_kind == "group":
        members = sorted(person.id for person in expand(services, one.principal_id))
        told |= {"members": members[:MOST_MEMBERS], "memberCount": len(members)}
    return told


def _by_settings(services: Services) -> dict[str, Any]:
    """The person whom the settings name holds the role without a grant (brief, decision 9)."""
    name = services.settings.first_administrator
    known = services.people.user_by_principal_name(name) or first_administrator(services)
    return {
        "role": "administrator",
        "scope": "",
        "principal": known.id,
        "kind": "settings",
        "since": None,
        "until": None,
    }


def _stamp(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z" if moment else None
