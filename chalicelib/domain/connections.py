"""Connections: the systems outside as a deployment has configured them, and what each kind of them asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

NAME = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
REFERENCE = re.compile(r"(secretsmanager|ssm):[\w+=,.@/-]{1,512}")
MOST_CHARACTERS = 500
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and line breaks
BUILT_IN = "recorded"
RESERVED = frozenset({BUILT_IN, "kinds"})  # names no connection may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing a kind of connection is configured with.

    `pattern` is matched against the whole value; `example` and `help` are for the person who types it. `secret`: the
    value is no secret itself but says where one lies, as `secretsmanager:name` or `ssm:/path`. `lines`: it is a text of
    several lines. `connection`: it is the name of another connection.
    """

    name: str
    label: str
    help: str = ""
    example: str = ""
    required: bool = True
    pattern: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    secret: bool = False
    lines: bool = False
    connection: bool = False


USED_BY = Setting(
    name="usedBy",
    label="Who may put its resources into their catalogs",
    help="Principal names of people and ids of groups, one a line; * for every catalog owner.",
    example="ada@example.com",
    required=False,
    pattern=r"\*|[^\s,;*]+([\s,;]+[^\s,;*]+)*",
    lines=True,
)
"""A setting of every connection: a catalog's owner decides about the catalog, not about the systems outside (R172)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorKind:
    """One kind of system outside. `capabilities` are those of usecases.ports.Capability that its connector has."""

    kind: str
    display_name: str
    description: str
    settings: tuple[Setting, ...] = ()
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A system outside under the name that resources know it by (`@accessReviews.connector`).

    `settings` hold no secrets, only where they lie. `checked` is when it was last tried, `problem` what was wrong
    then ("": nothing).
    """

    name: str
    kind: str
    display_name: str
    settings: dict[str, str] = field(default_factory=dict)
    created: datetime
    modified: datetime
    checked: datetime | None = None
    problem: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What "the person does not hold it" rests on where the system itself is not read. `source` is `callback` or
    `answer` (a signed, or an authenticated, message of the system), or `person`: then `by` is their id."""

    source: str
    at: datetime
    by: str = ""
    note: str = ""


def users_of(connection: Connection) -> frozenset[str]:
    """Who, beside administrators, may put resources of this connection into a catalog: principal names and ids of
    groups in lower case, or `*` for every catalog owner (R172)."""
    return frozenset(re.split(r"[\s,;]+", connection.settings.get(USED_BY.name, "").lower())) - {""}


def problems(kind: ConnectorKind, settings: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is wrong with settings for this kind: pairs of the setting's name and a sentence; empty when nothing is."""
    known = {one.name: one for one in kind.settings}
    found = [
        (name, f"Is no setting of {kind.kind}; those are: {', '.join(known)}.") for name in settings.keys() - known
    ]
    for one in kind.settings:
        wrong = _wrong(one, settings.get(one.name, ""))
        if wrong:
            found.append((one.name, wrong))
    return sorted(found)


def _wrong(setting: Setting, value: str) -> str:
    """What is wrong with one value; "" when nothing is."""
    if not value:
        return "Must be given." if setting.required and not setting.default else ""
    if len(value) > MOST_CHARACTERS:
        return f"Must have at most {MOST_CHARACTERS} characters."
    if CONTROL.search(value):
        return "Must not contain control characters."
    if setting.secret and not REFERENCE.fullmatch(value):
        return "Must say where the secret lies, as secretsmanager:name or ssm:/path; never the secret itself."
    if setting.choices and value not in setting.choices:
        return f"Must be one of: {', '.join(setting.choices)}."
    if setting.pattern and not re.fullmatch(setting.pattern, value):
        return f"Does not look right; an example: {setting.example}" if setting.example else "Does not look right."
    return ""


def complete(kind: ConnectorKind, settings: Mapping[str, str]) -> dict[str, str]:
    """Settings with the defaults of those that were left out."""
    defaults = {one.name: one.default for one in kind.settings if one.default}
    return defaults | {name: value for name, value in settings.items() if value}
