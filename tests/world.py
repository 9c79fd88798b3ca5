"""A whole product in one process over moto or an AWS in memory: real handlers, real calls, a clock one can move,
signed tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.backends import Backend, Moto
from tests.described import faults
from tests.simulation.point import point

ISSUER = "https://sign-in.example.com/pool"
AUDIENCE = "portal"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


TIMER_EVENT = {
    "version": "0",
    "id": "timer",
    "account": "123456789012",
    "region": "us-east-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-03-02T09:00:00Z",
    "resources": [],
}


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """One key pair per test process: making one costs 100 ms."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def keys_url() -> str:
    """The issuer's key set as a data: address, so that tests verify tokens through the product's own code."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signing_key().public_key()))
    key |= {"kid": "test", "use": "sig", "alg": "RS256"}
    encoded = base64.b64encode(json.dumps({"keys": [key]}).encode()).decode()
    return f"data:application/json;base64,{encoded}"


@cache
def token(principal_name: str) -> str:
    """A valid ID token of a person."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "email": principal_name,
        "token_use": "id",
        "iat": 1,
        "exp": 4102444800,
    }
    return jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": "test"})


@dataclass
class MovableClock:
    """Implements ports.Clock: product time stands still until moved; real time too, moved together."""

    product: datetime = START
    seconds: float = 1_000_000.0
    counter: int = 0

    def now(self) -> datetime:
        return self.product

    def real(self) -> float:
        return self.seconds

    def new_id(self) -> str:
        self.counter += 1
        return f"{self.counter:032x}"

    def advance(self, **span: float) -> None:
        """Move product and real time forward (`days=3`, `minutes=1`)."""
        self.product += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()

    def set(self, moment: datetime) -> None:
        """Move to an instant."""
        self.advance(seconds=(moment - self.product).total_seconds())


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        """The error object; fails loudly when the answer is none."""
        found: dict[str, Any] = self.json["error"]
        return found


