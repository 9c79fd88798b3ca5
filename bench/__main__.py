"""`python -m bench cost|speed|cold|scale|portal|scim`: the cost contract's tables, ratios to bare clients, cold starts,
openings and memory, how fast the portal is in a browser, and how fast people are provisioned."""

from __future__ import annotations

import subprocess
import sys


def main(arguments: list[str]) -> int:
    """Run one benchmark; the exit code of `cost` is not zero when a budget is exceeded."""
    what = arguments[0] if arguments else "cost"
    if what == "cost":
        return subprocess.call([sys.executable, "-m", "pytest", "tests/cost", "-n", "0", "-s"])
    if what == "speed":
        from bench.speed import main as speed

        return speed(arguments[1:])
    if what == "cold":
        from bench.cold import main as cold

        return cold(arguments[1:])
    if what == "scale":
        from bench.scale import main as scale

        return scale(arguments[1:])
    if what == "portal":
        from bench.portal import main as portal

        return portal(arguments[1:])
    if what == "scim":
        from bench.scim import main as scim

        return scim(arguments[1:])
    print(
        "usage: bench [cost|speed [--quick]|cold [--quick]|scale [N ...]|portal [RUNS]|scim [N] [URL]]", file=sys.stderr
    )
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
