"""The engines the storage contract holds on: the in-memory AWS, moto, MiniStack and, where there is one, dynalite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.config import Config
from moto.core import DEFAULT_ACCOUNT_ID

from local.emulator import LOCAL_KEY, Emulator, free_port
from local.resources import REGION
from local.venvs import EMULATOR
from tests.backends import Backend
from tests.conftest import account, furnish, make_tables
from tests.simulation.worlds import memory_account

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ENGINES = ("memory", "moto", "ministack", "dynalite")
ONLY_TABLES = WITHOUT_TRANSACTIONS = REFUSE_WITHOUT_ITEM = ("dynalite",)  # see docs/decisions/0006-proof.md
_ready: set[str] = set()  # the addresses where our tables are
HOW_DYNALITE = (
    "dynalite is not there: `npm install dynalite`, then put its folder of commands on the PATH, or name the address "
    "it listens on in ACCESS_REVIEWS_DYNALITE (http://127.0.0.1:4567)"
)


@dataclass
class Emulated:
    """An engine in a process of its own: every AWS call of this one goes there, whatever endpoint its client has."""

    url: str
    below: Callable[..., Any]
    engine: str  # its own address, where `url` is that of a network before it
    _clients: dict[int, tuple[BaseClient, Any]] = field(default_factory=dict)

    def answer(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        """What the engine answers. Time-outs and attempts are those of the client, and so are the errors."""
        if id(client) not in self._clients:
            self._clients[id(client)] = client, self._client(client.meta.service_model.service_name, client.meta.config)
        return self.below(self._clients[id(client)][1], operation, parameters)

    def _client(self, service: str, config: Config, url: str = "") -> Any:
        from chalicelib.aws.clients import session

        return session().create_client(
            service,
            region_name=REGION,
            endpoint_url=url or self.url,
            aws_access_key_id=DEFAULT_ACCOUNT_ID,  # by which MiniStack tells accounts apart
            aws_secret_access_key=LOCAL_KEY,
            config=config.merge(Config(s3={"addressing_style": "path"})),
        )

    def stream(self, table: str) -> list[dict[str, Any]]:
        """See Backend."""
        streams = self._client("dynamodbstreams", Config(), self.engine)

        def ask(operation: str, **parameters: Any) -> Any:
            return self.below(streams, operation, parameters)

        arn = ask("ListStreams", TableName=table)["Streams"][0]["StreamArn"]
        found: list[dict[str, Any]] = []
        for shard in ask("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]:
            first = ask("GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
                "ShardIterator"
            ]
            while first:
                answer = ask("GetRecords", ShardIterator=first)
                found += answer["Records"]
                first = answer.get("NextShardIterator") if answer["Records"] else None
        return found

    def mails(self) -> list[dict[str, Any]]:
        """See Backend. MiniStack tells them; no other engine of its own process takes mails."""
        with _DIRECT.open(f"{self.engine}/_ministack/ses/messages?account={DEFAULT_ACCOUNT_ID}", timeout=10) as answer:
            told = json.load(answer)["messages"].get(DEFAULT_ACCOUNT_ID, [])
        return [{"to": one["To"][0], "subject": one["Subject"], "body": one["BodyHtml"]} for one in told]


@contextmanager
def emulated(url: str, engine: str = "") -> Iterator[Emulated]:
    """Every AWS call of this process at an address, until the block ends. `engine`: behind what else is there."""
    below = BaseClient._make_api_call
    found = Emulated(url, below, engine or url)

    def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        return found.answer(client, operation, parameters)

    BaseClient._make_api_call = call
    try:
        yield found
    finally:
        BaseClient._make_api_call = below


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """The address of a MiniStack of its own."""
    if not EMULATOR.python.exists():
        pytest.skip("the emulator's environment is missing: `python3 dev.py test` makes it")
    emulator = Emulator(folder / "emulator", folder / "objects", folder / "emulator.log")
    emulator.start()
    yield emulator.url
    emulator.stop()


@contextmanager
def dynalite() -> Iterator[str]:
    """The address of a dynalite: the one that is named, or one of its own where the command is found."""
    named, command = os.environ.get("ACCESS_REVIEWS_DYNALITE"), shutil.which("dynalite")
    if named:
        yield named
        return
    if not command:
        pytest.skip(HOW_DYNALITE)
    port = free_port()
    quick = ("--createTableMs", "0", "--deleteTableMs", "0")
    process = subprocess.Popen([command, "--host", "127.0.0.1", "--port", str(port), *quick], stdout=subprocess.DEVNULL)
    try:
        yield _answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait()


def _answering(url: str, process: subprocess.Popen[bytes]) -> str:
    limit = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < limit:
        try:
            _DIRECT.open(url, timeout=1).close()
            return url
        except urllib.error.HTTPError:
            return url  # it answers, if only that this is no request
        except OSError:
            time.sleep(0.05)
    raise AssertionError("dynalite does not answer")


@contextmanager
def standing(engine: str, address: Callable[[str], str]) -> Iterator[Backend]:
    """Our tables, bucket, queue and sender on an engine. `address` starts one that is a process of its own."""
    inside: dict[str, Callable[[], AbstractContextManager[Backend]]] = {"memory": memory_account, "moto": account}
    if engine in inside:
        with inside[engine]() as found:
            yield found
        return
    with emulated(address(engine)) as there:
        if there.url not in _ready:
            make_tables()
            if engine not in ONLY_TABLES:
                furnish()
                ensure_key()
            _ready.add(there.url)
        yield there


def ensure_key() -> None:
    """The key that seals are signed with."""
    from chalicelib.aws.clients import client
    from chalicelib.settings import settings

    key = client("kms").create_key(KeySpec="RSA_3072", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName=settings().signing_key, TargetKeyId=key)
