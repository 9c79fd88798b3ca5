"""What is looked at before anything is made: would this deployment work, and whom would it not reach?

Every check gives findings; one that cannot be made (a permission is missing, a service is not there) says so and stops
nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.tokens import read_address
from infrastructure.account import Account, code, pages, reason
from infrastructure.issuer import lacking

FEW_EXECUTIONS = 100  # Lambda executions at a time below which a review of many people is slow; new accounts have 10
API_RESOURCES = 300  # of API Gateway's default quota
_RESERVED = ("aws", "amazon", "cognito")


@dataclass(frozen=True)
class Finding:
    """`level`: `ok`, `advice` (it works, with limits), `problem` (it would not), `unknown` (it was not to be seen)."""

    level: str
    about: str
    words: str


@dataclass(frozen=True)
class Plan:
    """What is to be deployed where. `fetch` reads a web address."""

    account: Account
    stack: str
    values: Mapping[str, str]
    is_new: bool = True
    fetch: Callable[[str], bytes] = read_address


def check(plan: Plan) -> list[Finding]:
    """Everything, one after the other."""
    found: list[Finding] = []
    for one in CHECKS:
        try:
            found += one(plan)
        except (ClientError, BotoCoreError) as problem:
            found.append(
                Finding("unknown", (one.__doc__ or "").split(":")[0], f"could not be looked at: {reason(problem)}")
            )
    return found


def _caller(plan: Plan) -> list[Finding]:
    """Account: who works in which one."""
    who = f"{plan.account.caller} in {plan.account.id}, {plan.account.region}"
    if plan.account.caller.endswith(":root"):
        return [
            Finding("advice", "Account", f"{who}. Better not as root: docs/deploying.md has a policy for who deploys.")
        ]
    return [Finding("ok", "Account", who)]


def _administrator(plan: Plan) -> list[Finding]:
    """First administrator: somebody has to be let in."""
    name = plan.values.get("FirstAdministrator", "")
    if name:
        return [Finding("ok", "First administrator", f"{name}; need not be in the directory yet.")]
    words = "FirstAdministrator is empty: nobody could get in. Give the user principal name of somebody."
    late = "FirstAdministrator is empty. Those who hold the role administrator get in; be sure that there are some."
    return [
        Finding("problem", "First administrator", words)
        if plan.is_new
        else Finding("advice", "First administrator", late)
    ]


def _lambda(plan: Plan) -> list[Finding]:
    """Lambda: how much may run at a time."""
    allowed = plan.account.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    reserved = int(plan.values.get("ApiConcurrency", 0))
    if reserved and allowed - reserved < FEW_EXECUTIONS:
        words = f"ApiConcurrency reserves {reserved} of {allowed} executions; {FEW_EXECUTIONS} must stay unreserved."
        return [Finding("problem", "Lambda", words)]
    if allowed < FEW_EXECUTIONS:
        words = (
            f"{allowed} executions at a time in this account and Region, as new accounts have. That does for a trial; "
            "before many people review at once ask for 1,000 (Service Quotas, AWS Lambda, Concurrent executions: free, "
            "about a day). Until then reserve no concurrency."
        )
        return [Finding("advice", "Lambda", words)]
    return [Finding("ok", "Lambda", f"{allowed:,} executions at a time.")]


def _gateway(plan: Plan) -> list[Finding]:
    """API Gateway: how many resources an API may have."""
    client = plan.account.client("service-quotas")
    for one in pages(client, "list_service_quotas", "Quotas", ServiceCode="apigateway"):
        if one["QuotaName"].lower().startswith("resources") and one["Value"] < API_RESOURCES:
            words = (
                f"{one['QuotaName']}: {one['Value']:.0f}; {API_RESOURCES} are needed. Ask for more in Service Quotas."
            )
            return [Finding("problem", "API Gateway", words)]
    return [Finding("ok", "API Gateway", f"{API_RESOURCES} resources or more an API.")]


def _access_log(plan: Plan) -> list[Finding]:
    """Access log: whose role writes it, one for all APIs of the account in this Region."""
    if not plan.is_new or plan.values.get("ApiLogRole", "make") != "make":
        return []
    role = plan.account.client("apigateway").get_account().get("cloudwatchRoleArn")
    if not role:
        return [Finding("ok", "Access log", "API Gateway has no role to write logs with yet; one is made.")]
    words = f"API Gateway writes logs as {role} already. ApiLogRole=exists keeps that; now it would be replaced."
    return [Finding("advice", "Access log", words)]


def _mail(plan: Plan) -> list[Finding]:
    """Mail: does SES send, and to everybody."""
    client = plan.account.client("sesv2")
    told = client.get_account()
    if not told.get("SendingEnabled", True):
        return [Finding("problem", "Mail", "SES has paused sending in this account. Its console says why.")]
    return [_sandbox(told, plan.account.region), *_identity(client, plan.values)]


def _sandbox(told: Mapping[str, Any], region: str) -> Finding:
    quota = told.get("SendQuota", {})
    a_day, a_second = int(quota.get("Max24HourSend", 200)), float(quota.get("MaxSendRate", 1))
    amount = f"{a_day:,} mails in 24 hours, {a_second:g} a second"
    if not told.get("ProductionAccessEnabled"):
        words = (
            f"SES is in its sandbox in {region}: {amount}, to verified addresses only: reviewers hear nothing. Ask "
            "for production access (SES console, Account dashboard, about a day) and say: mails to our own staff about "
            "reviews of their access; bounces and complaints are handled. Until then verify the addresses of those who "
            "try it out."
        )
        return Finding("advice", "Mail", words)
    minutes = a_day / max(a_second, 0.1) / 60
    words = f"A review mails each reviewer when it starts: {a_day:,} reviewers a day, sent in {minutes:,.0f} minutes."
    return Finding("ok", "Mail", f"{amount}. {words}")


def _identity(client: Any, values: Mapping[str, str]) -> list[Finding]:
    """Is there an identity the sender belongs to, and may it send?"""
    sender, made = values["MailFrom"].lower(), values.get("MailIdentity", "")
    domain = sender.partition("@")[2]
    parts = domain.split(".")
    for name in [sender, *(".".join(parts[start:]) for start in range(len(parts) - 1))]:
        try:
            found = client.get_email_identity(EmailIdentity=name)
        except ClientError as problem:
            if code(problem) != "NotFoundException":
                raise
            continue
        if found.get("VerifiedForSendingStatus"):
            return [Finding("ok", "Mail", f"{sender} may send, as {name} is verified.")]
        return [
            Finding("advice", "Mail", f"{name} is not verified yet: no mail goes out until its DNS records are made.")
        ]
    if made and (domain == made or domain.endswith(f".{made}")):
        words = f"The identity {made} is made now. No mail goes out until the DNS records named at the end are made."
        return [Finding("advice", "Mail", words)]
    words = f"SES knows no identity for {sender}. Set MailIdentity to its domain, or verify it in SES first."
    return [Finding("problem", "Mail", words)]


def _issuer(plan: Plan) -> list[Finding]:
    """Sign-in: does the issuer answer, and has it what a browser needs."""
    issuer = plan.values.get("OidcIssuer", "")
    if not issuer:
        return _pool(plan)
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        told = json.loads(plan.fetch(address))
        keys = json.loads(plan.fetch(str(told["jwks_uri"])))["keys"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        words = f"{address}, or the keys it names, cannot be read from here ({type(problem).__name__}: {problem})."
        return [Finding("problem", "Sign-in", words)]
    claim = plan.values.get("OidcClaim", "email")
    found = [Finding("problem", "Sign-in", words) for words in lacking(told, keys, issuer)]
    if claim not in told.get("claims_supported", [claim]):
        words = f"It does not list the claim {claim!r}; be sure that its ID tokens have it."
        found.append(Finding("advice", "Sign-in", words))
    return found or [Finding("ok", "Sign-in", f"{issuer} answers and has what is needed.")]


def _pool(plan: Plan) -> list[Finding]:
    prefix = f"{plan.stack}-{plan.account.id}"
    if any(word in prefix for word in _RESERVED) or len(prefix) > 63:
        words = f"A user pool cannot have the address {prefix}: at most 63 characters, without {', '.join(_RESERVED)}."
        return [Finding("problem", "Sign-in", f"{words} Choose another name with --stack-name.")]
    words = "A Cognito user pool is made, whose people you invite. A bigger organisation signs in with its own issuer."
    return [Finding("ok", "Sign-in", words)]


def _domain(plan: Plan) -> list[Finding]:
    """Domain: is the certificate the right one, and the zone."""
    name, arn, zone = (plan.values.get(one, "") for one in ("DomainName", "CertificateArn", "HostedZoneId"))
    if not name:
        return []
    found = [_certificate(plan.account, name, arn)] if arn else []
    if zone:
        told = plan.account.client("route53").get_hosted_zone(Id=zone)["HostedZone"]
        apex = told["Name"].rstrip(".")
        if name != apex and not name.endswith(f".{apex}"):
            found.append(Finding("problem", "Domain", f"The zone {zone} is that of {apex}; {name} is not in it."))
        elif told.get("Config", {}).get("PrivateZone"):
            found.append(Finding("problem", "Domain", f"The zone {zone} is private; {name} must be in a public one."))
    return found or [Finding("ok", "Domain", f"{name}, in the zone {zone}; its certificate is made.")]


def _certificate(account: Account, name: str, arn: str) -> Finding:
    region = arn.split(":")[3]
    if region != account.region:
        words = f"The certificate is in {region}; API Gateway needs one in {account.region}."
        return Finding("problem", "Domain", words)
    told = account.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    if told["Status"] != "ISSUED":
        return Finding("problem", "Domain", f"The certificate is {told['Status']}, not issued.")
    names = {told["DomainName"], *told.get("SubjectAlternativeNames", [])}
    if not names & {name, "*." + name.partition(".")[2]}:
        return Finding("problem", "Domain", f"The certificate is for {', '.join(sorted(names))}, not for {name}.")
    return Finding("ok", "Domain", f"{name}, with its certificate.")


CHECKS = (_caller, _administrator, _lambda, _gateway, _access_log, _mail, _issuer, _domain)
