"""Configuration from the environment: one frozen object, every problem reported at once at start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

LEAST_RETENTION = 30  # days an audit event is kept at the least (R158, G39)


class ConfigurationError(Exception):
    """The environment cannot be used; the message lists every problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment decides. Seconds are real time unless said otherwise. `audit_retention_days`: after that
    many days the audit table forgets an event; 0 keeps everything without end (G39). `undo_days`: so long after a
    review removed access it can be given back; 0 switches that off.

    `mail_configuration_set`: of SES, which publishes what becomes of mails to the SNS topic `mail_feedback_topic`;
    without one nobody hears of bounces. `event_bus`: name or ARN of the EventBridge bus on which others are told what
    happens; "" tells nobody.

    Signing in (`oidc_*`): any OpenID Connect issuer with a public client, which has no secret and may come back to
    `/signed-in` and `/signed-out` of the portal's address. `issuer` and `audience` are what an ID token must name;
    `client_id` is the audience unless given; `claim` names the person. The addresses to sign in, to fetch tokens, to
    sign out and of the keys are discovered from the issuer unless given. `scopes`: add `offline_access` where the
    issuer hands out refresh tokens for it, so that long sessions renew themselves without a redirect.

    Evidence: `signing_key` is the id, ARN or alias of an asymmetric KMS key (RSA_3072, sign and verify), and
    `evidence_bucket` a bucket with Object Lock; what is sealed is kept there for `evidence_retention_days` (real days)
    under `evidence_lock_mode`. `origin` names this deployment in what it signs ("": the portal's address).

    `private_hosts`: hosts in private networks, separated by commas, that connections may send messages to.
    """

    stage: str = "local"
    region: str = "us-east-1"
    endpoint_url: str = ""
    table_prefix: str = "access-reviews"
    bucket: str = "access-reviews"
    work_queue_url: str = ""
    portal_url: str = "http://127.0.0.1:8000"
    organisation: str = "Your organisation"
    contact: str = ""
    logo_url: str = ""
    mail_footer: str = ""
    mail_from: str = "access-reviews@example.com"
    mail_enabled: bool = True
    mail_configuration_set: str = ""
    mail_feedback_topic: str = "access-reviews-mail-feedback"
    event_bus: str = "default"
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_keys_url: str = ""
    oidc_client_id: str = ""
    oidc_scopes: str = "openid email profile"
    oidc_authorization_url: str = ""
    oidc_token_url: str = ""
    oidc_end_session_url: str = ""
    oidc_claim: str = "email"
    first_administrator: str = ""
    default_time_zone: str = "UTC"
    cursor_secret: str = ""
    private_hosts: str = ""
    signing_key: str = ""
    evidence_bucket: str = ""
    evidence_lock_mode: str = "GOVERNANCE"
    evidence_retention_days: int = 2_557
    origin: str = ""
    audit_retention_days: int = 0
    undo_days: int = 7
    lease_seconds: int = 300
    invocation_seconds: int = 240
    closing_wait_seconds: int = 60
    stop_delay_seconds: int = 10
    state_cache_seconds: float = 5.0
    freeze_page: int = 500
    bucket_items: int = 10_000
    shard_items: tuple[int, ...] = (2_000, 50_000, 250_000)


def _flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("must be true or false")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


_PARSERS: dict[type, Callable[[str], object]] = {str: str, int: int, float: float, bool: _flag}
_REQUIRED_OUTSIDE_LOCAL = (
    "work_queue_url",
    "oidc_issuer",
    "oidc_audience",
    "cursor_secret",
    "signing_key",
    "evidence_bucket",
)
LOCK_MODES = ("GOVERNANCE", "COMPLIANCE")


def variable(field: str) -> str:
    """The environment variable of a setting: `mail_from` is read from ACCESS_REVIEWS_MAIL_FROM."""
    return f"ACCESS_REVIEWS_{field.upper()}"


def _contradictions(settings: Settings) -> list[str]:
    """What is missing or cannot be, as sentences."""
    problems: list[str] = []
    if settings.stage not in ("local", "test"):
        problems += [
            f"{variable(field)} is missing" for field in _REQUIRED_OUTSIDE_LOCAL if not getattr(settings, field)
        ]
    if settings.audit_retention_days and settings.audit_retention_days < LEAST_RETENTION:
        least = f"must be 0 (kept without end) or at least {LEAST_RETENTION}"
        problems.append(f"{variable('audit_retention_days')} {least}")
    if settings.evidence_lock_mode not in LOCK_MODES:
        problems.append(f"{variable('evidence_lock_mode')} must be one of: {', '.join(LOCK_MODES)}")
    if settings.evidence_retention_days < 1:
        problems.append(f"{variable('evidence_retention_days')} must be at least 1")
    if settings.undo_days < 0:
        problems.append(f"{variable('undo_days')} must be 0 (nothing is given back) or more")
    if settings.invocation_seconds >= settings.lease_seconds:
        problems.append(f"{variable('lease_seconds')} must be longer than an invocation")
    return problems


def load(environment: Mapping[str, str]) -> Settings:
    """Read every ACCESS_REVIEWS_* variable. Raises ConfigurationError naming all bad or missing ones."""
    values: dict[str, object] = {}
    problems: list[str] = []
    defaults = Settings()
    for field in Settings.__dataclass_fields__:
        text = environment.get(variable(field))
        if text is None:
            continue
        default = getattr(defaults, field)
        try:
            values[field] = _numbers(text) if isinstance(default, tuple) else _PARSERS[type(default)](text)
        except ValueError as problem:
            problems.append(f"{variable(field)}: {problem}")
    settings = Settings(**values)  # type: ignore[arg-type]
    problems += _contradictions(settings)
    if problems:
        raise ConfigurationError("; ".join(problems))
    return settings


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return load(os.environ)
