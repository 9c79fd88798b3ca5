"""`python3 dev.py letters`: what could not be delivered. Two queues hold it: messages of work that failed five times,
and events that a timer, a stream or a notice of mail could not bring to its function.

To replay is to give a letter to whom it was for, and only then to take it out of its queue: killed in between, it is
there twice, which every handler bears. Without --yes nothing is done; what would be is told.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from infrastructure.letter_office import Letter, Office, Undeliverable, deployed, local

Groups = dict[tuple[str, str, str], list[Letter]]


def grouped(letters: Iterable[Letter]) -> Groups:
    """Letters that ask for the same, together: a row of the agenda is sent anew every minute, so that one piece of work
    that fails leaves many. Nothing else is the same as another."""
    found: Groups = {}
    for one in letters:
        key = (one.queue, one.kind, one.subject if one.repeatable else one.id)
        found.setdefault(key, []).append(one)
    return found


def listing(groups: Groups) -> Iterator[str]:
    """A line a group, the oldest first."""
    if not groups:
        yield "There are no letters."
        return
    yield f"{'ID':<10} {'FROM':<7} {'KIND':<16} {'ABOUT':<38} {'LETTERS':>7}  {'FIRST':<17} {'LAST':<17} WHY"
    for same in sorted(groups.values(), key=lambda each: each[0].sent):
        first, last = min(one.sent for one in same), max(one.sent for one in same)
        one = same[0]
        about = f"{one.about} {one.subject}".strip()
        times = f"{_moment(first):<17} {_moment(last):<17}"
        yield f"{one.id[:8]:<10} {one.queue:<7} {one.kind:<16} {about[:38]:<38} {len(same):>7}  {times} {one.why[:90]}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")


def chosen(groups: Groups, options: argparse.Namespace) -> Groups:
    """Those that the options name. Raises Undeliverable when they name none."""
    kind, wanted = options.kind, options.id
    found = {
        key: same
        for key, same in groups.items()
        if options.all or (kind and key[1] == kind) or (wanted and any(one.id.startswith(wanted) for one in same))
    }
    if not found:
        raise Undeliverable("No letter is like that; `letters list` shows them.")
    return found


def replay(office: Office, groups: Groups, certain: bool) -> Iterator[str]:
    """Give each group's newest letter to whom it was for, and take the whole group out of its queue."""
    for same in groups.values():
        newest = max(same, key=lambda one: one.sent)
        what = f"{newest.kind} {newest.subject} ({len(same)} letters)"
        if not certain:
            yield f"would replay {what} to {newest.to}"
            continue
        try:
            told = office.deliver(newest)
        except Undeliverable as problem:
            yield f"cannot replay {what}: {problem}"
            continue
        for one in same:
            office.remove(one)
        yield f"replayed {what}: {told}"


def drop(office: Office, groups: Groups, certain: bool) -> Iterator[str]:
    """Take letters out of their queue. Work that is still due is on the agenda, and is tried all the same."""
    for same in groups.values():
        what = f"{same[0].kind} {same[0].subject} ({len(same)} letters)"
        for one in same if certain else ():
            office.remove(one)
        yield f"{'dropped' if certain else 'would drop'} {what}"


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog="dev.py letters", description=__doc__)
    options.add_argument("action", choices=("list", "show", "replay", "drop"))
    options.add_argument("stage", nargs="?", default="", help="the deployment, for example production")
    options.add_argument("id", nargs="?", default="", help="how the id of one begins, as `list` shows it")
    options.add_argument("--kind", default="", help="every letter of this kind")
    options.add_argument("--all", action="store_true", help="every letter")
    options.add_argument("--yes", action="store_true", help="do it, instead of telling what would be done")
    options.add_argument("--stack", default="", help="name of the stack (default access-reviews-STAGE)")
    options.add_argument("--url", default="", help="a running local instance instead, such as http://127.0.0.1:8000")
    return options


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    chooser = parser()
    options = chooser.parse_args(arguments)
    if options.url and options.stage and not options.id:
        options.id, options.stage = options.stage, ""  # there is no stage to name
    if bool(options.url) is bool(options.stage):
        chooser.error("name a STAGE, or a local instance with --url")
    if options.action in ("replay", "drop") and not (options.id or options.kind or options.all):
        chooser.error("say which: an ID, --kind KIND or --all")
    try:
        office = local(options.url) if options.url else deployed(options.stack or f"access-reviews-{options.stage}")
        with office.reading() as letters:
            for line in _lines(office, grouped(letters), options):
                print(line)
    except Undeliverable as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _lines(office: Office, groups: Groups, options: argparse.Namespace) -> Iterator[str]:
    if options.action == "list":
        return listing(groups)
    if options.action == "show":
        wanted = chosen(groups, options) if options.id or options.kind else groups
        every = [one for same in wanted.values() for one in same]
        return (json.dumps(office.told(one), indent=2, ensure_ascii=False) for one in every)
    act = replay if options.action == "replay" else drop
    return act(office, chosen(groups, options), options.yes)
