"""The whole account of a World, kept and laid out again: making an organisation costs seconds, this milliseconds.

Reaches into moto, because nothing of the product can put its own past back.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends
from moto.kms import kms_backends
from moto.ses import ses_backends

from chalicelib.aws.clients import client
from chalicelib.settings import settings
from tests.browser.organisation import Office
from tests.conftest import account, empty_world
from tests.world import MovableClock, World

REGION = "us-east-1"
ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".state" / "organisations"  # ignored; one file a kind of organisation and state of the code
MADE_BY = ("app.py", "chalicelib/**/*.py", "tests/*.py", "tests/browser/*.py", "tests/emails/hostile.py")


@dataclass(frozen=True)
class Snapshot:
    """Tables, files, mails, evidence with the key that signed it, and the time of a world at one moment. Its queue must
    be drained: it is not kept."""

    tables: bytes
    mails: bytes
    files: tuple[tuple[str, bytes], ...]
    evidence: tuple[tuple[str, bytes], ...]
    key: bytes
    clock: MovableClock
    streamed: int

    @classmethod
    def of(cls, world: World) -> Snapshot:
        """Keep a world as it stands now."""
        tables = pickle.dumps(dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables)
        mails = pickle.dumps(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)
        moment = MovableClock(world.clock.product, world.clock.real(), world.clock.counter)
        chosen = settings()
        signed = _signing_key().private_key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        kept = tuple(_files(chosen.bucket)), tuple(_files(chosen.evidence_bucket)), signed
        return cls(tables, mails, *kept, moment, world.streamed)

    def lay_out(self, world: World) -> None:
        """Make an empty world what this one was; its clock goes on from there."""
        dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables = pickle.loads(self.tables)
        ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages = pickle.loads(self.mails)
        for bucket, files in ((settings().bucket, self.files), (settings().evidence_bucket, self.evidence)):
            for key, body in files:
                client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        _signing_key().private_key.private_key = load_pem_private_key(self.key, None)
        vars(world.clock).update(vars(replace(self.clock)))
        world.streamed = self.streamed


def _signing_key() -> Any:
    """The account's one key, as moto has it."""
    (found,) = kms_backends[DEFAULT_ACCOUNT_ID][REGION].keys.values()
    return found


def _files(bucket: str) -> list[tuple[str, bytes]]:
    s3 = client("s3")
    pages: Any = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    return [(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]


def made(name: str, make: Callable[[World], Office]) -> tuple[Office, Snapshot]:
    """An organisation and its snapshot. Made in seconds when the code has changed, else read from the last time."""
    path = KEPT / f"{name}-{_code()}.pickle"
    if not path.exists():
        with account():
            world = empty_world()
            office = make(world)
            found = pickle.dumps((office, Snapshot.of(world)))
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob(f"{name}-*.pickle"):
            old.unlink(missing_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(found)
        unfinished.replace(path)
    known: tuple[Office, Snapshot] = pickle.loads(path.read_bytes())
    return known


def _code() -> str:
    """Changes with everything an organisation is made by."""
    digest = hashlib.sha256()
    for pattern in MADE_BY:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
