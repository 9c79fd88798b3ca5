"""The parameters of a deployment: asked, read from a file, or remembered by the stack. Nothing is asked twice.

What counts is, in this order: the command line, the file, the stack, the template's default.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from chalicelib.setting_checks import time_zone
from infrastructure.account import Refused
from infrastructure.resolved import problems as against

Values = dict[str, str]
Spec = Mapping[str, Mapping[str, Any]]
# Asked in this order when nobody has said; each with the parameters that must be given (with !: not given) first.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "Organisation": (),
    "Contact": (),
    "FirstAdministrator": (),
    "DefaultTimeZone": (),
    "MailFrom": (),
    "MailIdentity": (),
    "OidcIssuer": (),
    "OidcAudience": ("OidcIssuer",),
    "OidcClientId": ("OidcIssuer",),
    "OidcClaim": ("OidcIssuer",),
    "OidcScopes": ("OidcIssuer",),
    "SignInMfa": ("!OidcIssuer",),
    "DomainName": (),
    "HostedZoneId": ("DomainName",),
    "CertificateArn": ("DomainName",),
    "AlarmMail": (),
    "EvidenceLockMode": (),
    "EvidenceRetentionDays": (),
}
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")


@dataclass
class File:
    """deployments/STAGE.yaml (or .json): no secret belongs into it, so it may be kept with other code."""

    path: Path
    region: str = ""
    parameters: Values = field(default_factory=dict)
    tags: Values = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> File:
        """What it says; nothing when there is none. Raises Refused."""
        if not path.exists():
            return cls(path)
        try:
            told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # ON is a text, not true
        except (yaml.YAMLError, UnicodeDecodeError) as problem:
            raise Refused(f"{path} cannot be read: {problem}") from problem
        told = told or {}
        if not isinstance(told, dict) or set(told) - {"region", "parameters", "tags"}:
            raise Refused(f"{path} may have region, parameters and tags, nothing else.")
        parts = [told.get(name) or {} for name in ("parameters", "tags")]
        if not all(isinstance(part, dict) and all(isinstance(one, str) for one in part.values()) for part in parts):
            raise Refused(f"{path}: parameters and tags are names with a value each.")
        return cls(path, str(told.get("region") or ""), *parts)

    def write(self, spec: Spec) -> None:
        """Every parameter with what it means; those that keep their default as comments."""
        lines = [f"# Parameters of the deployment `{self.path.stem}`; docs/configuration.md explains them all.", ""]
        lines += [
            "# No secret belongs here: the deployment makes its own.",
            f"region: {self.region}",
            "",
            "parameters:",
        ]
        for name in [*QUESTIONS, *sorted(set(spec) - set(QUESTIONS))]:
            if name in spec and name != "Stage":
                lines += self._written(name, spec[name])
        lines += ["", "tags:", *[f"  {name}: {_quoted(value)}" for name, value in self.tags.items()]]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _written(self, name: str, one: Mapping[str, Any]) -> list[str]:
        told = textwrap.wrap(meaning(one), 110)
        given = self.parameters.get(name)
        value = _quoted(str(one.get("Default", "")) if given is None else given)
        return [*[f"  # {line}" for line in told], f"  {'# ' if given is None else ''}{name}: {value}"]


def _quoted(text: str) -> str:
    """As YAML reads it back, on one line."""
    return str(yaml.safe_dump(text, default_style='"', width=10_000)).strip()


def meaning(one: Mapping[str, Any]) -> str:
    """What a parameter is, with what is allowed."""
    allowed = f" One of: {', '.join(map(str, one['AllowedValues']))}." if "AllowedValues" in one else ""
    return f"{one.get('Description', '')}{allowed}".strip()


def whole(spec: Spec, *given: Mapping[str, str]) -> Values:
    """A value for every parameter; of what is given the first that says something counts. Raises Refused for names
    that the file or the command line has and the template has not."""
    unknown = sorted(set().union(*given[:-1]) - set(spec)) if given else []
    if unknown:
        raise Refused(f"There is no parameter {', '.join(unknown)}. There are: {', '.join(sorted(spec))}.")
    found = {name: str(one.get("Default", "")) for name, one in spec.items()}
    for layer in reversed(given):
        found |= {name: value for name, value in layer.items() if name in spec}
    return found


def matters(name: str, values: Mapping[str, str]) -> bool:
    """Has a question anything to decide, by what is known?"""
    return all(not values.get(one[1:]) if one[0] == "!" else bool(values.get(one)) for one in QUESTIONS[name])


def wrong(name: str, value: str, one: Mapping[str, Any]) -> str:
    """What is wrong with one value, "" for nothing."""
    if "AllowedValues" in one and value not in map(str, one["AllowedValues"]):
        return f"must be one of: {', '.join(map(str, one['AllowedValues']))}"
    if one["Type"] == "Number":
        return _wrong_number(value, one)
    if not int(one.get("MinLength", 0)) <= len(value) <= int(one.get("MaxLength", len(value))):
        return f"must have {one.get('MinLength', 0)} to {one.get('MaxLength', 4_096)} characters"
    if "AllowedPattern" in one and not re.fullmatch(one["AllowedPattern"], value):
        return str(one.get("ConstraintDescription") or f"must match {one['AllowedPattern']}")
    return time_zone(value) if name == "DefaultTimeZone" else ""


def _wrong_number(value: str, one: Mapping[str, Any]) -> str:
    if not re.fullmatch(r"-?\d+", value):
        return "must be a whole number"
    least, most = int(one.get("MinValue", value)), int(one.get("MaxValue", value))
    if least <= int(value) <= most:
        return ""
    return f"must be from {least:,} to {most:,}" if "MaxValue" in one else f"must be at least {least:,}"


def problems(template: dict[str, Any], values: Values) -> list[str]:
    """Everything that is wrong with the values for a template, at once: each by itself, and what cannot be together."""
    spec = template["Parameters"]
    found = [f"{name} {said}." for name, one in spec.items() if (said := wrong(name, values[name], one))]
    if not values.get("OidcIssuer") and not _MAIL.fullmatch(values.get("FirstAdministrator") or "a@b.c"):
        found.append("FirstAdministrator must be a mail address: the user pool that is made knows people by it.")
    return found + against(template, values)


def ask(
    spec: Spec, values: Values, known: set[str], answer: Callable[[str], str], tell: Callable[[str], None]
) -> Values:
    """Ask for what nobody has said, each until it can be used; an empty answer takes what is shown in brackets."""
    found = dict(values)
    for name in QUESTIONS:
        if name not in spec or name in known or not matters(name, found):
            continue
        tell("\n" + textwrap.fill(meaning(spec[name]), 100))
        while True:
            given = answer(f"{name} [{found[name]}]: ").strip()
            value = given or found[name]
            said = wrong(name, value, spec[name])
            if not said:
                found[name] = value
                break
            tell(f"  {name} {said}.")
    return found
