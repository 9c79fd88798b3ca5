"""Sign-ins out of CloudTrail's events, in the shapes AWS documents; everything else tells of none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.cloud_trail import TrailSignIn, sign_in_of
from tests.trail import ACCOUNT, STORE, STORE_USER, console, federation, sign_in

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def found(event: dict[str, Any]) -> TrailSignIn:
    told = sign_in_of(event)
    assert told is not None and told.at == AT
    return told


def test_a_sign_in_to_identity_center_names_the_user_by_id_and_where_given_by_name() -> None:
    by_id = found(sign_in(AT))
    assert (by_id.source, by_id.name, by_id.store_id, by_id.store_user) == ("identityCenter", "", STORE, STORE_USER)
    assert found(sign_in(AT, additionalEventData={"UserName": "ann@example.com"})).name == "ann@example.com"


def test_a_federation_names_account_and_permission_set() -> None:
    told = found(federation(AT, "ann"))
    assert (told.name, told.resource) == ("ann", f"{ACCOUNT}/AdministratorAccess")


def test_the_console_tells_of_iam_users_and_of_roles_made_by_identity_center() -> None:
    user = found(console(AT, type="IAMUser", userName="ann", arn=f"arn:aws:iam::{ACCOUNT}:user/ann"))
    assert (user.source, user.name, user.resource) == ("awsConsole", "ann", ACCOUNT)
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Billing_Read_0123456789abcdef/ann@example.com"
    told = found(console(AT, type="AssumedRole", arn=role))
    assert (told.name, told.resource) == ("ann@example.com", f"{ACCOUNT}/Billing_Read")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"eventTime": "yesterday"},
        sign_in(AT, serviceEventDetails={"UserAuthentication": "Failure"}),
        sign_in(AT, eventName="CredentialChallenge"),
        sign_in(AT, eventSource="elsewhere.example.com"),
        sign_in(AT, eventTime="2026-03-02T08:30:00"),
        sign_in(AT, userIdentity=None),
        federation(AT, "ann", errorCode="AccessDenied"),
        console(AT, type="IAMUser", userName="ann", arn="x", answer="Failure"),
        console(AT, type="Root", arn=f"arn:aws:iam::{ACCOUNT}:root"),
        console(AT, type="AssumedRole", arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/robot"),
        console(AT, type="IAMUser", arn="x"),
    ],
)
def test_what_failed_and_what_is_something_else_tells_of_no_sign_in(event: dict[str, Any]) -> None:
    assert sign_in_of(event) is None
