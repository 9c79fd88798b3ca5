"""The commands of dev.py: which environment each needs, and what it runs there. Standard library only."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local import audit, browser, client_commands
from local.venvs import EMULATOR, HOSTILE, PRODUCT, ROOT, SCANNER, VenvError

RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
CHECKS = (
    ["-m", "ruff", "format", "--check", "."],
    ["-m", "ruff", "check", "."],
    ["-m", "mypy"],
    ["-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"],
)
PLAIN = ("check", "audit")  # they take no options
USAGE = """usage: python3 dev.py COMMAND [options]; every command takes --help

  run         the product on this machine; prints READY and its address
  test        the whole test suite; options go to pytest; --long plays the simulation for up to --minutes 60
  check       format, lint, types, import rules
  audit       weaknesses known in what is installed, where somebody who knows them can be asked
  demo        one review from policy to evidence, told step by step; --evidence FILE keeps its pack;
              --real: with systems outside
  users       the people of the running instance
  token WHO   a bearer token: id, principal name, admin, auditor or scim
  clock       show, advance 3d, set ISO, reset: the running instance's time
  tick        fire every timer and wait until all work is done
  mail        the mails the running instance sent
  import      load a CSV of people or assignments
  bench       the benchmarks: cost, speed, cold, scale, simulate, portal, scim
  screenshots pictures of every page and mail, into screenshots/
  letters     what could not be delivered: list, show, replay, drop
  package     what is deployed: the artefact and its CloudFormation template, into dist/STAGE/
  scan        what a linter and a security scanner say of that template
  deploy      make or change a deployment in an AWS account (docs/deploying.md)
  restore     the tables of a deployment as they were at an instant, beside those there are (docs/backup.md)
  remove      remove a deployment; evidence stays, and whatever data nobody gave up
"""


def main(argv: Sequence[str]) -> int:
    """Run one command; its exit status. 2 for a command that does not exist."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    name, rest = argv[0], list(argv[1:])
    if name in client_commands.COMMANDS:
        return client_commands.main(name, rest)
    if name not in _COMMANDS:
        print(f"There is no command {name!r}.\n\n{USAGE}", file=sys.stderr, end="")
        return 2
    if name in PLAIN and {"-h", "--help"} & set(rest):
        told = next(line for line in USAGE.splitlines() if line.split()[:1] == [name])
        print(f"usage: python3 dev.py {name}\n\n{told.split(maxsplit=1)[1]}")
        return 0
    try:
        return _COMMANDS[name](rest)
    except VenvError as problem:
        print(problem, file=sys.stderr)
        return 1


def _inside(argv: list[str], *, emulator: bool = True) -> None:
    """Go on inside the product's environment: replaces this process unless it is already there."""
    PRODUCT.ensure(RUNTIME)
    if emulator:
        EMULATOR.ensure("requirements-emulator.txt")
    if Path(sys.prefix).resolve() != PRODUCT.folder.resolve():
        os.execv(PRODUCT.python, [str(PRODUCT.python), str(ROOT / "dev.py"), *argv])


def _run(rest: list[str]) -> int:
    _inside(["run", *rest])
    status: int = importlib.import_module("local.launcher").main(rest)
    return status


def _demo(rest: list[str]) -> int:
    _inside(["demo", *rest])
    return int(importlib.import_module("local.demo").main(rest) or 0)


def _test(rest: list[str]) -> int:
    PRODUCT.ensure(DEVELOPMENT)
    EMULATOR.ensure("requirements-emulator.txt")
    try:
        HOSTILE.ensure("requirements-hostile.txt")
    except VenvError as problem:
        print(f"{problem} The tests of a hostile network will be skipped.", file=sys.stderr)
    SCANNER.ensure("requirements-package.txt")
    browser.ensure()
    patient = ["-o", "faulthandler_timeout=0"] if "--long" in rest else []  # its tests may take minutes
    return _in_checkout(["-m", "pytest", *patient, *rest])


def _check(_: list[str]) -> int:
    """All checks run, so that one fix round can mend everything."""
    PRODUCT.ensure(DEVELOPMENT)
    failed = [check for check in CHECKS if _in_checkout(list(check))]
    return 1 if failed else 0


def _audit(_: list[str]) -> int:
    PRODUCT.ensure(DEVELOPMENT)
    EMULATOR.ensure("requirements-emulator.txt")
    return audit.main(audit.ENVIRONMENTS)


def _bench(rest: list[str]) -> int:
    PRODUCT.ensure(DEVELOPMENT)
    return _in_checkout(["-m", "bench", *rest])


def _screenshots(rest: list[str]) -> int:
    PRODUCT.ensure(DEVELOPMENT)
    browser.ensure()
    return _in_checkout(["-m", "tests.browser.pictures", *rest])


def _of_infrastructure(name: str) -> Callable[[list[str]], int]:
    """A command of `infrastructure/`, in the module of its name."""

    def run(rest: list[str]) -> int:
        _inside([name, *rest], emulator=False)
        return int(importlib.import_module(f"infrastructure.{name}").main(rest))

    return run


def _in_checkout(arguments: list[str]) -> int:
    return subprocess.run([PRODUCT.python, *arguments], cwd=ROOT, check=False).returncode


_COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": _run,
    "demo": _demo,
    "test": _test,
    "check": _check,
    "audit": _audit,
    "bench": _bench,
    "screenshots": _screenshots,
    **{name: _of_infrastructure(name) for name in ("package", "scan", "deploy", "remove", "restore", "letters")},
}
