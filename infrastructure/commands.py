"""What `dev.py deploy` and `dev.py remove` share: options, the person in front of them, and how problems are told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.account import Account, Refused, open_account, reason
from infrastructure.parameters import Values
from infrastructure.stack import Stack


@dataclass
class Deployment:
    """One run of the command."""

    options: argparse.Namespace
    account: Account
    stack: Stack
    values: Values
    tags: Values

    def given(self, whole: Mapping[str, Any], *, as_before: bool = False) -> dict[str, Any]:
        """Parameters and tags, and whom CloudFormation works as, for a change set of a template. `as_before`: what the
        stack was told keeps its value."""
        values = self.values | (self.stack.parameters if as_before else {})
        known = [{"ParameterKey": name, "ParameterValue": values[name]} for name in whole["Parameters"]]
        tags = [{"Key": name, "Value": value} for name, value in self.tags.items()]
        role = {"RoleARN": self.options.role} if self.options.role else {}
        return {"Parameters": known, "Tags": tags, **role}

    def agreed(self, question: str) -> bool:
        """Does whoever sits there want it? Without a question asked: yes."""
        return bool(self.options.yes) or answer(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def answer(question: str) -> str:
    """What a person types. Raises Refused where nobody sits."""
    if not sys.stdin.isatty():
        raise Refused("Nobody is here to ask. Give --yes, or run it in a terminal.")
    return input(question)


def common(parser: argparse.ArgumentParser) -> None:
    """The options deploy and remove share."""
    parser.add_argument("--profile", default="", help="profile of the AWS configuration")
    parser.add_argument("--region", default="", help="AWS Region")
    parser.add_argument("--stack-name", default="", help="default: access-reviews-STAGE")
    parser.add_argument("--pause", type=float, default=3.0, help=argparse.SUPPRESS)


def begin(options: argparse.Namespace, region: str = "") -> tuple[Account, Stack]:
    """The account and the stack of a stage. Raises Refused."""
    account = open_account(options.profile, options.region or region)
    account.pause = options.pause
    return account, Stack(account, options.stack_name or f"access-reviews-{options.stage}").look()


def told(work: Callable[[], int]) -> int:
    """Do it; what cannot be done is told in a sentence, without a traceback."""
    try:
        return work()
    except Refused as problem:
        print(f"\n{problem}", file=sys.stderr)
    except (ClientError, BotoCoreError) as problem:
        print(f"\nAWS refuses: {reason(problem)}", file=sys.stderr)
    except KeyboardInterrupt:
        print(
            "\nStopped watching. What CloudFormation has begun goes on; run the command again to see.", file=sys.stderr
        )
    return 1
