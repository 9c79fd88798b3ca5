"""docs/deploying.md: its policies allow what the command calls and what CloudFormation makes; what it names exists."""

from __future__ import annotations

import fnmatch
import json
import re

import pytest

from infrastructure import deploy, remove
from tests.docs.traceability import ROOT
from tests.infrastructure.ours import OURS

PAGE = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
# IAM's names for services that botocore calls otherwise.
PREFIX = {"sesv2": "ses", "service-quotas": "servicequotas"}
FILES = ("account", "afterwards", "deploy", "kept", "preflight", "stack", "uploads")
CALLS = re.compile(r'client\("([\w-]+)"\)\.(\w+)\(')
CLOUD = re.compile(r"self\._cloud\.(\w+)\(")
SERVICES = {
    "ApiGateway": "apigateway",
    "CertificateManager": "acm",
    "CloudWatch": "cloudwatch",
    "Cognito": "cognito-idp",
    "DynamoDB": "dynamodb",
    "Events": "events",
    "IAM": "iam",
    "KMS": "kms",
    "Lambda": "lambda",
    "Logs": "logs",
    "Route53": "route53",
    "S3": "s3",
    "SES": "ses",
    "SNS": "sns",
    "SQS": "sqs",
    "SecretsManager": "secretsmanager",
    "WAFv2": "wafv2",
}


def allowed(heading: str) -> list[str]:
    text = PAGE.partition(f"<!-- {heading} -->\n```json\n")[2].partition("```")[0]
    found = []
    for statement in json.loads(text)["Statement"]:
        actions = statement["Action"]
        found += [actions] if isinstance(actions, str) else actions
    return found


def test_who_deploys_may_make_every_call_the_command_makes():
    actions = allowed("policy of who deploys")
    asked = {("s3", "put_object"), ("s3", "head_object"), ("s3", "head_bucket"), ("s3", "create_bucket")}
    for name in FILES:
        text = (ROOT / "infrastructure" / f"{name}.py").read_text(encoding="utf-8")
        asked |= set(CALLS.findall(text)) | {("cloudformation", call) for call in CLOUD.findall(text)}
    assert len(asked) > 15
    read = {"head_object": "GetObject", "head_bucket": "ListBucket"}  # IAM's names for them
    for service, operation in asked - {("s3", "generate_presigned_url"), ("s3", "get_paginator")}:
        name = (
            read.get(operation)
            or ("GET" if service == "apigateway" else "")
            or "".join(part.title() for part in operation.split("_"))
        )
        wanted = f"{PREFIX.get(service, service)}:{name}"
        assert any(fnmatch.fnmatchcase(wanted, action) for action in actions), wanted


def test_cloudformation_may_make_every_kind_of_thing():
    services = {action.partition(":")[0] for action in allowed("policy of CloudFormation")}
    kinds = {one["Type"].split("::")[1] for one in OURS["Resources"].values() if "Type" in one}
    assert {SERVICES[kind] for kind in kinds} <= services


def test_every_parameter_the_page_names_exists():
    named = set(re.findall(r"`([A-Z][A-Za-z]+)(?:=[^`]*)?`", PAGE)) - {"PORTAL", "PROBLEM", "CNAME"}
    assert named <= set(OURS["Parameters"]) | set(OURS["Outputs"]), named - set(OURS["Parameters"])


def test_every_option_the_page_names_exists(capsys: pytest.CaptureFixture[str]):
    helps = ""
    for one in (deploy, remove):
        with pytest.raises(SystemExit):
            one.main(["--help"])
        helps += capsys.readouterr().out
    assert {name for name in re.findall(r"--[a-z][a-z-]+", PAGE) if name not in helps} == set()
