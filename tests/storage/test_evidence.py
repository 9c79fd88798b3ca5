"""The evidence bucket and the signing key: written once, kept for years, signed by KMS; and what they are set to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.clients import client
from chalicelib.aws.signing import KmsSigner
from chalicelib.aws.vault import LockedBucket
from chalicelib.domain import errors
from chalicelib.settings import ConfigurationError, load, settings
from tests.simulation.point import Call, Proceed, point

LIVE = {
    "ACCESS_REVIEWS_STAGE": "live",
    "ACCESS_REVIEWS_WORK_QUEUE_URL": "https://sqs",
    "ACCESS_REVIEWS_OIDC_ISSUER": "https://issuer",
    "ACCESS_REVIEWS_OIDC_AUDIENCE": "portal",
    "ACCESS_REVIEWS_CURSOR_SECRET": "a secret of the tests",
}


@pytest.mark.parametrize("mode", ["GOVERNANCE", "COMPLIANCE"])
def test_what_is_written_once_stays_for_the_days_and_in_the_mode_that_are_set(aws: None, mode: str) -> None:
    vault = LockedBucket(settings().evidence_bucket, mode, 2_557)
    assert vault.put_once("seals/1", b"first") and not vault.put_once("seals/1", b"second")
    assert (vault.get("seals/1"), vault.get("seals/"), vault.get("seals/11")) == (b"first", None, None)
    kept = client("s3").head_object(Bucket=settings().evidence_bucket, Key="seals/1")
    days = kept["ObjectLockRetainUntilDate"] - datetime.now(UTC)
    assert kept["ObjectLockMode"] == mode and abs(days - timedelta(days=2_557)) < timedelta(hours=1)
    with pytest.raises(ClientError):
        client("s3").delete_object(Bucket=settings().evidence_bucket, Key="seals/1", VersionId=kept["VersionId"])


def test_nothing_that_is_done_to_an_object_changes_what_is_read(aws: None) -> None:
    vault, bucket = LockedBucket(settings().evidence_bucket, "GOVERNANCE", 1), settings().evidence_bucket
    vault.put_once("seals/1", b"first")
    client("s3").put_object(Bucket=bucket, Key="seals/1", Body=b"later")
    assert vault.get("seals/1") == b"first"
    client("s3").delete_object(Bucket=bucket, Key="seals/1")
    assert vault.get("seals/1") == b"first"


def test_signatures_are_of_this_key_and_this_text(aws: None) -> None:
    signer = KmsSigner(settings().signing_key)
    signature, public = signer.sign(b"text"), signer.public_key()
    assert signer.signed(public, b"text", signature) and not signer.signed(public, b"test", signature)
    assert not signer.signed(public, b"text", signature[:-1] + bytes([signature[-1] ^ 1]))
    assert len(signature) == 384


def test_the_public_key_is_asked_for_once(aws: None) -> None:
    asked: list[str] = []

    def listen(call: Call, proceed: Proceed) -> object:
        asked.append(call.operation)
        return proceed()

    signer = KmsSigner(settings().signing_key)
    with point() as found, found.hooked(listen):
        assert signer.public_key() == signer.public_key()
    assert asked == ["GetPublicKey"]


@pytest.mark.parametrize(
    ("code", "raised"), [("ThrottlingException", errors.Throttled), ("DisabledException", errors.Unavailable)]
)
def test_a_key_that_cannot_be_used_is_said_in_our_words(aws: None, code: str, raised: type[Exception]) -> None:
    def refuse(call: Call, _: Proceed) -> object:
        raise call.refusal(code)

    with point() as found, found.hooked(refuse), pytest.raises(raised):
        KmsSigner(settings().signing_key).sign(b"text")


def test_a_deployment_needs_a_key_and_a_bucket_and_keeps_evidence_for_seven_years() -> None:
    with pytest.raises(ConfigurationError, match=r"SIGNING_KEY is missing; .*EVIDENCE_BUCKET is missing"):
        load(LIVE)
    found = load(LIVE | {"ACCESS_REVIEWS_SIGNING_KEY": "alias/k", "ACCESS_REVIEWS_EVIDENCE_BUCKET": "evidence"})
    assert (found.evidence_lock_mode, found.evidence_retention_days) == ("GOVERNANCE", 7 * 365 + 2)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("LOCK_MODE", "governance", "GOVERNANCE, COMPLIANCE"), ("RETENTION_DAYS", "0", "from 1 to")],
)
def test_a_wrong_lock_is_refused_at_the_start(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        load({f"ACCESS_REVIEWS_EVIDENCE_{name}": value})
