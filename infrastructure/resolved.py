"""What a template says once its parameters are known: conditions decided, what they leave out gone, rules asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
NOTHING = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True)
class Resolver:
    """Decides what a template's conditions and rules leave open. `given` holds parameters; those left out have their
    defaults, and one without a default is empty."""

    template: Json
    given: Mapping[str, str]

    def value(self, name: str) -> str:
        """A parameter's value, as text."""
        return str(self.given.get(name, self.template["Parameters"][name].get("Default", "")))

    def holds(self, said: Any) -> bool:
        """Does a condition hold? Raises KeyError for a function that conditions and rules here do not use."""
        (name, about), *_ = said.items()
        if name == "Condition":
            return self.holds(self.template["Conditions"][about])
        if name == "Fn::Not":
            return not self.holds(about[0])
        if name in ("Fn::And", "Fn::Or"):
            found = [self.holds(one) for one in about]
            return all(found) if name == "Fn::And" else any(found)
        if name == "Fn::Contains":
            return self._text(about[1]) in [self._text(one) for one in about[0]]
        return {"Fn::Equals": lambda: self._text(about[0]) == self._text(about[1])}[name]()

    def _text(self, said: Any) -> str:
        return self.value(said["Ref"]) if isinstance(said, dict) else str(said)

    def problems(self) -> list[str]:
        """What the rules say against these parameters, as sentences."""
        asked = [
            assertion
            for rule in self.template.get("Rules", {}).values()
            if "RuleCondition" not in rule or self.holds(rule["RuleCondition"])
            for assertion in rule["Assertions"]
        ]
        return [one["AssertDescription"] for one in asked if not self.holds(one["Assert"])]

    def resolved(self) -> Json:
        """The template as these parameters make it: without conditions, rules and references to parameters."""
        kept = {name: part for name, part in self.template.items() if name not in ("Conditions", "Rules", "Parameters")}
        for section in ("Resources", "Outputs"):
            there = kept.get(section, {}).items()
            kept[section] = {
                name: {key: value for key, value in one.items() if key != "Condition"}
                for name, one in there
                if "Condition" not in one or self.holds({"Condition": one["Condition"]})
            }
        found: Json = self._settled(kept)
        return found

    def _settled(self, part: Any) -> Any:
        if isinstance(part, list):
            return [found for one in part if (found := self._settled(one)) != NOTHING]
        if not isinstance(part, dict):
            return part
        if len(part) == 1 and "Fn::If" in part:
            condition, then, otherwise = part["Fn::If"]
            return self._settled(then if self.holds({"Condition": condition}) else otherwise)
        if len(part) == 1 and part.get("Ref") in self.template["Parameters"]:
            return self.value(part["Ref"])
        return {name: found for name, one in part.items() if (found := self._settled(one)) != NOTHING}
