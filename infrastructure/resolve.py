"""What a template's functions come to for given parameters: as far as names and conditions need it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PLACE = re.compile(r"\$\{([\w:]+)\}")


class Unknown(Exception):
    """It depends on something that is known only once it was made."""


@dataclass(frozen=True)
class Resolver:
    """`values`: parameters and pseudo parameters by name."""

    template: Mapping[str, Any]
    values: Mapping[str, str]

    def text(self, value: Any) -> str:
        """A value as text. Raises Unknown."""
        if not isinstance(value, Mapping):
            return str(value)
        ((function, given),) = value.items()
        if function == "Ref":
            return self._named(given)
        if function == "Fn::Sub":
            text, local = (given, {}) if isinstance(given, str) else given
            inner = {name: self.text(one) for name, one in local.items()}
            return _PLACE.sub(lambda found: inner.get(found[1]) or self._named(found[1]), text)
        if function == "Fn::If":
            return self.text(given[1] if self.condition(given[0]) else given[2])
        raise Unknown(function)

    def condition(self, name: str) -> bool:
        """Does a condition of the template hold?"""
        return self.holds(self.template["Conditions"][name])

    def exists(self, logical_id: str) -> bool:
        """Is this resource made with these parameters?"""
        condition = self.template["Resources"][logical_id].get("Condition")
        return condition is None or self.condition(condition)

    def holds(self, value: Mapping[str, Any]) -> bool:
        """Does it hold, as it is written in conditions and rules?"""
        ((function, given),) = value.items()
        if function == "Condition":
            return self.condition(given)
        if function == "Fn::Equals":
            return self.text(given[0]) == self.text(given[1])
        if function == "Fn::Contains":
            return self.text(given[1]) in [self.text(one) for one in given[0]]
        if function == "Fn::Not":
            return not self.holds(given[0])
        combined = {"Fn::And": all, "Fn::Or": any}[function]
        return combined(self.holds(one) for one in given)

    def _named(self, name: str) -> str:
        if name not in self.values:
            raise Unknown(name)
        return self.values[name]
