"""`python3 dev.py audit`: weaknesses known in what is installed, asked of those who know them, by pip-audit in an
environment of its own. Where none of them can be reached it says so."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from local.venvs import EMULATOR, HOSTILE, PRODUCT, SCANNER, Venv, packages_of

REQUIREMENTS = "requirements-audit.txt"
SERVICES = ("pypi", "osv")  # pip-audit's names of who knows weaknesses
_WEAK = "jinja2==2.4.1"  # has had published weaknesses since 2014
SKIPPED = (
    "No source of known weaknesses can be reached from here, so nothing was audited. Run this where one can "
    f"(pip-audit's services {' or '.join(SERVICES)})."
)
Audit = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


def main(environments: Sequence[Venv], audit: Audit | None = None) -> int:
    """Audit what is installed in these environments; 0 when nothing is known, or nothing can be asked.

    What is installed is more than what the requirements files name: it is also what those need.
    """
    asked = audit or _pip_audit
    found = reachable(asked)
    if not found:
        print(SKIPPED)
        return 0
    folders = [part for one in environments if one.folder.exists() for part in ("--path", str(packages_of(one)))]
    done = asked(["--vulnerability-service", found, *folders])
    print(done.stdout + done.stderr)
    return done.returncode


def reachable(audit: Audit) -> str:
    """The service that knows a weakness everybody knows, "" for none: a mirror may answer and know nothing."""
    with tempfile.TemporaryDirectory() as folder:
        weak = Path(folder) / "requirements.txt"
        weak.write_text(_WEAK + "\n", encoding="utf-8")
        for service in SERVICES:
            plain = ["--no-deps", "--disable-pip", "--format", "json", "--timeout", "5"]
            done = audit(["--vulnerability-service", service, *plain, "-r", str(weak)])
            if _weaknesses(done.stdout):
                return service
    return ""


def _weaknesses(text: str) -> int:
    """How many weaknesses pip-audit's JSON tells of; 0 for anything else."""
    try:
        return sum(len(one.get("vulns", [])) for one in json.loads(text)["dependencies"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0


def _pip_audit(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    auditor = Venv(PRODUCT.folder.with_name(".venv-audit"))
    auditor.ensure(REQUIREMENTS)
    command = [str(auditor.python), "-m", "pip_audit", "--progress-spinner", "off", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


ENVIRONMENTS = (PRODUCT, EMULATOR, HOSTILE, SCANNER)
