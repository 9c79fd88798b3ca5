"""What is looked at before anything is made, and said in words that one can act upon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from infrastructure.account import Account
from infrastructure.preflight import Plan, check

ISSUER = "https://login.contoso.example/tenant/v2.0"
DESCRIBED = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "response_types_supported": ["code", "id_token"],
    "code_challenge_methods_supported": ["S256"],
    "claims_supported": ["sub", "email"],
}
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/abc"
VALUES = {"MailFrom": "reviews@mail.contoso.example", "FirstAdministrator": "ann@contoso.example", "OidcClaim": "email"}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Ask")


class Fake:
    """A client whose operations answer what they are told to, or raise it."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def __getattr__(self, operation: str) -> Any:
        def call(**asked: Any) -> Any:
            answer = self.answers[operation]
            answer = answer(**asked) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        class Pages:
            def paginate(_, **asked: Any) -> Any:
                return [getattr(self, operation)(**asked)]

        return Pages()


def identities(*verified: str, waiting: str = "") -> Any:
    def get(EmailIdentity: str) -> Any:
        if EmailIdentity in verified or EmailIdentity == waiting:
            return {"VerifiedForSendingStatus": EmailIdentity in verified}
        return refusal("NotFoundException")

    return get


def account(**clients: Fake) -> Account:
    """An account in which all is well, but for what is said."""
    sending = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0}
    usual = {
        "lambda": Fake(get_account_settings={"AccountLimit": {"ConcurrentExecutions": 1000}}),
        "apigateway": Fake(get_account={}),
        "service-quotas": Fake(list_service_quotas={"Quotas": [{"QuotaName": "Resources per API", "Value": 300.0}]}),
        "sesv2": Fake(
            get_account={"SendingEnabled": True, "ProductionAccessEnabled": True, "SendQuota": sending},
            get_email_identity=identities("contoso.example"),
        ),
    }
    chosen = {**usual, **{name.replace("_", "-"): one for name, one in clients.items()}}
    known = {f"{name} ": one for name, one in chosen.items()}
    arn = "arn:aws:sts::123456789012:assumed-role/Deployer/ann"
    return Account(Session(), "eu-central-1", "123456789012", arn, 0.0, known)


def plan(found: Account | None = None, told: dict[str, Any] | None = None, **values: str) -> Plan:
    keys = {"keys": [{"kty": "RSA", "kid": "1"}]}
    answers = {f"{ISSUER}/.well-known/openid-configuration": told or DESCRIBED, f"{ISSUER}/keys": keys}
    given = {**VALUES, **values}
    return Plan(found or account(), "access-reviews-live", given, fetch=lambda url: json.dumps(answers[url]).encode())


def told(asked: Plan, level: str) -> str:
    return " ".join(f"{one.about}: {one.words}" for one in check(asked) if one.level == level)


def test_where_all_is_well_nothing_is_left_to_do():
    assert {one.level for one in check(plan(OidcIssuer=ISSUER))} == {"ok"}


def test_what_cannot_be_looked_at_stops_nobody():
    closed = account(sesv2=Fake(get_account=refusal("AccessDeniedException")))
    assert "Mail: could not be looked at" in told(plan(closed), "unknown")
    assert not told(plan(closed), "problem")


def test_a_new_account_hears_that_ten_executions_are_few():
    few = account(**{"lambda": Fake(get_account_settings={"AccountLimit": {"ConcurrentExecutions": 10}})})
    assert "10 executions at a time" in told(plan(few), "advice")
    assert not told(plan(few), "problem")


def test_executions_that_are_reserved_leave_a_hundred_for_everything_else():
    reserving = account(**{"lambda": Fake(get_account_settings={"AccountLimit": {"ConcurrentExecutions": 150}})})
    assert "100 must stay unreserved" in told(plan(reserving, ApiConcurrency="51"), "problem")
    assert not told(plan(reserving, ApiConcurrency="50"), "problem")


def test_an_api_that_does_not_fit_is_a_problem():
    small = account(
        service_quotas=Fake(list_service_quotas={"Quotas": [{"QuotaName": "Resources per API", "Value": 200}]})
    )
    assert "300 are needed" in told(plan(small), "problem")


def test_the_sandbox_is_explained_and_stops_nobody():
    quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0}
    found = {"SendingEnabled": True, "ProductionAccessEnabled": False, "SendQuota": quota}
    new = account(sesv2=Fake(get_account=found, get_email_identity=identities("contoso.example")))
    said = told(plan(new), "advice")
    assert "sandbox in eu-central-1: 200 mails in 24 hours" in said and "production access" in said
    assert not told(plan(new), "problem")


def test_sending_that_is_paused_is_a_problem():
    assert "paused" in told(plan(account(sesv2=Fake(get_account={"SendingEnabled": False}))), "problem")


