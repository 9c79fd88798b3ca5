"""Where people sign in: a pool nobody but the administrator lets people into, or the organisation's own issuer; and the
portal's own address."""

from __future__ import annotations

import json
from typing import Any

from infrastructure.resolved import resolved
from tests.infrastructure.ours import GIVEN, OURS

ISSUER = {"OidcIssuer": "https://login.contoso.example", "OidcAudience": "portal", "OidcClaim": "upn"}
OWN_POOL = resolved(OURS, GIVEN)
OWN_ISSUER = resolved(OURS, {**GIVEN, **ISSUER})
KINDS = ("UserPool", "UserPoolClient", "UserPoolDomain")
ADDRESS = {"DomainName": "reviews.contoso.example"}


def variables(whole: dict[str, Any]) -> dict[str, Any]:
    return whole["Globals"]["Function"]["Environment"]["Variables"]


def test_without_an_issuer_a_pool_is_made_and_the_functions_know_it():
    given = variables(OWN_POOL)
    assert set(KINDS) <= set(OWN_POOL["Resources"])
    assert given["ACCESS_REVIEWS_OIDC_ISSUER"]["Fn::Sub"].endswith("/${UserPool}")
    assert given["ACCESS_REVIEWS_OIDC_AUDIENCE"] == given["ACCESS_REVIEWS_OIDC_CLIENT_ID"] == {"Ref": "UserPoolClient"}


def test_with_an_issuer_no_pool_is_made():
    given = variables(OWN_ISSUER)
    assert not set(KINDS) & set(OWN_ISSUER["Resources"])
    told = [given[f"ACCESS_REVIEWS_OIDC_{name}"] for name in ("ISSUER", "AUDIENCE", "CLAIM")]
    assert told == ["https://login.contoso.example", "portal", "upn"]
    assert "UserPoolId" not in OWN_ISSUER["Outputs"]


def test_nobody_lets_themselves_into_the_pool_or_becomes_somebody_else():
    """The mail address in a token says who somebody is: whoever could choose theirs could be the administrator."""
    pool = OWN_POOL["Resources"]["UserPool"]["Properties"]
    client = OWN_POOL["Resources"]["UserPoolClient"]["Properties"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert client["WriteAttributes"] == ["name"]
    assert "aws.cognito.signin.user.admin" not in client["AllowedOAuthScopes"]
    assert pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"] == ["email"]
    assert pool["UsernameConfiguration"]["CaseSensitive"] is False
    assert variables(OWN_POOL)["ACCESS_REVIEWS_OIDC_CLAIM"] == "email"


def test_the_portal_is_a_public_client_with_codes_only():
    client = OWN_POOL["Resources"]["UserPoolClient"]["Properties"]
    assert client["GenerateSecret"] is False and client["AllowedOAuthFlows"] == ["code"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert "/signed-in" in json.dumps(client["CallbackURLs"]) and "/signed-out" in json.dumps(client["LogoutURLs"])


def test_the_pool_outlives_its_stack_and_tells_of_sign_ins():
    pool = OWN_POOL["Resources"]["UserPool"]
    assert pool["DeletionPolicy"] == "Retain" and pool["Properties"]["DeletionProtection"] == "ACTIVE"
    trigger = pool["Properties"]["LambdaConfig"]["PostAuthentication"]["Fn::Sub"]
    assert trigger.endswith("function:${AWS::StackName}-cognito-signed-in")
    allowed = OWN_POOL["Resources"]["CognitoSignedInPermission"]["Properties"]
    assert allowed["SourceArn"]["Fn::Sub"].endswith("userpool/*")


def test_without_a_domain_nothing_of_it_is_made():
    assert not {"PortalDomain", "PortalDomainMapping", "PortalDomainRecord", "Certificate"} & set(OWN_POOL["Resources"])


def test_a_domain_in_a_zone_of_ours_gets_its_certificate_and_record():
    found = resolved(OURS, {**GIVEN, **ADDRESS, "HostedZoneId": "Z1"})["Resources"]
    assert found["PortalDomain"]["Properties"]["RegionalCertificateArn"] == {"Ref": "Certificate"}
    assert found["Certificate"]["Properties"]["DomainValidationOptions"][0]["HostedZoneId"] == "Z1"
    assert found["PortalDomainRecord"]["Properties"]["Name"] == "reviews.contoso.example"


def test_a_domain_of_another_zone_takes_a_certificate_and_names_its_target():
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/abc"
    whole = resolved(OURS, {**GIVEN, **ADDRESS, "CertificateArn": arn})
    found = whole["Resources"]
    assert not {"Certificate", "PortalDomainRecord"} & set(found) and "DomainTarget" in whole["Outputs"]
    assert found["PortalDomain"]["Properties"]["RegionalCertificateArn"] == arn
    assert found["PortalDomain"]["Properties"]["SecurityPolicy"] == "TLS_1_2"


def test_the_portals_address_is_the_same_everywhere():
    """In mails and settings, in what people are told after deploying, and where the pool sends them back to."""
    for given, host in (({}, "execute-api"), ({**ADDRESS, "HostedZoneId": "Z1"}, f"https://{ADDRESS['DomainName']}")):
        whole = resolved(OURS, {**GIVEN, **given})
        portal = variables(whole)["ACCESS_REVIEWS_PORTAL_URL"]
        assert host in str(portal) and whole["Outputs"]["PortalUrl"]["Value"] == portal
        back = whole["Resources"]["UserPoolClient"]["Properties"]["CallbackURLs"][0]["Fn::Sub"][1]["Portal"]
        assert back == portal
