"""What a deployment's template would create: queues, bucket, sender, tables. Creates only what is missing."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from local.emulator import LOCAL_KEY

REGION = "us-east-1"
PREFIX = "access-reviews"
SENDER = "access-reviews@example.com"
SIGNING_KEY = f"alias/{PREFIX}-seals"
VISIBILITY_SECONDS = 20
MOST_DELIVERIES = 5


@dataclass(frozen=True)
class Aws:
    """Makes botocore clients of the emulator."""

    url: str

    def client(self, service: str) -> Any:
        """A client of one service. Waits longer than the product's, for long polls."""
        config = Config(
            connect_timeout=2,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
            max_pool_connections=16,
            s3={"addressing_style": "path"},
        )
        return get_session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            config=config,
            aws_access_key_id=LOCAL_KEY,
            aws_secret_access_key=LOCAL_KEY,
        )


def ensure_queue(client: Any) -> str:
    """The address of the work queue; a message that failed five times goes to its dead-letter queue."""
    dead = client.create_queue(QueueName=f"{PREFIX}-work-dead")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": MOST_DELIVERIES})
    url = client.create_queue(QueueName=f"{PREFIX}-work")["QueueUrl"]
    client.set_queue_attributes(
        QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS), "RedrivePolicy": redrive}
    )
    return str(url)


def ensure_bucket(client: Any) -> str:
    """The name of the bucket."""
    if PREFIX not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=PREFIX)
    return PREFIX


def ensure_evidence_bucket(client: Any) -> str:
    """The name of the bucket with Object Lock, where seals lie."""
    name = f"{PREFIX}-evidence"
    if name not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


def ensure_signing_key(client: Any) -> str:
    """The alias of the key that signs seals; the same key for as long as the state is kept."""
    if SIGNING_KEY not in {one["AliasName"] for one in client.list_aliases()["Aliases"]}:
        key = client.create_key(KeySpec="RSA_3072", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        client.create_alias(AliasName=SIGNING_KEY, TargetKeyId=key)
    return SIGNING_KEY


def ensure_sender(client: Any) -> str:
    """The address mails come from, verified."""
    with suppress(client.exceptions.AlreadyExistsException):
        client.create_email_identity(EmailIdentity=SENDER)
    return SENDER


def ensure_tables(client: Any) -> tuple[str, str]:
    """Create the product's tables; returns the ARNs of the streams of items and audit. Imports the product."""
    from chalicelib.storage import tables

    tables.create_all()
    return _stream(client, tables.ItemRow), _stream(client, tables.AuditRow)


def _stream(client: Any, table: Any) -> str:
    """The ARN of a table's stream, which a table of an older state may not have yet."""
    name = table.Meta.table_name
    if "LatestStreamArn" not in client.describe_table(TableName=name)["Table"]:
        wanted = {"StreamEnabled": True, "StreamViewType": table.Meta.stream_view_type}
        client.update_table(TableName=name, StreamSpecification=wanted)
    return str(client.describe_table(TableName=name)["Table"]["LatestStreamArn"])
