"""CloudTrail events as EventBridge hands them over, in the shapes AWS documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

ACCOUNT = "111122223333"
STORE, STORE_USER = "d-1234567890", "94d00cd8-e9e6-4810-b177-b08e84775435"
_BEHALF = {"userId": STORE_USER, "identityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/{STORE}"}


def _event(at: datetime, source: str, name: str, identity: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.9",
        "requestParameters": None,
        "responseElements": None,
        "eventID": "25616659-7efb-46dd-804e-305bed7db3ac",
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        **more,
    }


def sign_in(at: datetime, **more: Any) -> dict[str, Any]:
    """The end of signing in to IAM Identity Center: by a password, so that no user name is told."""
    identity = {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": _BEHALF, "credentialId": "b41f0a02"}
    told = {
        "eventType": "AwsServiceEvent",
        "additionalEventData": {"LoginTo": "https://example.awsapps.com/start/", "CredentialType": "PASSWORD"},
        "serviceEventDetails": {"UserAuthentication": "Success"},
    }
    return _event(at, "signin.amazonaws.com", "UserAuthentication", identity, **told) | more


def federation(at: datetime, name: str, **more: Any) -> dict[str, Any]:
    """From the access portal into an account."""
    identity = {"type": "Unknown", "accountId": ACCOUNT, "userName": name, "onBehalfOf": _BEHALF}
    told = {"role_name": "AdministratorAccess", "account_id": ACCOUNT}
    return _event(at, "sso.amazonaws.com", "Federate", identity, serviceEventDetails=told) | more


def console(at: datetime, answer: str = "Success", **identity: Any) -> dict[str, Any]:
    """Into the console of an account."""
    told = {"eventType": "AwsConsoleSignIn", "responseElements": {"ConsoleLogin": answer}}
    return _event(at, "signin.amazonaws.com", "ConsoleLogin", {"accountId": ACCOUNT, **identity}, **told)


def delivered(detail: dict[str, Any]) -> dict[str, Any]:
    """The event as Lambda gets it."""
    return {
        "version": "0",
        "id": "1",
        "detail-type": "AWS Service Event via CloudTrail",
        "source": "aws.signin",
        "account": ACCOUNT,
        "time": detail.get("eventTime"),
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }
