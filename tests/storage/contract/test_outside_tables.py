"""Files, the vault, the queue, mails, events and the signing key."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from chalicelib.aws.clients import client
from chalicelib.usecases.ports import Mail, OutgoingEvent, Services
from tests.backends import Backend
from tests.world import START

Fresh = Callable[[str], str]
pytestmark = pytest.mark.usefixtures("whole_aws")
PART = 5 * 1024 * 1024


def test_a_file_is_written_once_by_the_first(services: Services, fresh: Fresh):
    key = fresh("plan")
    assert services.files.get(key) is None
    assert [services.files.put_once(key, text) for text in (b"first", b"second")] == [True, False]
    assert services.files.get(key) == b"first"
    services.files.put(key, b"third")
    assert services.files.get(key) == b"third"


def test_a_file_is_read_line_by_line(services: Services, fresh: Fresh):
    lines = [f"{number};Zoë 😀;{'x' * 3_000}\r\n" for number in range(200)] + ["the last"]
    services.files.put(fresh("csv"), "".join(lines).encode("utf-8-sig"))
    assert list(services.files.lines(fresh("csv"))) == lines


def test_parts_become_one_file_however_often_it_is_finished(services: Services, fresh: Fresh):
    key = fresh("report")
    upload = services.files.begin_parts(key)
    for number, data in ((1, b"x" * PART), (1, b"a" * PART), (2, b"end")):
        services.files.put_part(key, upload, number, data)
    assert services.files.get(key) is None
    for _ in range(2):
        services.files.finish_parts(key, upload)
    assert services.files.get(key) == b"a" * PART + b"end"


def test_an_upload_that_is_gone_and_left_nothing_was_not_finished(services: Services, fresh: Fresh):
    key = fresh("report")
    upload = services.files.begin_parts(key)
    client("s3").abort_multipart_upload(Bucket=services.settings.bucket, Key=key, UploadId=upload)
    with pytest.raises(ClientError):
        services.files.finish_parts(key, upload)


def test_what_is_in_the_vault_is_written_once_and_nobody_removes_it(services: Services, fresh: Fresh):
    """P19"""
    key, bucket = f"seals/{fresh('seal')}.json", services.settings.evidence_bucket
    assert services.vault.get(key) is None
    assert [services.vault.put_once(key, text) for text in (b"first", b"second")] == [True, False]
    version = client("s3").head_object(Bucket=bucket, Key=key)["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        client("s3").delete_object(Bucket=bucket, Key=key, VersionId=version)
    client("s3").put_object(Bucket=bucket, Key=key, Body=b"over it")
    client("s3").delete_object(Bucket=bucket, Key=key)
    assert services.vault.get(key) == b"first", "a marker hides it, and what lies over it counts for nothing"


def _received(services: Services) -> list[dict[str, Any]]:
    url = services.settings.work_queue_url
    found: list[dict[str, Any]] = []
    while more := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += more
    return found


def test_a_message_is_received_until_it_is_deleted(services: Services, fresh: Fresh):
    url = services.settings.work_queue_url
    services.queue.send("import", fresh("job"))
    services.queue.send("import", fresh("later"), 900)
    services.queue.send("import", fresh("much later"), 10_000)  # cut to what SQS allows
    mine = [one for one in _received(services) if json.loads(one["Body"])["id"] == fresh("job")]
    assert [json.loads(one["Body"])["kind"] for one in mine] == ["import"]
    assert _received(services) == [], "others have to wait until it comes back"
    back = {"QueueUrl": url, "ReceiptHandle": mine[0]["ReceiptHandle"]}
    client("sqs").change_message_visibility(**back, VisibilityTimeout=0)
    again = _received(services)
    assert [one["MessageId"] for one in again] == [mine[0]["MessageId"]]
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=again[0]["ReceiptHandle"])
    assert _received(services) == []


def _mail(fresh: Fresh) -> Mail:
    return Mail(
        to="zoe@example.com",
        subject="Überprüfung 😀",
        text="Guten Tag",
        html="<p>Guten Tag</p>",
        calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        key=f"{fresh('ann')}.start",
    )


def test_every_mail_has_an_id_of_its_own_and_arrives_as_it_was_written(
    engine: Backend, services: Services, fresh: Fresh
):
    before = len(engine.mails())
    sent = [services.mailer.send(_mail(fresh)) for _ in range(2)]
    assert all(sent) and len(set(sent)) == 2
    wanted = {"to": "zoe@example.com", "subject": "Überprüfung 😀", "body": "<p>Guten Tag</p>"}
    assert engine.mails()[before:] == [wanted, wanted]


def test_events_are_taken_many_at_a_time(services: Services, fresh: Fresh):
    events = [OutgoingEvent(kind="Decision", time=START, detail={"id": fresh(str(one))}) for one in range(23)]
    assert services.bus.publish(events) == set()


def test_a_signature_is_checked_with_the_public_key_alone(services: Services, fresh: Fresh):
    """P19"""
    text = f"access-reviews seal v1\norigin: {fresh('origin')}\n".encode()
    public = serialization.load_der_public_key(services.signer.public_key())
    assert isinstance(public, rsa.RSAPublicKey) and public.key_size == 3072
    public.verify(services.signer.sign(text), text, padding.PKCS1v15(), hashes.SHA256())
    assert services.signer.sign(text) == services.signer.sign(text)
