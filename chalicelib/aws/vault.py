"""Objects that nobody can alter for years: a bucket with Object Lock, each object written once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chalicelib.aws.clients import client
from chalicelib.aws.clock import SystemClock
from chalicelib.aws.files import put_unless_there, whole_object



@dataclass(frozen=True)
class LockedBucket:
    """Implements ports.Vault on S3. `mode` is Object Lock's (GOVERNANCE or COMPLIANCE), kept for `days` real days."""

    bucket: str
    mode: str
    days: int

    def put_once(self, key: str, data: bytes) -> bool:
        """See ports.Vault."""
        until = SystemClock().now() + timedelta(days=self.days)
        locked = {"ObjectLockMode": self.mode, "ObjectLockRetainUntilDate": until}
        return put_unless_there(Bucket=self.bucket, Key=key, Body=data, **locked)

    def get(self, key: str) -> bytes | None:
        """See ports.Vault. A delete marker hides an object without removing it, and what was written over it later
        counts for nothing: the oldest version is the one."""
        pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=key)
        found = [one["VersionId"] for page in pages for one in page.get("Versions", []) if one["Key"] == key]
        if not found:
            return None
        return whole_object(Bucket=self.bucket, Key=key, VersionId=found[-1])  # the newest comes first
