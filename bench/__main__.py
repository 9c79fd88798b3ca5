"""`python3 dev.py bench WHAT`: what the product costs, how fast it is, how it starts and how it grows. Each says more
with --help; `--keep` keeps the figures for docs/benchmarks.md."""

from __future__ import annotations

import importlib
import sys

WHAT = {  # by name its module, whose `main` takes the other arguments
    "cost": "bench.cost",
    "speed": "bench.speed",
    "cold": "bench.cold",
    "scale": "bench.scale",
    "simulate": "bench.simulated.command",
    "portal": "bench.portal",
    "scim": "bench.scim",
}
USAGE = f"""usage: bench [{"|".join(WHAT)}] [options]; --keep keeps the figures
  cost [--dollars]           the cost contract; dollars a review and a month
  speed [--rounds N] [--items N] [--quick]
                             the product against bare clients that make the same requests
  cold [--rounds N] [--quick]
                             the first request of the packaged function, in fresh processes
  scale [N ...]              whole reviews of so many items on the emulator
  simulate [N ...] [--span N] [--panel N] [--rate N] [--daily N]
                             the same over a store that counts: up to millions of items, their heat and time"""


def main(arguments: list[str]) -> int:
    """Run one benchmark; the exit code is not zero when a budget or a target is missed."""
    what, rest = (arguments[0], arguments[1:]) if arguments else ("cost", [])
    if what in WHAT:
        return int(importlib.import_module(WHAT[what]).main(rest))
    asked = what in ("-h", "--help")
    print(USAGE, file=None if asked else sys.stderr)
    return 0 if asked else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
