"""The CloudFormation template of a deployment: what Chalice makes of routes and handlers, merged with `templates/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from infrastructure import restored

TEMPLATES = Path(__file__).with_name("templates")
FUNCTION = "AWS::Serverless::Function"
LIMIT = 1_000_000  # bytes of a template in S3
MOST_RESOURCES = 500
Json = dict[str, Any]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a second faster, where PyYAML was built with it
_FUNCTION = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-api"
_URI = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{_FUNCTION}/invocations"


def merged(base: Json, *others: Json) -> Json:
    """`base` with what the others say laid over it: objects are merged member by member, anything else is replaced,
    and so is a function of CloudFormation such as `Ref`."""
    found = dict(base)
    for other in others:
        for name, value in other.items():
            both = _is_plain(value) and _is_plain(found.get(name))
            found[name] = merged(found[name], value) if both else value
    return found


def _is_plain(value: Any) -> bool:
    """Is it an object, and not a function of CloudFormation?"""
    return isinstance(value, dict) and not any(name == "Ref" or name.startswith("Fn::") for name in value)


def ours() -> Json:
    """What `templates/` says, all files together."""
    files = sorted(TEMPLATES.glob("*.yaml"))
    return merged({}, *(yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER) or {} for file in files))


def any_method(paths: Json) -> Json:
    """One method a path: the front door itself tells which methods there are (405 with `Allow`).

    The address of the function is made from its name: the function may then know the API's address without the two
    waiting for one another.
    """
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": {"Fn::Sub": _URI},
        "passthroughBehavior": "when_no_match",
    }
    return {
        path: {
            "x-amazon-apigateway-any-method": {
                "parameters": next(iter(methods.values())).get("parameters", []),
                "x-amazon-apigateway-integration": integration,
            }
        }
        for path, methods in paths.items()
    }


def template(chalice: Json) -> Json:
    """The whole template, from the one Chalice made."""
    whole = merged(chalice, ours())
    body = whole["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    body["paths"] = any_method(body["paths"])
    return restored.pointed(whole)


def with_code(whole: Json, bucket: str, key: str) -> Json:
    """The template as it is deployed: every function's code is the uploaded artefact."""
    resources = whole["Resources"]
    code = {"Properties": {"CodeUri": f"s3://{bucket}/{key}"}}
    functions = {name: code for name, one in resources.items() if one["Type"] == FUNCTION}
    return merged(whole, {"Resources": functions})


def text(whole: Json) -> str:
    """The template as it is uploaded: without a blank, members in order. Raises ValueError for one that CloudFormation
    would not take."""
    found = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    if len(found.encode()) > LIMIT or len(whole["Resources"]) > MOST_RESOURCES:
        raise ValueError(f"CloudFormation takes {LIMIT:,} bytes and {MOST_RESOURCES} resources at most.")
    return found
