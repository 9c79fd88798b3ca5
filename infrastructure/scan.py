"""`python3 dev.py scan`: what cfn-lint and checkov say of the deployment's template, without a network.

The template is judged as it is uploaded and as parameters make it, with AWS's keys and with keys of one's own. Every
finding fails the scan unless `scanner.yaml` accepts it, with a reason; so does an acceptance that nothing needs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infrastructure import artefact, template
from infrastructure.resolved import resolved
from local.venvs import SCANNER

ACCEPTED = Path(__file__).with_name("scanner.yaml")
_ALWAYS = {"MailFrom": "reviews@example.com", "FirstAdministrator": "ann@example.com"}
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "aws": _ALWAYS,
    "customer": {
        **_ALWAYS,
        "AlarmMail": "ops@example.com",
        "DataEncryption": "customer",
        "DomainName": "reviews.example.com",
        "HostedZoneId": "Z0123456789",
        "MailIdentity": "example.com",
        "OidcAudience": "portal",
        "OidcIssuer": "https://issuer.example.com",
        "WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/reviews/1",
    },
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """`about` is a variant, or `template` for the one that is uploaded."""

    about: str
    check: str
    resource: str
    message: str

    def __str__(self) -> str:
        return f"{self.check} {self.resource} ({self.about}): {self.message}"


@dataclass(frozen=True)
class Acceptance:
    """A check that is not met on purpose: by these resources ("*": all), in this variant ("": in each)."""

    check: str
    reason: str
    resources: tuple[str, ...]
    variant: str

    def covers(self, found: Finding) -> bool:
        """Is this finding accepted by it?"""
        return (
            found.check == self.check
            and self.variant in ("", found.about)
            and (self.resources == ("*",) or found.resource in self.resources)
        )


def accepted() -> list[Acceptance]:
    """What `scanner.yaml` says."""
    return [
        Acceptance(one["check"], one["reason"], tuple(one["resources"]), one.get("variant", ""))
        for one in yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))
    ]


def findings(wholes: Mapping[str, Json]) -> list[Finding]:
    """What both tools say of templates, by name. Those with parameters cfn-lint alone judges."""
    with tempfile.TemporaryDirectory() as name:
        for about, whole in wholes.items():
            (Path(name) / f"{about}.json").write_text(json.dumps(whole), encoding="utf-8")
        command = [str(SCANNER.python), "-m", "infrastructure.scanning", name]
        quiet = {**os.environ, "LOG_LEVEL": "ERROR", "AWS_DEFAULT_REGION": "us-east-1"}
        told = subprocess.run(command, cwd=artefact.ROOT, env=quiet, check=True, stdout=subprocess.PIPE)
    return [Finding(**one) for one in json.loads(told.stdout)]


def variants(whole: Json) -> dict[str, Json]:
    """The template, and what parameters make of it."""
    return {"template": whole, **{name: resolved(whole, given) for name, given in VARIANTS.items()}}


def judged(found: Sequence[Finding]) -> list[str]:
    """What nobody accepted, and what is accepted and not there, as lines."""
    known = accepted()
    unmet = [str(one) for one in found if not any(acceptance.covers(one) for acceptance in known)]
    idle = [one for one in known if not any(one.covers(finding) for finding in found)]
    return unmet + [f"{one.check} is accepted in {ACCEPTED.name}, and nothing needs that any more" for one in idle]


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="dev.py scan", description=__doc__)
    parser.add_argument(
        "package", nargs="?", type=Path, help="folder of a package; without it the checkout is looked at"
    )
    chosen = parser.parse_args(arguments)
    SCANNER.ensure("requirements-package.txt")
    if chosen.package:
        whole = json.loads((chosen.package / "template.json").read_text(encoding="utf-8"))
    else:
        whole = template.template(artefact.described("arm64"))
    found = findings(variants(whole))
    problems = judged(found)
    print("\n".join(problems) or f"Nothing unaccepted: {len(found)} findings are accepted in {ACCEPTED.name}.")
    return 1 if problems else 0
