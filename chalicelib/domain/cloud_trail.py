"""Sign-ins as AWS CloudTrail tells of them: which of its events are one that succeeded, whose, and into what.

People appear in several ways (since 2025 mostly by the id that IAM Identity Center's directory gives them), so that a
sign-in names whatever its event has: a user name, and that id with its directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

IDENTITY_CENTER, CONSOLE = "identityCenter", "awsConsole"
SOURCES = {IDENTITY_CENTER: "IAM Identity Center", CONSOLE: "AWS console"}
_SSO_ROLE = "AWSReservedSSO_"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailSignIn:
    """A sign-in by CloudTrail: the source it belongs to; `name` or `store_id` and `store_user` tell whose; `resource`
    is `{account}/{permission set}` where it was into an account."""

    source: str
    at: datetime
    name: str = ""
    store_id: str = ""
    store_user: str = ""
    resource: str = ""


def sign_in_of(detail: Mapping[str, Any]) -> TrailSignIn | None:
    """The sign-in that a CloudTrail event tells of, None for any other event and for what failed."""
    try:
        at = datetime.fromisoformat(str(detail["eventTime"]))
        reader = _READERS.get((str(detail.get("eventSource")), str(detail.get("eventName"))))
        return reader(detail, at) if reader and at.tzinfo else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # not in any shape that CloudTrail's documentation shows


def _authentication(detail: Mapping[str, Any], at: datetime) -> TrailSignIn | None:
    """The end of signing in to IAM Identity Center, after every challenge."""
    if (detail.get("serviceEventDetails") or {}).get("UserAuthentication") != "Success":
        return None
    return _of_identity_center(detail, at, "")


def _federation(detail: Mapping[str, Any], at: datetime) -> TrailSignIn | None:
    """From the access portal into an account with a permission set."""
    told = detail.get("serviceEventDetails") or {}
    if detail.get("errorCode"):
        return None
    account, role = told.get("account_id"), told.get("role_name")
    return _of_identity_center(detail, at, f"{account}/{role}" if account and role else "")


def _of_identity_center(detail: Mapping[str, Any], at: datetime, resource: str) -> TrailSignIn:
    identity, more = detail["userIdentity"], detail.get("additionalEventData") or {}
    behalf = identity.get("onBehalfOf") or {}
    return TrailSignIn(
        source=IDENTITY_CENTER,
        at=at,
        name=str(more.get("UserName") or identity.get("userName") or ""),
        store_id=str(behalf.get("identityStoreArn", "")).rpartition("/")[2],
        store_user=str(behalf.get("userId", "")),
        resource=resource,
    )


def _console(detail: Mapping[str, Any], at: datetime) -> TrailSignIn | None:
    """Into the console of an account: an IAM user, or somebody of IAM Identity Center with a role made by it."""
    if (detail.get("responseElements") or {}).get("ConsoleLogin") != "Success":
        return None
    identity = detail["userIdentity"]
    account = str(identity["accountId"])
    if identity["type"] == "IAMUser":
        return TrailSignIn(source=CONSOLE, at=at, name=str(identity["userName"]), resource=account)
    role, _, session = str(identity["arn"]).partition(":assumed-role/")[2].partition("/")
    if identity["type"] != "AssumedRole" or not role.startswith(_SSO_ROLE) or not session:
        return None  # root, and roles that somebody else's identity provider stands behind
    permission_set = role.removeprefix(_SSO_ROLE).rpartition("_")[0]
    return TrailSignIn(source=CONSOLE, at=at, name=session, resource=f"{account}/{permission_set}")


_READERS = {
    ("signin.amazonaws.com", "UserAuthentication"): _authentication,
    ("sso.amazonaws.com", "Federate"): _federation,
    ("signin.amazonaws.com", "Federate"): _federation,
    ("signin.amazonaws.com", "ConsoleLogin"): _console,
}
