"""What a template says once its parameters are known: conditions decided, what they leave out gone, rules asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.resolve import Resolver

Json = dict[str, Any]
_PLACE = re.compile(r"\$\{(\w+)\}")
_NOTHING = {"Ref": "AWS::NoValue"}


def _decided(template: Json, parameters: Mapping[str, str]) -> Resolver:
    defaults = {name: str(one.get("Default", "")) for name, one in template["Parameters"].items()}
    return Resolver(template, {**defaults, **parameters})


def problems(template: Json, parameters: Mapping[str, str]) -> list[str]:
    """What the rules say against these parameters, as sentences."""
    decided = _decided(template, parameters)
    asked = [
        assertion
        for rule in template.get("Rules", {}).values()
        if "RuleCondition" not in rule or decided.holds(rule["RuleCondition"])
        for assertion in rule["Assertions"]
    ]
    return [one["AssertDescription"] for one in asked if not decided.holds(one["Assert"])]


def resolved(template: Json, parameters: Mapping[str, str]) -> Json:
    """The template as these parameters make it: without conditions, rules and references to parameters."""
    decided = _decided(template, parameters)
    kept = {name: part for name, part in template.items() if name not in ("Conditions", "Rules", "Parameters")}
    for section in ("Resources", "Outputs"):
        kept[section] = {
            name: {key: value for key, value in one.items() if key != "Condition"}
            for name, one in template.get(section, {}).items()
            if "Condition" not in one or decided.condition(one["Condition"])
        }
    found: Json = _Settling(decided, template["Parameters"]).settled(kept)
    return found


@dataclass(frozen=True)
class _Settling:
    decided: Resolver
    parameters: Json

    def _put_in(self, found: re.Match[str]) -> str:
        return self.decided.text({"Ref": found[1]}) if found[1] in self.parameters else found[0]

    def settled(self, part: Any) -> Any:
        """A part of the template, with every `Fn::If` decided."""
        if isinstance(part, list):
            return [found for one in part if (found := self.settled(one)) != _NOTHING]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and "Fn::If" in part:
            condition, then, otherwise = part["Fn::If"]
            return self.settled(then if self.decided.condition(condition) else otherwise)
        if len(part) == 1 and part.get("Ref") in self.parameters:
            return self.decided.text(part)
        if len(part) == 1 and isinstance(part.get("Fn::Sub"), str):
            text = _PLACE.sub(self._put_in, part["Fn::Sub"])
            return {"Fn::Sub": text} if "${" in text else text
        if len(part) == 1 and "Fn::Sub" in part:
            text, local = part["Fn::Sub"]
            return {"Fn::Sub": [_PLACE.sub(self._put_in, text), self.settled(local)]}
        return {name: found for name, one in part.items() if (found := self.settled(one)) != _NOTHING}
