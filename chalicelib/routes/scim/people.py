"""A person as SCIM's User, and a User as what a client wants of a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.people import User
from chalicelib.domain.provisioning import ProvisioningClient
from chalicelib.routes.graph.lists import stamp
from chalicelib.routes.scim.patching import Operation, patched
from chalicelib.routes.scim.paths import Path, named_path
from chalicelib.routes.scim.schemas import ENTERPRISE, USER, Json
from chalicelib.usecases.provision_people import Wish

MOST_TEXT = 500  # characters of any other text
_WORK = {
    "employeeNumber": "employee_number",
    "costCenter": "cost_center",
    "organization": "organization",
    "division": "division",
    "department": "department",
}


def user_object(person: User, client: ProvisioningClient, base: str) -> Json:
    """A person as this client sees them; `base` is the address of /scim/v2."""
    found: Json = {
        "schemas": [USER],
        "id": person.id,
        "userName": person.principal_name,
        "displayName": person.display_name,
        "userType": person.user_type,
        "active": person.enabled,
        "meta": {
            "resourceType": "User",
            "created": stamp(person.created),
            "location": f"{base}/Users/{person.id}",
            "version": etag(person.version),
        },
    }
    name = {"familyName": person.surname, "givenName": person.given_name}
    optional: Json = {
        "externalId": person.external_id(client.id),
        "name": {key: value for key, value in name.items() if value},
        "title": person.job_title,
        "emails": [{"value": person.mail, "type": "work", "primary": True}] if person.mail else [],
        ENTERPRISE: _work(person, base),
    }
    found |= {key: value for key, value in optional.items() if value}
    if ENTERPRISE in found:
        found["schemas"].append(ENTERPRISE)
    if found["meta"]["created"] is None:
        del found["meta"]["created"]
    return found


def etag(version: int) -> str:
    """A version as HTTP and `meta.version` tell it."""
    return f'W/"{version}"'


def _work(person: User, base: str) -> Json:
    found: Json = {name: getattr(person, field) for name, field in _WORK.items() if getattr(person, field)}
    if person.manager_id:
        found["manager"] = {"value": person.manager_id, "$ref": f"{base}/Users/{person.manager_id}"}
    elif person.manager_awaited:
        found["manager"] = {"value": person.manager_awaited}
    return found


def wish_of(given: Json, before: User) -> Wish:
    """What an object (its names as the schema writes them) makes of a person; what it does not have is cleared, but
    for what everybody has. Raises InvalidInput naming the attribute."""
    work, name = _object(given, ENTERPRISE), _object(given, "name")
    surname, given_name = _text(name, "familyName", "name.familyName"), _text(name, "givenName", "name.givenName")
    user_name = _text(given, "userName")
    shown = _text(given, "displayName") or " ".join(filter(None, (given_name, surname))) or user_name
    texts: dict[str, Any] = {field: _text(work, part) for part, field in _WORK.items()}
    person = replace(
        before,
        principal_name=user_name,
        display_name=shown,
        surname=surname,
        given_name=given_name,
        job_title=_text(given, "title"),
        user_type=_user_type(given, before),
        enabled=_flag(given, before.enabled),
        mail=_mail(given),
        **texts,
    )
    return Wish(person, _text(given, "externalId"), _manager(work))


def known_attributes(given: Json) -> Json:
    """A User as sent, with the names as the schema writes them and without what is not kept here. Names are told
    apart without case. Raises InvalidInput for one that is there twice."""
    found: Json = {}
    changes: list[Operation] = []
    for name, value in given.items():
        path = _path_of(name)
        if path is None or path.ignored:
            continue
        if path.attribute is not None:
            changes.append(Operation("replace", path, value))
        elif isinstance(value, dict):
            inner = [(_path_of(f"{path.extension or USER}:{part}"), one) for part, one in value.items()]
            changes += [Operation("replace", each, one) for each, one in inner if each and not each.ignored]
    names = [(one.path.extension, one.path.attribute) for one in changes]
    if len(set(names)) < len(names):
        raise InvalidInput("An attribute is there twice.", "schemas")
    return patched(found, [one for one in changes if one.value not in (None, "")])


def _path_of(name: str) -> Path | None:
    try:
        return named_path(name, USER)
    except InvalidInput:
        return None  # whatever nobody here knows is ignored in objects (RFC 7644, section 3.3)


def _object(given: Json, name: str) -> Json:
    found = given.get(name) or {}
    if not isinstance(found, dict):
        raise InvalidInput(f"{name} must be an object.", name)
    return found


def _text(given: Json, name: str, told: str = "") -> str:
    value = given.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise InvalidInput(f"{told or name} must be a text.", told or name)
    text = str(value).strip()
    if len(text) > MOST_TEXT or not text.isprintable():
        raise InvalidInput(f"May have {MOST_TEXT} characters at most, all of which can be printed.", told or name)
    return text


def _flag(given: Json, before: bool) -> bool:
    """`active`; Entra writes it as a text."""
    value = given.get("active", before)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise InvalidInput("active must be true or false.", "active")
    return value


def _user_type(given: Json, before: User) -> str:
    """Member or Guest. Other words, which directories use for kinds of employment, mean a member."""
    text = _text(given, "userType")
    return before.user_type if not text else "Guest" if text.lower() == "guest" else "Member"


def _mail(given: Json) -> str:
    found = given.get("emails") or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InvalidInput("emails must be a list of objects.", "emails")
    ranked = sorted(found, key=lambda one: (not _is_primary(one), str(one.get("type", "")).lower() != "work"))
    return _text(ranked[0], "value", "emails.value") if ranked else ""


def _is_primary(one: dict[str, Any]) -> bool:
    return str(one.get("primary", "")).lower() == "true"


def _manager(work: Json) -> str:
    value = work.get("manager")
    if isinstance(value, dict):
        value = value.get("value") or str(value.get("$ref") or "").rstrip("/").rpartition("/")[2]
    return _text({"manager": value}, "manager")
