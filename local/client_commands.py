"""The commands that talk to a running instance. Standard library only; standard output is the answer alone."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local.client import Client, Failure
from local.durations import instant, span
from local.loading import load

DEFAULT_URL = "http://127.0.0.1:8000"
WANTED = {"advance": "a duration, for example 3d", "set": "an instant, for example 2026-03-02T09:00:00Z"}


def parser(name: str) -> argparse.ArgumentParser:
    """The options of one client command."""
    options = argparse.ArgumentParser(prog=f"dev.py {name}", description=COMMANDS[name][1])
    options.add_argument("--url", default=DEFAULT_URL, help=f"the running instance (default {DEFAULT_URL})")
    if name in ("users", "mail"):
        options.add_argument("--json", action="store_true", help="print a JSON array")
    if name == "mail":
        options.add_argument("--to", default="", metavar="ADDRESS", help="only mails to this address")
    if name == "token":
        options.add_argument("who", help="id, principal name, `admin` or `auditor`")
    if name == "clock":
        options.add_argument("action", nargs="?", default="show", choices=("show", "advance", "set", "reset"))
        options.add_argument("value", nargs="?", default="", help="a duration such as 3d, or an ISO instant")
    if name == "import":
        options.add_argument("kind", choices=("people", "assignments"))
        options.add_argument("file", type=Path)
    return options


def main(name: str, argv: Sequence[str]) -> int:
    """Run one command; 1 with a message on standard error when it cannot be done."""
    options = parser(name).parse_args(argv)
    try:
        status = COMMANDS[name][0](Client(options.url), options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads along (`head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Failure, ValueError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _users(client: Client, options: argparse.Namespace) -> int:
    users = client.get("/_local/users")
    if options.json:
        _print(users)
        return 0
    for user in sorted(users, key=lambda user: str(user.get("displayName", "")).casefold()):
        print(f"{user['id']}  {user.get('userPrincipalName', ''):40}  {user.get('displayName', '')}")
    return 0


def _token(client: Client, options: argparse.Namespace) -> int:
    print(client.post("/_local/token", {"who": options.who})["token"])
    return 0


def clock_request(action: str, value: str) -> dict[str, Any] | None:
    """The body that moves the clock; None to look at it. Raises ValueError for a bad or missing value."""
    if action in ("show", "reset"):
        if value:
            raise ValueError(f"`clock {action}` takes no value.")
        return {"reset": True} if action == "reset" else None
    if not value:
        raise ValueError(f"`clock {action}` needs {WANTED[action]}.")
    if action == "advance":
        span(value)
    else:
        instant(value)
    return {action: value}


def _clock(client: Client, options: argparse.Namespace) -> int:
    body = clock_request(options.action, options.value)
    print((client.get("/_local/clock") if body is None else client.post("/_local/clock", body))["now"])
    return 0


def _tick(client: Client, _: argparse.Namespace) -> int:
    done = client.post("/_local/tick", {}, seconds=660)
    _print(done)
    return 0 if done["finished"] else 1


def _mail(client: Client, options: argparse.Namespace) -> int:
    mails = client.get("/_local/mails", to=options.to)
    if options.json:
        _print(mails)
        return 0
    if not mails:
        print("No mail was sent yet" + (f" to {options.to}." if options.to else "."), file=sys.stderr)
    for mail in mails:
        print(f"{mail['sentDateTime']}  {mail['to']}  {mail['subject']}")
        print(f"    {client.url}/_local/mails/view/{quote(mail['id'])}")
    return 0


def _import(client: Client, options: argparse.Namespace) -> int:
    result = load(client, options.kind, options.file)
    _print(result)
    return 1 if result["badRows"] or result["status"] == "error" else 0


def _print(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


COMMANDS: dict[str, tuple[Callable[[Client, argparse.Namespace], int], str]] = {
    "users": (_users, "The people of the running instance."),
    "token": (_token, "A bearer token for one of them."),
    "clock": (_clock, "Show or move the product's time: show, advance 3d, set 2026-03-02T09:00:00Z, reset."),
    "tick": (_tick, "Fire every timer, wait until nothing is left to do, print what was done."),
    "mail": (_mail, "The mails the running instance sent."),
    "import": (_import, "Load a CSV file; bad rows are printed."),
}
