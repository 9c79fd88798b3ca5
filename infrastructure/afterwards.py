"""What follows a deployment: the first person is invited, DNS records are named, the portal is tried."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.tokens import read_address
from infrastructure.account import Account, code, reason

TRIES = 20  # looks at the portal; a new API answers within seconds, a new domain within minutes


def invite(account: Account, pool: str, address: str) -> str:
    """Invite somebody to the user pool unless they are in it; what was done, as a sentence."""
    proven = [{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}]
    try:
        account.client("cognito-idp").admin_create_user(
            UserPoolId=pool, Username=address, UserAttributes=proven, DesiredDeliveryMediums=["EMAIL"]
        )
    except ClientError as problem:
        if code(problem) == "UsernameExistsException":
            return f"{address} is in the user pool {pool} already."
        return f"{address} could not be invited to the user pool {pool}: {reason(problem)}"
    return (
        f"{address} is invited: a mail with a temporary password is on its way (sender no-reply@verificationemail.com)."
    )


def records(account: Account, values: Mapping[str, str], outputs: Mapping[str, str]) -> Iterator[str]:
    """The DNS records somebody has to make."""
    target = outputs.get("DomainTarget")
    if target and not values.get("HostedZoneId"):
        yield f"{values['DomainName']}  CNAME  {target}"
    domain = values.get("MailIdentity")
    if not domain:
        return
    try:
        found = account.client("sesv2").get_email_identity(EmailIdentity=domain)
    except (ClientError, BotoCoreError):
        return
    signing = found.get("DkimAttributes", {})
    if signing.get("Status") != "SUCCESS":
        for token in signing.get("Tokens", []):
            yield f"{token}._domainkey.{domain}  CNAME  {token}.dkim.amazonses.com"
        yield f'_dmarc.{domain}  TXT  "v=DMARC1; p=quarantine"   (unless there is one)'


def try_portal(
    account: Account, portal: str, fetch: Callable[[str], bytes] = read_address, tries: int = TRIES
) -> tuple[bool, str]:
    """Does the portal answer, and know where people sign in? With what it says."""
    said = ""
    for _ in range(tries):
        try:
            for path in ("/api/v1/health", "/api/v1/sign-in"):
                told = json.loads(fetch(portal + path))
            return True, f"{portal} answers; people sign in at {told['authorizationEndpoint']}"
        except (OSError, HTTPException, ValueError, KeyError, socket.gaierror) as problem:
            body = getattr(problem, "read", bytes)()
            said = f"{type(problem).__name__}: {problem} {body[:500].decode(errors='replace')}".strip()
        account.wait()
    return False, f"{portal} does not answer as it should yet: {said}"
