"""The floor: the requests that the product made, made again by a bare botocore client.

A recording notes every request of the product; the floor makes the same ones with the same contents, by as many
threads, through clients that validate nothing, keep their connections and have as many of them as the product's. The
product's own work (rules, models, JSON, files) is then the only difference. Before it begins, every row that the
product wrote is put back as it was, so that conditions hold and sizes are equal.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from bench.costs import written

Params = Mapping[str, Any]
Key = tuple[str, str, str]
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
DYNAMODB = "dynamodb"


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the product; `failed`: the code it was refused with, "" when it was not."""

    service: str
    operation: str
    params: Params
    thread: int
    failed: str = ""


@dataclass
class Recording:
    """What the product asked of AWS, in the order in which the answers came."""

    requests: list[Request] = field(default_factory=list)

    def of(self, *services: str) -> list[Request]:
        """The requests to these services only."""
        return [one for one in self.requests if one.service in services]

    @contextmanager
    def running(self) -> Iterator[Recording]:
        """Note the requests of every botocore client of this process meanwhile: a list entry each, no more."""
        original: Any = BaseClient._make_api_call
        requests = self.requests

        def noted(client: Any, operation: str, params: Params) -> Any:
            service, thread = client.meta.service_model.service_name, threading.get_ident()
            try:
                answer = original(client, operation, params)
            except ClientError as problem:
                requests.append(Request(service, operation, params, thread, problem.response["Error"]["Code"]))
                raise
            requests.append(Request(service, operation, params, thread))
            return answer

        BaseClient._make_api_call = noted
        try:
            yield self
        finally:
            BaseClient._make_api_call = original


class Floor:
    """Bare clients of the emulator. Made before the product is imported, which adds handlers to every session."""

    def __init__(self, url: str, connections: int = 32) -> None:
        session = Session()
        config = Config(
            parameter_validation=False,
            max_pool_connections=connections,
            connect_timeout=1,
            read_timeout=30,
            retries={"total_max_attempts": 4, "mode": "standard"},
            s3={"addressing_style": "path"},
        )
        self._clients = {
            service: session.create_client(
                service,
                region_name="us-east-1",
                endpoint_url=url,
                config=config,
                aws_access_key_id="local",
                aws_secret_access_key="local",
            )
            for service in (DYNAMODB, "s3", "sqs", "kms")
        }
        self.services = tuple(self._clients)
        self.dynamodb: Any = self._clients[DYNAMODB]

    def repeat(self, requests: Iterable[Request]) -> None:
        """Make these requests again: what this thread asked, one after the other, and what other threads asked in
        between, by as many threads. Raises RuntimeError when one ends otherwise than it did for the product."""
        own = threading.get_ident()
        for here, stretch in groupby(requests, lambda one: one.thread == own):
            if here:
                for one in stretch:
                    self.again(one)
                continue
            several = list(stretch)
            with ThreadPoolExecutor(len({one.thread for one in several})) as pool:
                for _ in pool.map(self.again, several):
                    pass

    def again(self, one: Request) -> None:
        """Make one request again. Raises RuntimeError when it ends otherwise than it did for the product."""
        failed = ""
        try:
            answer = self._clients[one.service]._make_api_call(one.operation, one.params)
            if one.operation == "GetObject":
                answer["Body"].read()  # else the connection is lost
        except ClientError as problem:
            failed = problem.response["Error"]["Code"]
        if failed != one.failed:
            raise RuntimeError(f"{one.operation} ended with {failed or 'success'} instead of {one.failed or 'success'}")

    def images(self, tables: Iterable[str]) -> dict[Key, dict[str, Any]]:
        """Every row of these tables by table and key."""
        found: dict[Key, dict[str, Any]] = {}
        for table in tables:
            for page in self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                found |= {_key(table, row): row for row in page["Items"]}
        return found

    def put_back(self, requests: Iterable[Request], before: Mapping[Key, dict[str, Any]]) -> None:
        """Bring every row that these requests wrote to what it was before them."""
        changes: dict[str, list[dict[str, Any]]] = {}
        for table, pk, sk in written_by(requests):
            row = before.get((table, pk, sk))
            gone = {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
            changes.setdefault(table, []).append({"PutRequest": {"Item": row}} if row else gone)
        for table, wanted in changes.items():
            for start in range(0, len(wanted), 25):
                self.dynamodb.batch_write_item(RequestItems={table: wanted[start : start + 25]})


def written_by(requests: Iterable[Request]) -> set[Key]:
    """Table and key of every row that these requests may have written."""
    wrote = (one for one in requests if one.service == DYNAMODB and one.operation in WRITES)
    return {_key(table, row) for one in wrote for table, row in written(one.operation, one.params)}


def afresh(requests: Iterable[Request]) -> list[Request]:
    """The requests as they can be made a second time: transactions under new tokens of the same length, since a
    token that DynamoDB knows does nothing; objects that are put once, under other names of the same length."""
    found = list(requests)
    put = {one.params["Key"] for one in found if one.operation == "PutObject" and not one.failed}
    renamed = {key: f"{uuid.uuid4().hex[:8]}{key[8:]}" for key in put}
    return [_afresh(one, renamed) for one in found]


def _afresh(one: Request, renamed: Mapping[str, str]) -> Request:
    params = dict(one.params)
    if "ClientRequestToken" in params:
        params["ClientRequestToken"] = str(uuid.uuid4())
    if one.service == "s3" and params.get("Key") in renamed:
        params["Key"] = renamed[params["Key"]]
    return Request(one.service, one.operation, params, one.thread, one.failed)


def _key(table: str, row: Mapping[str, Any]) -> Key:
    return table, row["pk"]["S"], row["sk"]["S"]
