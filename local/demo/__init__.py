"""`dev.py demo`: one review from policy to evidence, played through the HTTP API and told step by step; with `--real`
one that begins with people coming in over SCIM and ends with access that is gone in systems outside. The first ends
with its evidence, verified as an auditor does; `--evidence FILE` keeps that pack.

Each story has its own small organisation, so that what happens can be told name by name.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from local.client import Client, Failure
from local.demo.evidence import show_pack, show_result, show_results_file, show_trail
from local.demo.player import Player, Unexpected
from local.demo.real import play as play_real
from local.demo.reviewing import close, decide, hand_over, open_review, run_out, show_numbers
from local.demo.setting import assign, auditor, import_people, package_and_policy, start_day
from local.temporary import instance


def main(argv: list[str]) -> int:
    """Play the review on an instance of its own; 0 only when every step went as expected."""
    options = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    options.add_argument("--real", action="store_true", help="people over SCIM, access in Identity Center and Cognito")
    options.add_argument("--evidence", type=Path, metavar="FILE", help="keep the evidence pack of the review")
    given = options.parse_args(argv)
    if given.real and given.evidence:
        options.error("--evidence is of the story without --real")
    try:
        with tempfile.TemporaryDirectory(prefix="access-reviews-demo-") as name:
            folder = Path(name)
            print("Starting an instance of its own ...", flush=True)
            with instance(folder, "--empty") as client:
                play_real(client) if given.real else play(client, folder, given.evidence)
    except (Unexpected, Failure) as problem:
        print(f"\nThe demonstration stopped: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print("\nEvery step went as expected.")
    return 0


def play(client: Client, folder: Path, keep: Path | None = None) -> None:
    """The whole story; the evidence pack is kept where `keep` says. Raises Unexpected or Failure where it goes another
    way."""
    player = Player(client)
    people = import_people(player, folder)
    auditor(player, people)
    start = start_day(player)
    policy = package_and_policy(player, people, start)
    held = assign(player, policy, people, start)
    review = open_review(player, policy, start)
    decide(player, review)
    hand_over(player, review, people)
    show_numbers(player, review)
    run_out(player, review, start)
    close(player, review)
    show_result(player, review, held)
    show_results_file(player, review)
    show_trail(player, review)
    show_pack(player, review, keep or folder / "evidence.zip")