def mailing(identity: Any) -> Account:
    found = {"SendingEnabled": True, "ProductionAccessEnabled": True, "SendQuota": {}}
    return account(sesv2=Fake(get_account=found, get_email_identity=identity))


@pytest.mark.parametrize(
    ("identity", "values", "level", "words"),
    [
        (identities("reviews@mail.contoso.example"), {}, "ok", "may send"),
        (identities("mail.contoso.example"), {}, "ok", "mail.contoso.example is verified"),
        (identities(waiting="contoso.example"), {}, "advice", "not verified yet"),
        (identities(), {"MailIdentity": "contoso.example"}, "advice", "is made now"),
        (identities(), {"MailIdentity": "fabrikam.example"}, "problem", "SES knows no identity"),
        (identities(), {}, "problem", "Set MailIdentity"),
    ],
)
def test_a_sender_needs_an_identity(identity: Any, values: dict[str, str], level: str, words: str):
    assert words in told(plan(mailing(identity), **values), level)


def test_a_new_deployment_needs_a_first_administrator_and_a_later_one_is_warned():
    assert "nobody could get in" in told(plan(FirstAdministrator=""), "problem")
    later = plan(FirstAdministrator="")
    assert "be sure that there are some" in told(Plan(later.account, later.stack, later.values, is_new=False), "advice")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"issuer": ISSUER + "/"}, "must be exactly that, to the last slash"),
        ({"token_endpoint": "http://login.contoso.example/token"}, "no https address as token_endpoint"),
        ({"authorization_endpoint": None}, "authorization_endpoint"),
        ({"response_types_supported": ["id_token"]}, "no authorization code flow"),
        ({"code_challenge_methods_supported": ["plain"]}, "no PKCE with S256"),
        ({"jwks_uri": "https://nowhere"}, "cannot be read from here"),
    ],
)
def test_an_issuer_that_cannot_sign_anybody_in_is_named_with_its_lack(changed: dict[str, Any], words: str):
    assert words in told(plan(told={**DESCRIBED, **changed}, OidcIssuer=ISSUER), "problem")


def test_an_issuer_may_leave_out_what_it_can_do():
    """OpenID Connect Discovery 3: most members are optional; Entra names no PKCE method."""
    short = {name: DESCRIBED[name] for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")}
    assert not told(plan(told=short, OidcIssuer=ISSUER), "problem")
    assert "claim 'upn'" in told(plan(OidcIssuer=ISSUER, OidcClaim="upn"), "advice")


def test_a_pool_needs_an_address_it_may_have():
    asked = plan()
    assert "cannot have the address" in told(Plan(asked.account, "aws-reviews", asked.values), "problem")


def certified(status: str = "ISSUED", *names: str) -> Account:
    return account(acm=Fake(describe_certificate={"Certificate": {"Status": status, "DomainName": names[0]}}))


@pytest.mark.parametrize(
    ("status", "name", "arn", "words"),
    [
        ("ISSUED", "reviews.contoso.example", CERTIFICATE, ""),
        ("ISSUED", "*.contoso.example", CERTIFICATE, ""),
        ("ISSUED", "*.example", CERTIFICATE, "not for reviews.contoso.example"),
        ("PENDING_VALIDATION", "reviews.contoso.example", CERTIFICATE, "not issued"),
        (
            "ISSUED",
            "reviews.contoso.example",
            CERTIFICATE.replace("eu-central-1", "us-east-1"),
            "needs one in eu-central-1",
        ),
    ],
)
def test_a_certificate_is_issued_here_for_this_domain(status: str, name: str, arn: str, words: str):
    said = told(plan(certified(status, name), DomainName="reviews.contoso.example", CertificateArn=arn), "problem")
    assert words in said if words else not said


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ({"Name": "contoso.example."}, ""),
        ({"Name": "toso.example."}, "is not in it"),
        ({"Name": "contoso.example.", "Config": {"PrivateZone": True}}, "is private"),
    ],
)
def test_a_domain_is_in_the_zone_that_is_given(zone: dict[str, Any], words: str):
    found = account(route53=Fake(get_hosted_zone={"HostedZone": zone}))
    said = told(plan(found, DomainName="reviews.contoso.example", HostedZoneId="Z1"), "problem")
    assert words in said if words else not said


@pytest.mark.parametrize(("chosen", "level"), [({}, "advice"), ({"ApiLogRole": "exists"}, "")])
def test_a_role_that_other_apis_write_their_logs_with_is_not_replaced_unsaid(
    chosen: dict[str, str], level: str
) -> None:
    taken = account(apigateway=Fake(get_account={"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/logs"}))
    found = [one for one in check(Plan(taken, "reviews", {**VALUES, **chosen})) if one.about == "Access log"]
    assert [one.level for one in found] == ([level] if level else [])
    assert all("ApiLogRole=exists" in one.words for one in found)
