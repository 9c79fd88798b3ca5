"""`dev.py audit`: are weaknesses known in what is installed? Asks pip-audit, from an environment of its own.

Many networks reach a mirror of the package index that knows packages and no weaknesses; pip-audit would find nothing
there and call that good. So a source is believed only when it knows of a weakness that everybody knows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence

from local.venvs import EMULATOR, HOSTILE, PRODUCT, Venv, packages_of

REQUIREMENTS = "requirements-audit.txt"
_WEAK = ("jinja2", "2.4.1")  # has had published weaknesses since 2014
_SECONDS = 5.0
SKIPPED = (
    "No source of known weaknesses can be reached from here (pypi.org, api.osv.dev), so nothing was audited. "
    "Run this where one can."
)


def main(
    environments: Sequence[Venv],
    source: Callable[[], str] | None = None,
    run: Callable[[list[str]], int] | None = None,
) -> int:
    """Audit what is installed in these environments; 0 when nothing is known, or nothing can be asked.

    What is installed is more than what the requirements files name: it is also what those need.
    """
    found = (source or reachable)()
    if not found:
        print(SKIPPED)
        return 0
    folders = [part for one in environments if one.folder.exists() for part in ("--path", str(packages_of(one)))]
    return (run or _pip_audit)(["--vulnerability-service", found, "--progress-spinner", "off", *folders])


def reachable(read: Callable[[urllib.request.Request], bytes] | None = None) -> str:
    """The service of pip-audit that knows weaknesses and answers, "" for none."""
    name, version = _WEAK
    asked = json.dumps({"version": version, "package": {"name": name, "ecosystem": "PyPI"}}).encode()
    services = {
        "pypi": (urllib.request.Request(f"https://pypi.org/pypi/{name}/{version}/json"), "vulnerabilities"),
        "osv": (urllib.request.Request("https://api.osv.dev/v1/query", data=asked), "vulns"),
    }
    for service, (request, member) in services.items():
        try:
            answer = json.loads((read or _read)(request))
        except (OSError, ValueError):
            continue
        if isinstance(answer, dict) and answer.get(member):
            return service
    return ""


def _read(request: urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        content: bytes = answer.read()
    return content


def _pip_audit(arguments: list[str]) -> int:
    auditor = Venv(PRODUCT.folder.with_name(".venv-audit"))
    auditor.ensure(REQUIREMENTS)
    return subprocess.run([auditor.python, "-m", "pip_audit", *arguments], check=False, stdout=sys.stdout).returncode


ENVIRONMENTS = (PRODUCT, EMULATOR, HOSTILE)
