"""Configuration from the environment: one frozen object, every problem reported at once at start.

docs/configuration.md is made of this file and the deployment's template: `python3 -m infrastructure.configuration`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field
from functools import cache
from typing import TypeVar, cast

from chalicelib.setting_checks import Check, address, between, origin, rising, time_zone, up_to, wants

LOG = logging.getLogger("access_reviews")
PREFIX = "ACCESS_REVIEWS_"
BY_APP = ("ITEMS_STREAM_ARN", "AUDIT_STREAM_ARN", "WORK_QUEUE_NAME")  # read by app.py, for the local stage
LEAST_RETENTION = 30  # days an audit event is kept at the least (R158, G39)
LOCK_MODES = ("GOVERNANCE", "COMPLIANCE")
_MAIL_ADDRESS = wants(r"[^@\s<>,;\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "a mail address")
_STAGE = wants(r"[a-z][a-z0-9-]{0,19}", "up to 20 lower-case letters, digits and -, beginning with a letter")
_AUDIT_DAYS = f"must be 0 (kept without end) or at least {LEAST_RETENTION}"
T = TypeVar("T")


class ConfigurationError(Exception):
    """The environment cannot be used; `problems` are sentences that name the variable, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _said(default: T, effect: str, check: Check | None = None, *, needed: bool = False) -> T:
    """A setting: its default, what it does, what a given value has to be, and whether a deployment needs one."""
    return field(default=default, metadata={"effect": effect, "check": check, "needed": needed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment decides; what each does stands with it. Seconds and days are real time."""

    stage: str = _said(
        "local", "Name of the deployment, shown in the portal. `local` and `test` need no AWS account.", _STAGE
    )
    region: str = _said("us-east-1", "AWS Region of tables, queue, mail and keys.", wants(r"[a-z0-9-]+", "a Region"))
    endpoint_url: str = _said("", "Where AWS is, for emulators.", wants(r"(https?://\S+)?", "an address"))
    table_prefix: str = _said(
        "access-reviews",
        "Tables are named `PREFIX-directory` and so on.",
        wants(r"[\w.-]{1,200}", "part of a table's name"),
    )
    bucket: str = _said(
        "access-reviews",
        "Bucket of uploads, exports and frozen populations.",
        wants(r"[a-z0-9.-]{3,63}", "a bucket's name"),
    )
    work_queue_url: str = _said("", "Queue of the worker.", wants(r"(https?://\S+)?", "an address"), needed=True)
    portal_url: str = _said(
        "http://127.0.0.1:8000",
        "Where people open the portal; links of mails begin with it. It may end with a path (API Gateway's stage).",
        origin,
    )
    organisation: str = _said(
        "Your organisation",
        "Whose reviews these are: portal, mails, evidence.",
        wants(r".*\S.{0,79}", "a name of at most 80 characters"),
    )
    contact: str = _said("", "Whom to ask for help: portal and mails.", up_to(200))
    logo_url: str = _said("", "Picture in mails and on the sign-in page.", address())
    mail_footer: str = _said("", "Last lines of every mail.", up_to(1_000))
    mail_from: str = _said(
        "access-reviews@example.com",
        "Sender of every mail: an address SES has verified, or one of such a domain.",
        _MAIL_ADDRESS,
    )
    mail_enabled: bool = _said(True, "`false`: no mail is sent at all.")
    mail_configuration_set: str = _said(
        "",
        "Configuration set of SES. Without one nobody hears what becomes of mails ([mail](mail.md)).",
    )
    mail_feedback_topic: str = _said(
        "access-reviews-mail-feedback", "SNS topic, name or ARN, it publishes to; messages of others are passed over."
    )
    event_bus: str = _said(
        "default",
        "EventBridge bus, name or ARN, on which [events](events.md) are published. Empty: nobody is told.",
    )
    oidc_issuer: str = _said("", "OpenID Connect issuer; ID tokens must name it.", address(), needed=True)
    oidc_audience: str = _said("", "Audience that ID tokens must name.", needed=True)
    oidc_keys_url: str = _said("", "Keys of the issuer. Empty: as the issuer says.", address("data:"))
    oidc_client_id: str = _said(
        "",
        "Client id of the portal, a public client without a secret. Empty: the audience.",
    )
    oidc_scopes: str = _said(
        "openid email profile",
        "What the portal asks for. With `offline_access` some issuers let sessions renew without a redirect.",
        wants(r"(.* )?openid( .*)?", "scopes with a blank between them, openid among them"),
    )
    oidc_authorization_url: str = _said("", "Where people sign in. Empty: as the issuer says.", address("/"))
    oidc_token_url: str = _said("", "Where tokens come from. Empty: as the issuer says.", address("/"))
    oidc_end_session_url: str = _said("", "Where people sign out. Empty: as the issuer says.", address("/"))
    oidc_claim: str = _said(
        "email", "Claim of the ID token that is a person's user principal name.", wants(r"\S+", "the name of a claim")
    )
    first_administrator: str = _said(
        "",
        "User principal name of who administers without being given the role, known to the directory or not.",
        wants(r"\S*", "a user principal name without blanks"),
    )
    default_time_zone: str = _said("UTC", "Time zone of whatever says none of its own (IANA).", time_zone)
    cursor_secret: str = _said(
        "",
        "Signs page cursors; any text of 16 or more characters nobody knows.",
        wants(r".{16,}|", "16 characters or more"),
        needed=True,
    )
    private_hosts: str = _said(
        "",
        "Hosts in private networks, with commas between, that webhooks may go to ([webhook](connectors/webhook.md)).",
        wants(r"[^/\s]*(,\s*[^/\s,]+)*", "hosts with commas between them, without https://"),
    )
    signing_key: str = _said(
        "",
        "Asymmetric KMS key (RSA_3072, sign and verify) that signs seals: id, ARN or alias ([evidence](evidence.md)).",
        needed=True,
    )
    evidence_bucket: str = _said(
        "",
        "Bucket with Object Lock where seals are kept.",
        wants(r"([a-z0-9.-]{3,63})?", "a bucket's name"),
        needed=True,
    )
    evidence_lock_mode: str = _said(
        "GOVERNANCE",
        "`GOVERNANCE`: whoever has a permission for it can delete evidence early. `COMPLIANCE`: nobody can.",
        wants("|".join(LOCK_MODES), f"one of: {', '.join(LOCK_MODES)}"),
    )
    evidence_retention_days: int = _said(2_557, "Days nobody deletes evidence (7 years).", between(1, 36_500))
    origin: str = _said(
        "", "Names this deployment in what it signs. Empty: the portal's address. Keep it when the address changes."
    )
    audit_retention_days: int = _said(
        0,
        "Days after which the audit table forgets an event; 0: never (G39).",
        lambda value: "" if value == 0 or LEAST_RETENTION <= cast(int, value) <= 36_500 else _AUDIT_DAYS,
    )
    undo_days: int = _said(
        7, "Days in which access a review removed can be given back; 0 switches that off.", between(0, 365)
    )
    lease_seconds: int = _said(
        300, "How long a worker has its work to itself; longer than an invocation.", between(10, 3_600)
    )
    invocation_seconds: int = _said(
        240, "After so long a worker hands over to the next one; less than its function's time-out.", between(5, 890)
    )
    closing_wait_seconds: int = _said(
        60, "Between closing a review and counting its decisions, for those under way.", between(0, 900)
    )
    stop_delay_seconds: int = _said(10, "Between Stop and closing, for decisions under way.", between(0, 900))
    state_cache_seconds: float = _said(5.0, "How long a process remembers whether a review is open.", between(0, 30))
    freeze_page: int = _said(500, "Assignments read at once when a population is frozen.", between(1, 1_000))
    bucket_items: int = _said(10_000, "Items written by one piece of work.", between(1, 100_000))
    shard_items: tuple[int, ...] = _said(
        (2_000, 50_000, 250_000),
        "Above so many items one set of reviewers is spread over 4, 8, 16 partitions.",
        rising,
    )


def fields_of() -> Mapping[str, Field[object]]:
    """The settings by name."""
    return cast(Mapping[str, Field[object]], Settings.__dataclass_fields__)


def _flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


_PARSERS: dict[type, tuple[Callable[[str], object], str]] = {
    str: (str, "text"),
    int: (int, "a whole number"),
    float: (float, "a number"),
    bool: (_flag, "true or false"),
    tuple: (_numbers, "whole numbers with commas between them"),
}


def variable(name: str) -> str:
    """The environment variable of a setting: `mail_from` is read from ACCESS_REVIEWS_MAIL_FROM."""
    return PREFIX + name.upper()


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like settings and are none. Nothing is refused for them: while a release is replaced, its
    configuration may meet the code of the other one."""
    known = {variable(name) for name in fields_of()} | {PREFIX + name for name in BY_APP}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _missing(settings: Settings) -> list[str]:
    if settings.stage in ("local", "test"):
        return []
    needed = [name for name, one in fields_of().items() if one.metadata["needed"]]
    return [f"{variable(name)} is missing" for name in needed if not getattr(settings, name)]


def load(environment: Mapping[str, str]) -> Settings:
    """Read every ACCESS_REVIEWS_* variable. Raises ConfigurationError naming all bad or missing ones."""
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, one in fields_of().items():
        text = environment.get(variable(name))
        if text is None:
            continue
        parse, words = _PARSERS[type(one.default)]
        try:
            values[name] = parse(text)
        except ValueError:
            problems.append(f"{variable(name)} must be {words}")
            continue
        check: Check | None = one.metadata["check"]
        if wrong := check(values[name]) if check else "":
            problems.append(f"{variable(name)} {wrong}")
    settings = Settings(**values)  # type: ignore[arg-type]
    problems += _missing(settings)
    if settings.invocation_seconds >= settings.lease_seconds:
        problems.append(f"{variable('lease_seconds')} must be longer than an invocation")
    if problems:
        raise ConfigurationError(problems)
    return settings


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises ConfigurationError, and says each problem in the log."""
    for name in unknown(os.environ):
        LOG.warning("%s is no setting; see docs/configuration.md", name)
    try:
        return load(os.environ)
    except ConfigurationError as problem:
        for one in problem.problems:
            LOG.critical("configuration: %s", one)
        raise