@dataclass
class World:
    """Drives the product as its users and AWS would."""

    clock: MovableClock
    app: Any
    queue_url: str
    streamed: int = 0
    told: int = 0
    backend: Backend = field(default_factory=Moto)
    request_id: str = "test-request"

    @property
    def services(self) -> Any:
        from chalicelib import bootstrap

        return bootstrap.services()

    def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        as_: str | None = "admin@example.com",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request as API Gateway would hand it over (stage `api`), by the person with this principal name."""
        parts = urlsplit(url)
        path, parameters, resource = self._match(parts.path)
        if resource is None:
            return Reply(404, {}, json.dumps({"error": {"code": "ResourceNotFound", "message": "no such route"}}))
        all_headers = {"host": "graph.example.com", "x-forwarded-proto": "https", **(headers or {})}
        if as_:
            all_headers["authorization"] = f"Bearer {token(as_)}"
        if body is not None and not any(name.lower() == "content-type" for name in all_headers):
            all_headers["content-type"] = "application/json"
        raw = body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else ""
        encoded = isinstance(raw, bytes)
        values = parse_qs(parts.query, keep_blank_values=True)
        event = {
            "httpMethod": method,
            "path": path,
            "resource": resource,
            "headers": all_headers,
            "multiValueHeaders": {name: [value] for name, value in all_headers.items()},
            "queryStringParameters": {name: found[-1] for name, found in values.items()} or None,
            "multiValueQueryStringParameters": values or None,
            "pathParameters": parameters or None,
            "stageVariables": None,
            "body": base64.b64encode(raw).decode() if encoded else raw,
            "isBase64Encoded": encoded,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "path": f"/api{path}",
                "stage": "api",
                "requestId": self.request_id,
                "identity": {"sourceIp": "127.0.0.1"},
            },
        }
        answer = self.app(event, None)
        found_headers = {**answer.get("headers", {})}
        for name, many in answer.get("multiValueHeaders", {}).items():
            found_headers[name] = many[-1]
        reply = Reply(answer["statusCode"], found_headers, answer["body"])
        wrong = faults(method, path, resource, reply)
        assert not wrong, f"{method} {url} answers otherwise than /openapi.json says: {wrong} {reply.text[:500]}"
        return reply

    def get(self, url: str, as_: str | None = "admin@example.com", **more: Any) -> Reply:
        return self.call("GET", url, None, as_, **more)

    def post(self, url: str, body: Any = None, as_: str | None = "admin@example.com", **more: Any) -> Reply:
        return self.call("POST", url, body, as_, **more)

    def resource_of(self, path: str) -> str:
        """The route that a path leads to."""
        found = self._match(path)[2]
        assert found is not None, path
        return found

    def _match(self, path: str) -> tuple[str, dict[str, str], str | None]:
        """API Gateway's routing: literal parts win over variables."""
        wanted = [quote(part, safe="%$()'=,._~-:@+!*;") for part in path.strip("/").split("/")]
        best: tuple[list[int], dict[str, str], str] | None = None
        for resource in self.app.routes:
            parts = resource.strip("/").split("/")
            if len(parts) != len(wanted):
                continue
            parameters: dict[str, str] = {}
            score = []
            for part, value in zip(parts, wanted, strict=True):
                if part.startswith("{"):
                    parameters[part[1:-1]] = value
                    score.append(1)
                elif part != value:
                    break
                else:
                    score.append(0)
            else:
                if best is None or score < best[0]:
                    best = (score, parameters, resource)
        return (path, best[1], best[2]) if best else (path, {}, None)

    # AWS's side -------------------------------------------------------------------------------------------

    def tick(self, rounds: int = 100) -> None:
        """Fire the timer and drain queue and stream until nothing is left to do. Real time passes the closing
        wait between rounds, as the local stage would wait."""
        import app as front

        for _ in range(rounds):
            front.tick(TIMER_EVENT, None)
            if self.drain() == 0:
                return
            self.clock.seconds += self.services.settings.closing_wait_seconds + 1
        raise AssertionError("work never ended")

    def drain(self) -> int:
        """Deliver every queue message and stream record; returns how many."""
        return self.drain_queue() + self.drain_stream()

    def drain_queue(self) -> int:
        import app as front
        from chalicelib.aws.clients import client

        done = 0
        while True:
            answer = client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            if not messages:
                return done
            for message in messages:
                record = {"body": message["Body"], "messageId": message["MessageId"], "attributes": {}}
                record |= {
                    "receiptHandle": message["ReceiptHandle"],
                    "eventSource": "aws:sqs",
                    "eventSourceARN": "",
                }
                result = front.work({"Records": [record]}, None)
                assert not (result or {}).get("batchItemFailures"), result
                client("sqs").delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                done += 1

    def drain_stream(self) -> int:
        """Hand new stream records of the items table to the counting handler; returns how many were decisions."""
        import app as front
        from chalicelib.storage.tables import ItemRow

        records = self.backend.stream(ItemRow.Meta.table_name)[self.streamed :]
        self.streamed += len(records)
        for start in range(0, len(records), 1000):
            front.count_decisions({"Records": records[start : start + 1000], "shardId": "shard"}, None)
        return sum(1 for record in records if record["eventName"] == "MODIFY")

    def published(self) -> list[dict[str, Any]]:
        """Hand new records of the audit table's stream to the publishing handler; the events EventBridge was given,
        each with its `DetailType` and, parsed, its `Detail`."""
        import app as front

        found: list[dict[str, Any]] = []

        def keep(call: Any, proceed: Any) -> Any:
            if call.operation == "PutEvents":
                found.extend({**one, "Detail": json.loads(one["Detail"])} for one in call.parameters["Entries"])
            return proceed()

        records = self.audit_records()
        with point() as calls, calls.hooked(keep):
            for start in range(0, len(records), 100):
                answer = front.publish_events({"Records": records[start : start + 100]}, None)
                assert not answer["batchItemFailures"], answer
        return found

    def audit_records(self) -> list[dict[str, Any]]:
        """The new records of the audit table's stream."""
        from chalicelib.storage.tables import AuditRow

        records = self.backend.stream(AuditRow.Meta.table_name)[self.told :]
        self.told += len(records)
        return records

    def mails(self) -> list[dict[str, Any]]:
        """Every mail SES accepted, oldest first: to, subject, body (the HTML)."""
        return self.backend.mails()
