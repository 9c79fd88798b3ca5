"""What this deployment was set to, for reading: it is changed where it was deployed from, never here."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain import errors
from chalicelib.routes.http import Answer, Call, route
from chalicelib.routes.shapes import Answer as Shape
from chalicelib.software import VERSION, source_hash

door = Blueprint(__name__)


class Deployment(Shape, kw_only=True):
    """The settings of the deployment. `auditRetentionDays` 0 keeps audit events without end. `softwareHash` is what
    seals name, and what `package.json` has beside the artefact it was deployed from."""

    software_version: str
    software_hash: str
    stage: str
    region: str
    portal_url: str
    organisation: str
    default_time_zone: str
    first_administrator: str
    mail_enabled: bool
    mail_from: str
    contact: str
    oidc_issuer: str
    oidc_audience: str
    oidc_claim: str
    audit_retention_days: int


@route(door, "GET", "/api/v1/settings/deployment", gives=Deployment)
def show_deployment(call: Call) -> Answer:
    """The settings of this deployment, without its secrets; for administrators and auditors."""
    if not call.actor.reads_everything:
        raise errors.Forbidden("Only administrators and auditors see how this deployment is set up.")
    found = call.services.settings
    return {
        "softwareVersion": VERSION,
        "softwareHash": source_hash(),
        "stage": found.stage,
        "region": found.region,
        "portalUrl": found.portal_url,
        "organisation": found.organisation,
        "defaultTimeZone": found.default_time_zone,
        "firstAdministrator": found.first_administrator,
        "mailEnabled": found.mail_enabled,
        "mailFrom": found.mail_from,
        "contact": found.contact,
        "oidcIssuer": found.oidc_issuer,
        "oidcAudience": found.oidc_audience,
        "oidcClaim": found.oidc_claim,
        "auditRetentionDays": found.audit_retention_days,
    }
