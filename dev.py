#!/usr/bin/env python3
"""The one entry point for developers: `python3 dev.py run`, `test`, `check`, ... Needs only Python 3.11 or newer."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
    sys.exit("Python 3.11 or newer is needed; this is %d.%d." % sys.version_info[:2])  # noqa: UP031 - read by old ones
try:
    import fcntl  # noqa: F401
except ImportError:
    sys.exit("Linux or macOS is needed (on Windows: WSL).")

from local.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
