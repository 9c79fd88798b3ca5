"""What our own addresses take and tell about connections."""

from __future__ import annotations

from typing import Literal

import msgspec

from chalicelib.routes.shapes import Answer as Shape
from chalicelib.routes.shapes import Count, MomentOrNull, Text


class KindSetting(Shape, kw_only=True):
    """One thing a kind of connection is configured with. `secret`: the value says where a secret lies, as
    `secretsmanager:name` or `ssm:/path`, and is never the secret itself; `lines`: it has several lines; `connection`:
    it is the name of another connection."""

    name: str
    label: str
    help: str
    example: str
    required: bool
    pattern: str
    choices: list[str]
    default: str
    secret: bool
    lines: bool
    connection: bool


class Kind(Shape, kw_only=True):
    """A kind of system outside that one can connect."""

    kind: str
    display_name: str
    description: str
    settings: list[KindSetting]
    capabilities: list[str]


class ConnectedResource(Shape, kw_only=True):
    """A resource of a catalog that a connection reaches."""

    id: str
    display_name: str
    catalog_id: str


class Connector(Shape, kw_only=True):
    """A system outside; its name is its id. `builtIn` ones cannot be changed. Owners of catalogs see only names; for
    administrators and auditors there are also the settings, when it was last tried and what was wrong then (null:
    nothing)."""

    id: str
    name: str
    kind: str
    display_name: str
    built_in: bool
    settings: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    created_date_time: MomentOrNull = msgspec.UNSET
    modified_date_time: MomentOrNull = msgspec.UNSET
    checked_date_time: MomentOrNull = msgspec.UNSET
    problem: str | msgspec.UnsetType | None = msgspec.UNSET
    resource_count: Count | msgspec.UnsetType = msgspec.UNSET
    resources: list[ConnectedResource] | msgspec.UnsetType = msgspec.UNSET
    callback_url: Text = msgspec.UNSET


class NewConnector(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """The body that configures a connection."""

    name: str
    kind: str
    display_name: str = ""
    settings: dict[str, str] = {}


class ChangedConnector(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What is to be changed; settings are replaced as a whole."""

    display_name: str | None = None
    settings: dict[str, str] | None = None


class Callback(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What became of an operation: done, failed, or that only a person can do it."""

    operation_id: str
    status: Literal["done", "failed", "needsPerson"]
    reason: str = ""
