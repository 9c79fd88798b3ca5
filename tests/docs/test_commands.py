"""The commands that documents show exist, with these options, and every command tells what it takes."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from local.client_commands import COMMANDS
from local.commands import _COMMANDS, USAGE
from tests.docs.markdown import commands
from tests.docs.traceability import ROOT

NAMES = sorted({*_COMMANDS, *COMMANDS})
OF_AN_OPTION = re.compile(r"--[\w-]+ \{[^}]*\}")
CHOICES = re.compile(r"\{([\w,.-]+)\}")


@cache
def helps() -> dict[str, tuple[int, str]]:
    """Exit status and text of `--help` of every command, by its name."""

    def ask(command: str) -> tuple[int, str]:
        arguments = [sys.executable, str(ROOT / "dev.py"), command, "--help"]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
        return done.returncode, done.stdout

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(NAMES, pool.map(ask, NAMES), strict=True))


@pytest.mark.parametrize("command", NAMES)
def test_every_command_tells_what_it_takes(command: str) -> None:
    status, text = helps()[command]
    assert status == 0 and "usage:" in text, text


def test_the_list_of_commands_has_every_command() -> None:
    assert sorted(re.findall(r"^  (\w+) ", USAGE, re.M)) == NAMES


@pytest.mark.parametrize("call", commands())
def test_a_command_that_is_shown_exists_with_its_options(call: str) -> None:
    """Options are held against the command's own help, and a first word against the words it offers."""
    command, *rest = shlex.split(call)
    assert command in NAMES, f"{call!r} in {commands()[call]}"
    text = helps()[command][1]
    for option in [one.partition("=")[0] for one in rest if one.startswith("-")]:
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), f"{call!r} in {commands()[call]}"
    words = [one for one in rest[:1] if re.fullmatch(r"[a-z]\w*", one)]
    usage = OF_AN_OPTION.sub("", text.partition("options:")[0])
    offered = {word for found in CHOICES.findall(usage) for word in found.split(",")}
    assert not offered or set(words) <= offered, f"{call!r} in {commands()[call]}"
