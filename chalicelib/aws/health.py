"""Looks at what AWS holds for a deployment: one call or two each, nothing is changed and no row is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.aws.clock import SystemClock
from chalicelib.domain.health import Condition, Finding, well
from chalicelib.settings import Settings

TABLES = {"directory": False, "entitlements": False, "reviews": False, "items": True, "audit": True}  # has a stream?
SKEW = 30.0  # seconds; tokens allow 60, and signatures of requests to AWS 300
NEAR_QUOTA = 0.9
RUNBOOK = "See docs/operations.md"


@dataclass(frozen=True)
class AwsSurroundings:
    """Implements ports.Surroundings."""

    settings: Settings

    def looks(self) -> Mapping[str, Callable[[], Finding]]:
        """See ports.Surroundings."""
        return {
            "tables": self._tables,
            "queue": self._queue,
            "deadLetters": self._dead_letters,
            "files": self._files,
            "evidence": self._evidence,
            "signingKey": self._signing_key,
            "mail": self._mail,
            "signIn": self._sign_in,
            "eventBus": self._event_bus,
            "clock": self._clock,
        }

    def _tables(self) -> Finding:
        wrong = []
        for name, streams in TABLES.items():
            table = client("dynamodb").describe_table(TableName=f"{self.settings.table_prefix}-{name}")["Table"]
            if table["TableStatus"] not in ("ACTIVE", "UPDATING"):
                wrong.append(f"{name} is {table['TableStatus']}")
            if streams and not table.get("StreamSpecification", {}).get("StreamEnabled"):
                wrong.append(f"{name} has no stream, so that nothing is counted or published")
        if wrong:
            return Finding(Condition.FAILED, f"{'; '.join(wrong)}.", f"{RUNBOOK}#restoring.")
        return well("Five tables are there, two with their streams. How far those lag is on the dashboard.")

    def _queue(self) -> Finding:
        waiting, working = self._depth(self.settings.work_queue_url)
        return well(f"{waiting} messages wait, {working} are being worked on.")

    def _depth(self, url: str) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def _dead_letters(self) -> Finding:
        base, _, name = self.settings.work_queue_url.rpartition("/")
        places = {"work": f"{base}/{name}-dead", "events": f"{base}/{name.removesuffix('-work')}-failed"}
        found = {kind: self._letters(url) for kind, url in places.items()}
        if not sum(found.values()):
            return well("None.")
        told = f"{found['work']} of work, {found['events']} of timers, streams and notices."
        return Finding(Condition.DEGRADED, told, f"{RUNBOOK}#dead-letters: python3 dev.py letters list.")

    def _letters(self, url: str) -> int:
        try:
            return sum(self._depth(url))
        except client("sqs").exceptions.QueueDoesNotExist:
            return 0  # the local stage delivers timers and streams by itself, and has nowhere to give them up to

    def _files(self) -> Finding:
        client("s3").head_bucket(Bucket=self.settings.bucket)
        return well("The bucket of plans, files and exports answers.")

    def _evidence(self) -> Finding:
        bucket = self.settings.evidence_bucket
        try:
            found = client("s3").get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "ObjectLockConfigurationNotFoundError":
                raise
            found = {}
        if found.get("ObjectLockEnabled") != "Enabled":
            advice = "Object Lock can only be had for a new bucket on most accounts: see docs/evidence.md."
            return Finding(Condition.FAILED, "The bucket of evidence has no Object Lock.", advice)
        mode, days = self.settings.evidence_lock_mode, self.settings.evidence_retention_days
        return well(f"What is sealed is locked for {days} days ({mode}).")

    def _signing_key(self) -> Finding:
        found = client("kms").describe_key(KeyId=self.settings.signing_key)["KeyMetadata"]
        if found["KeyState"] != "Enabled":
            advice = f"{RUNBOOK}#signing-key-endangered: nothing can be sealed, nothing is lost yet."
            return Finding(Condition.FAILED, f"The key that signs seals is {found['KeyState']}.", advice)
        if found["KeyUsage"] != "SIGN_VERIFY" or not found.get("KeySpec", "").startswith("RSA_"):
            return Finding(Condition.FAILED, "The key is not one for RSA signatures.", "See docs/evidence.md.")
        return well(f"Enabled ({found['KeySpec']}).")

    def _mail(self) -> Finding:
        if not self.settings.mail_enabled:
            return Finding(Condition.DEGRADED, "Mail is switched off.", "Set ACCESS_REVIEWS_MAIL_ENABLED to true.")
        account = client("sesv2").get_account()
        if not account.get("SendingEnabled", True):
            return Finding(Condition.FAILED, "SES does not send for this account.", f"{RUNBOOK}#bounce-rate.")
        if not _verified(self.settings.mail_from):
            told = f"SES has not verified {self.settings.mail_from} or its domain."
            return Finding(Condition.FAILED, told, "Add the DNS records SES shows for the identity.")
        quota = account.get("SendQuota", {})
        most, sent = quota.get("Max24HourSend", 0), quota.get("SentLast24Hours", 0)
        told = f"{sent:.0f} mails in 24 hours of {'any number' if most < 0 else f'{most:.0f}'}."
        if not account.get("ProductionAccessEnabled", True):
            told = f"SES is in its sandbox: only verified addresses get mail. {told}"
            return Finding(Condition.DEGRADED, told, "Ask SES for production access.")
        if most > 0 and sent >= most * NEAR_QUOTA:
            return Finding(Condition.DEGRADED, told, "Mails wait when the quota is used up; ask SES for more.")
        return well(told)

    def _sign_in(self) -> Finding:
        from chalicelib.aws.openid import Endpoints, Issuer  # timers and workers never ask, and do not import it
        from chalicelib.aws.tokens import read_address

        chosen = self.settings
        given = Endpoints(
            authorization=chosen.oidc_authorization_url,
            token=chosen.oidc_token_url,
            end_session=chosen.oidc_end_session_url,
            keys=chosen.oidc_keys_url,
        )
        places = Issuer(chosen.oidc_issuer, given).endpoints(SystemClock().real())
        keys = json.loads(read_address(places.keys or f"{chosen.oidc_issuer.rstrip('/')}/.well-known/jwks.json"))
        if not keys.get("keys"):
            advice = "Nobody can sign in: look at the issuer."
            return Finding(Condition.FAILED, "The issuer publishes no keys.", advice)
        return well(f"The issuer publishes {len(keys['keys'])} keys.")

    def _event_bus(self) -> Finding:
        bus = self.settings.event_bus
        if not bus:
            return well("None is set: others are not told what happens.")
        client("events").describe_event_bus(Name=bus)
        return well(f"{bus.rpartition('/')[2]} is there.")

    def _clock(self) -> Finding:
        told: dict[str, Any] = client("sqs").get_queue_attributes(
            QueueUrl=self.settings.work_queue_url, AttributeNames=["QueueArn"]
        )["ResponseMetadata"]["HTTPHeaders"]
        if "date" not in told:
            return well("AWS did not say what time it is.")
        apart = abs((SystemClock().now() - parsedate_to_datetime(told["date"])).total_seconds())
        if apart > SKEW:
            return Finding(Condition.FAILED, f"{apart:.0f} seconds apart from AWS's.", "Tokens may be refused.")
        return well("Within a second or two of AWS's.")


def _verified(address: str) -> bool:
    """Is this address or its domain an identity that may send? Asks for the address first: it may be set up alone."""
    for identity in (address, address.rpartition("@")[2]):
        try:
            if client("sesv2").get_email_identity(EmailIdentity=identity).get("VerifiedForSendingStatus"):
                return True
        except client("sesv2").exceptions.NotFoundException:
            continue
    return False
