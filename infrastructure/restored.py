"""A stack that works on tables a restore made, instead of its own: the parameter RestoredTables says which.

Its own tables stay as they are, for whoever has to look what happened, and for the way back. Every mention of a table
in the template is made to follow the parameter here, so that the files in `templates/` need not know.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
TABLES = {one: one.lower() for one in ("Directory", "Entitlements", "Reviews", "Items", "Audit")}
OWN = "OwnTables"
_ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/"
_NAMED = re.compile(r"\$\{(" + "|".join(TABLES) + r")(\.Arn)?\}")


def pointed(whole: Json) -> Json:
    """The template with every reference to a table following RestoredTables."""
    resources = {name: one if name in TABLES else _followed(one) for name, one in whole["Resources"].items()}
    return {**whole, "Resources": resources, "Outputs": _followed(whole["Outputs"])}


def _followed(value: Any) -> Any:
    if isinstance(value, list):
        return [_followed(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("Ref") in TABLES:
        return _name(value["Ref"])
    if "Fn::GetAtt" in value and value["Fn::GetAtt"][0] in TABLES:
        return _attribute(*value["Fn::GetAtt"])
    if isinstance(value.get("Fn::Sub"), str):
        return _substituted(value["Fn::Sub"])
    return {name: _followed(one) for name, one in value.items()}


def _name(table: str) -> Json:
    return {"Fn::If": [OWN, {"Ref": table}, {"Fn::Sub": f"${{RestoredTables}}-{TABLES[table]}"}]}


def _attribute(table: str, attribute: str) -> Json:
    """Its ARN, or that of its stream, which nothing but a parameter can tell of a restored one."""
    other = (
        {"Fn::Sub": f"{_ARN}${{RestoredTables}}-{TABLES[table]}/stream/${{Restored{table}Stream}}"}
        if attribute == "StreamArn"
        else {"Fn::Sub": f"{_ARN}${{RestoredTables}}-{TABLES[table]}"}
    )
    return {"Fn::If": [OWN, {"Fn::GetAtt": [table, attribute]}, other]}


def _substituted(text: str) -> Json:
    """A text with names or ARNs of tables in it."""
    named = {(found[1], found[2]) for found in _NAMED.finditer(text)}
    if not named:
        return {"Fn::Sub": text}
    values = {
        f"{table}{'Arn' if arn else 'Name'}": _attribute(table, "Arn") if arn else _name(table) for table, arn in named
    }
    return {"Fn::Sub": [_NAMED.sub(lambda found: f"${{{found[1]}{'Arn' if found[2] else 'Name'}}}", text), values]}
