"""A deployment on MiniStack: made and changed by CloudFormation, seen through the clients of AWS."""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.session import Session

from local.emulator import Emulator
from local.resources import Aws
from tests.deployed import adaptations
from tests.deployed.adaptations import start_day
from tests.world import AUDIENCE, ISSUER, Reply, keys_url, token

NAME = "access-reviews-test"
ADMIN = "admin@example.com"
SENDER = "access-reviews@example.com"
BUCKET = "artefacts"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Shows a redirection instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        return None


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def until(found: Callable[[], Any], seconds: float, what: str) -> Any:
    """What `found` gives as soon as it is true; fails with `what` when the time is up."""
    limit = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < limit, f"within {seconds} s: {what}"
        time.sleep(0.2)
    return value


@dataclass
class Stack:
    """The stack, and what people and AWS do with it. `parameters` are those of the template."""

    emulator: Emulator
    parameters: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.aws = Aws(self.emulator.url)
        self.aws.client("s3").create_bucket(Bucket=BUCKET)
        self.aws.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        self.parameters = {
            "FirstAdministrator": ADMIN,
            "OidcIssuer": ISSUER,
            "OidcAudience": AUDIENCE,
            "MailFrom": SENDER,
            **self.parameters,
        }

    def deploy(self, package: Path, **changed: str) -> str:
        """Make or update the stack from a package's folder; how it ended. Waits."""
        self.parameters |= changed
        key = f"{time.time_ns()}.zip"
        files, formation = self.aws.client("s3"), self.aws.client("cloudformation")
        files.put_object(Bucket=BUCKET, Key=key, Body=(package / "deployment.zip").read_bytes())
        given = {"ACCESS_REVIEWS_OIDC_KEYS_URL": keys_url(), **adaptations.SHORTER}
        text = (package / "template.json").read_text(encoding="utf-8")
        body = adaptations.for_emulator(text, f"s3://{BUCKET}/{key}", given)
        files.put_object(Bucket=BUCKET, Key=f"{key}.json", Body=body.encode())
        wanted = {
            "StackName": NAME,
            "TemplateURL": f"{self.emulator.url}/{BUCKET}/{key}.json",
            "Capabilities": _CAPABILITIES,
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()],
        }
        there = any(one["StackName"] == NAME for one in formation.describe_stacks()["Stacks"])
        (formation.update_stack if there else formation.create_stack)(**wanted)
        status = str(until(self._ended, 150, "CloudFormation has ended"))
        if status == "CREATE_COMPLETE":
            adaptations.overlooked(self.aws, json.loads(body), self.physical)
            adaptations.answer_as_written(self.aws.client("apigateway"), self.physical("RestAPI"), json.loads(body))
        return status

    def _ended(self) -> str:
        (found,) = self.aws.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
        return "" if found["StackStatus"].endswith("IN_PROGRESS") else str(found["StackStatus"])

    def troubles(self) -> list[str]:
        """What CloudFormation could not do."""
        events = self.aws.client("cloudformation").describe_stack_events(StackName=NAME)["StackEvents"]
        return [
            f"{one['LogicalResourceId']} ({one['ResourceType']}): {one.get('ResourceStatusReason')}"
            for one in events
            if one["ResourceStatus"].endswith("FAILED")
        ]

    def physical(self, logical: str) -> str:
        """The physical id of a resource."""
        found = self.aws.client("cloudformation").describe_stack_resource(StackName=NAME, LogicalResourceId=logical)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    @cached_property
    def base(self) -> str:
        """Where its API begins, stage included; this host's name leads nowhere, see `reached`."""
        api, machine = self.physical("RestAPI"), self.emulator.url.removeprefix("http://")
        return f"http://{api}.execute-api.{machine}/api"

    def call(self, method: str, path: str, body: Any = None, as_: str | None = ADMIN, **headers: str) -> Reply:
        """One request through API Gateway by the person of this principal name; `body` is bytes, or JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if as_:
            sent.setdefault("authorization", f"Bearer {token(as_)}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        return fetch(method, path if path.startswith("http") else self.base + path, body, sent)

    def get(self, path: str, as_: str | None = ADMIN) -> Any:
        """What a GET answers, which must be 200, or 202 of a job that goes on."""
        reply = self.call("GET", path, as_=as_, accept="application/json")
        assert reply.status in (200, 202), (path, reply)
        return reply.json

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every object of a list of Graph, page after page."""
        found: list[dict[str, Any]] = []
        while path:
            page = self.get(path)
            found += page["value"]
            path = page.get("@odata.nextLink", "")
        return found

    def post(self, path: str, body: Any, as_: str | None = ADMIN, **headers: str) -> Reply:
        return self.call("POST", path, body, as_, **headers)

    def mails(self) -> list[dict[str, Any]]:
        """What SES was given, oldest first: To, Subject, BodyText."""
        found = fetch("GET", f"{self.emulator.url}/_ministack/ses/messages").json["messages"]
        return [mail for account in found.values() for mail in account]

    def function(self, name: str) -> str:
        """The name of one of its functions, `tick` for example."""
        return f"{NAME}-{name}"

    def fire(self, rule: str) -> dict[str, Any]:
        """Invoke the target of a schedule's rule with what the rule would give it; what it answers."""
        rules, functions = self.aws.client("events"), self.aws.client("lambda")
        name = self.physical(rule).rpartition("/")[2]
        (target,) = rules.list_targets_by_rule(Rule=name)["Targets"]
        answer = functions.invoke(FunctionName=target["Arn"], Payload=json.dumps(TIMER | {"resources": [name]}))
        told = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, told
        return dict(told)


@dataclass(frozen=True)
class Deployment:
    """A stack with the package it was made from, and when a review of today opens in `adaptations.ZONE`."""

    stack: Stack
    package: Path
    opens: datetime

    @property
    def today(self) -> date:
        """The day of its zone on which a review opens at `opens`."""
        return start_day(self.opens)


def session_of(stack: Stack) -> Session:
    """A botocore session whose clients are those of the emulator."""
    session = Session()
    session.create_client = lambda service, **_: stack.aws.client(service)  # type: ignore[method-assign]
    return session


TIMER = {
    "version": "0",
    "id": "timer",
    "account": "000000000000",
    "region": "us-east-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-01-01T00:00:00Z",
}


def reached(url: str) -> tuple[str, str]:
    """Where to ask for an address, and for which host: the emulator tells APIs apart by the host's name."""
    parts = urlsplit(url)
    _, gateway, machine = parts.netloc.rpartition(".execute-api.")
    return (parts._replace(scheme="http", netloc=machine).geturl() if gateway else url), parts.netloc


def fetch(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    """One HTTP request on this machine."""
    where, host = reached(url)
    asked = urllib.request.Request(where, data=body, method=method, headers={**(headers or {}), "host": host})
    try:
        with _DIRECT.open(asked, timeout=30) as answer:
            status, told, text = answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as answer:
        status, told, text = answer.code, dict(answer.headers), answer.read()
    return Reply(status, {name.lower(): value for name, value in told.items()}, text.decode("utf-8", "replace"))


def download(url: str) -> bytes:
    """A file that an address of the API leads to."""
    answer = fetch("GET", url)
    assert answer.status == 302, answer
    with _DIRECT.open(answer.headers["location"], timeout=30) as file:
        content: bytes = file.read()
    return content


def copy_of(package: Path, folder: Path) -> Path:
    """A package of one's own, to be changed."""
    shutil.copytree(package, folder)
    return folder
