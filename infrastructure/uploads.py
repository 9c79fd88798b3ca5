"""The bucket of artefacts: private, versioned, one for an account and Region. What is uploaded is named by its content,
so that the same package makes no change."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from botocore.exceptions import ClientError

from infrastructure import template
from infrastructure.account import Account, Refused, code

Json = dict[str, Any]


def bucket_of(account: Account) -> str:
    """Its usual name."""
    return f"access-reviews-artefacts-{account.id}-{account.region}"


def ensure_bucket(account: Account, name: str) -> None:
    """Make the bucket, or put it in order again. Raises Refused when it is somebody else's."""
    s3 = account.client("s3")
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=account.id)
    except ClientError as problem:
        if code(problem) not in ("404", "NoSuchBucket"):
            raise Refused(
                f"The bucket {name} cannot be used: it is not this account's, or not yours to see."
            ) from problem
        where = {"CreateBucketConfiguration": {"LocationConstraint": account.region}}
        s3.create_bucket(Bucket=name, **(where if account.region != "us-east-1" else {}))
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_only_tls(account, name)))


def _only_tls(account: Account, bucket: str) -> Json:
    arn = f"arn:{account.partition}:s3:::{bucket}"
    statement = {"Sid": "OnlyTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    return {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
    }


def upload(account: Account, bucket: str, content: bytes, ending: str) -> str:
    """Put content into the bucket unless it is there; its key."""
    s3, key = account.client("s3"), f"{hashlib.sha256(content).hexdigest()}.{ending}"
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as problem:
        if code(problem) not in ("404", "NoSuchKey"):
            raise
        s3.put_object(Bucket=bucket, Key=key, Body=content)
    return key


def template_url(account: Account, bucket: str, whole: Json) -> str:
    """Upload a template; the address CloudFormation reads it from."""
    key = upload(account, bucket, template.text(whole).encode(), "json")
    asked = {"Bucket": bucket, "Key": key}
    return str(account.client("s3").generate_presigned_url("get_object", Params=asked)).partition("?")[0]
