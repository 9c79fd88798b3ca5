"""What cfn-lint and checkov say of templates. Run by scan.py inside an environment of their own, which has nothing of
the product: `python -m infrastructure.scanning FOLDER` reads `*.json` there and prints findings as JSON.

Both work without a network. What SAM makes of a template is looked at, too: roles, permissions and stages appear in it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Finding = dict[str, str]
REGIONS = ("us-east-1", "eu-central-1")  # docs/scanner.md has those in which a deployment is not possible


def expanded(template: Json) -> Json:
    """The template as CloudFormation gets it from SAM; without routes, which say nothing about safety and are many."""
    from samtranslator.translator.transform import transform

    class NoManagedPolicies:
        """Roles here have policies of their own only."""

        def load(self) -> dict[str, str]:
            return {}

    found: Json = {name: part for name, part in json.loads(json.dumps(template)).items() if name != "Metadata"}
    for one in found["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = "s3://artefacts/deployment.zip"
        if one["Type"] == "AWS::Serverless::Api":
            one["Properties"]["DefinitionBody"]["paths"] = {}
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    made: Json = transform(found, {}, NoManagedPolicies())
    return made


def linted(template: Json) -> Iterator[Finding]:
    """What cfn-lint says of a template, warnings included."""
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    asked = ManualArgs(include_experimental=True, regions=list(REGIONS))
    for one in lint(json.dumps(template, indent=1), config=asked):
        place = "/".join(str(part) for part in getattr(one, "path", None) or [])
        yield {"check": one.rule.id, "resource": place, "message": one.message}


def scanned(path: Path) -> Iterator[Finding]:
    """What checkov says of an expanded template."""
    from checkov.cloudformation.runner import Runner
    from checkov.runner_filter import RunnerFilter

    chosen = RunnerFilter(framework=["cloudformation"])
    report = Runner().run(root_folder="", files=[str(path)], runner_filter=chosen)
    if report.parsing_errors:
        yield {"check": "unreadable", "resource": path.name, "message": str(report.parsing_errors)}
    for one in report.failed_checks:
        yield {"check": one.check_id, "resource": one.resource.rpartition(".")[2], "message": one.check_name}


def main(folder: Path) -> list[Finding]:
    """Every finding of both; `about` is the name of the file it was found in."""
    return [{"about": path.stem, **one} for path in sorted(folder.glob("*.json")) for one in _of(path)]


def _of(path: Path) -> Iterator[Finding]:
    """A template that has parameters is one as it is uploaded: those and what depends on them, cfn-lint judges."""
    template = json.loads(path.read_text(encoding="utf-8"))
    if "Parameters" in template:
        yield from linted(template)
        return
    made = expanded(template)
    yield from linted(made)
    into = path.parent / "expanded" / path.name
    into.parent.mkdir(exist_ok=True)
    into.write_text(json.dumps(made, indent=1), encoding="utf-8")
    yield from scanned(into)


if __name__ == "__main__":
    findings = main(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(findings))
