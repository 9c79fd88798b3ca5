"""The AWS account that is worked in, and how problems are told to the person who works in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound
from botocore.session import Session

_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 5, "mode": "standard"})


class Refused(Exception):
    """The command cannot go on; the message tells a person why and what to do."""


@dataclass
class Account:
    """An account and Region, by the credentials botocore finds the usual way. `pause`: seconds between two looks at
    something that takes its time."""

    session: Session
    region: str
    id: str = ""
    caller: str = ""
    pause: float = 3.0
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str, region: str = "") -> Any:
        """The client of a service, here or in another Region."""
        key = f"{service} {region}"
        if key not in self._clients:
            made = self.session.create_client(service, region_name=region or self.region, config=_CONFIG)
            self._clients[key] = made
        return self._clients[key]

    @property
    def partition(self) -> str:
        """`aws`, `aws-us-gov` and so on."""
        return str(self.session.get_partition_for_region(self.region))

    def wait(self) -> None:
        """Some time between two looks."""
        time.sleep(self.pause)


def open_account(profile: str = "", region: str = "") -> Account:
    """The account of a profile ("": what the environment says). Raises Refused without credentials or a Region."""
    try:
        session = Session(profile=profile or None)
        chosen = region or session.get_config_variable("region")
        if not chosen:
            raise NoRegionError
        account = Account(session, str(chosen))
        told = account.client("sts").get_caller_identity()
    except ProfileNotFound as problem:
        raise Refused(f"There is no profile {profile!r} in the AWS configuration.") from problem
    except NoRegionError as problem:
        raise Refused("Which Region? Give --region, or set AWS_REGION, or `region` of the profile.") from problem
    except NoCredentialsError as problem:
        words = "Give --profile, or sign in first (for example `aws sso login`), or set AWS_ACCESS_KEY_ID and its like."
        raise Refused(f"There are no AWS credentials. {words}") from problem
    except (ClientError, BotoCoreError) as problem:
        raise Refused(f"The AWS credentials cannot be used: {reason(problem)}") from problem
    account.id, account.caller = told["Account"], told["Arn"]
    return account


def reason(problem: Exception) -> str:
    """What AWS says is wrong, without the frame botocore puts around it."""
    if isinstance(problem, ClientError):
        error = problem.response["Error"]
        return f"{error.get('Message') or error.get('Code')} ({error.get('Code')})"
    return str(problem)


def code(problem: ClientError) -> str:
    """AWS's code of an error."""
    return str(problem.response["Error"]["Code"])


def pages(client: Any, operation: str, member: str, **asked: Any) -> Iterator[Any]:
    """Everything a list operation has, page by page."""
    for page in client.get_paginator(operation).paginate(**asked):
        yield from page.get(member, [])
