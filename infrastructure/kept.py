"""What outlives a stack: tables, buckets, keys, the user pool. A stack that is removed lets go of it, and one that is
made again takes it over by an import, since CloudFormation never makes what is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.account import Account, Refused, code, pages
from infrastructure.resolve import Resolver, Unknown

Json = dict[str, Any]
# The property that names a resource of these types, and which CloudFormation imports it by.
BY_NAME = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SES::EmailIdentity": "EmailIdentity",
}
BY_ID = {"AWS::KMS::Key": "KeyId", "AWS::Cognito::UserPool": "UserPoolId"}
_GONE = ("ResourceNotFoundException", "NotFoundException", "404", "NoSuchBucket")


@dataclass(frozen=True)
class Kept:
    """Something that is there. `name` is what CloudFormation imports it by: a name, for keys and pools an id."""

    logical_id: str
    kind: str
    name: str

    @property
    def member(self) -> str:
        """The property of that name."""
        return BY_NAME.get(self.kind) or BY_ID[self.kind]

    def imported(self) -> Json:
        """As an import asks for it."""
        identifier = {self.member: self.name}
        return {"ResourceType": self.kind, "LogicalResourceId": self.logical_id, "ResourceIdentifier": identifier}


def retained(whole: Mapping[str, Any]) -> list[str]:
    """The logical ids of what the template says outlives its stack."""
    return [name for name, one in whole["Resources"].items() if str(one.get("DeletionPolicy", "")).startswith("Retain")]


def find(account: Account, resolver: Resolver) -> list[Kept]:
    """What of a template's lasting resources is there now, for these parameters."""
    found = []
    for logical_id in retained(resolver.template):
        kind = resolver.template["Resources"][logical_id]["Type"]
        name = _name(account, resolver, logical_id, kind) if resolver.exists(logical_id) else ""
        if name:
            found.append(Kept(logical_id, kind, name))
    return found


def _name(account: Account, resolver: Resolver, logical_id: str, kind: str) -> str:
    """What it is imported by; "" when it is not there."""
    if kind == "AWS::KMS::Key":
        return _key(account, resolver, logical_id)
    own = "UserPoolName" if kind == "AWS::Cognito::UserPool" else BY_NAME.get(kind, "")
    try:
        name = resolver.text(resolver.template["Resources"][logical_id]["Properties"][own]) if own else ""
    except (KeyError, Unknown):
        return ""
    if kind == "AWS::Cognito::UserPool":
        return _pool(account, name)
    return name if name and _is_there(account, kind, name) else ""


_ASKED = {
    "AWS::DynamoDB::Table": ("dynamodb", "describe_table", "TableName"),
    "AWS::S3::Bucket": ("s3", "head_bucket", "Bucket"),
    "AWS::KMS::Alias": ("kms", "describe_key", "KeyId"),
    "AWS::SES::EmailIdentity": ("sesv2", "get_email_identity", "EmailIdentity"),
}


def _is_there(account: Account, kind: str, name: str) -> bool:
    if kind == "AWS::Logs::LogGroup":
        groups = account.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(one["logGroupName"] == name for one in groups)
    service, operation, member = _ASKED[kind]
    try:
        getattr(account.client(service), operation)(**{member: name})
    except ClientError as problem:
        if code(problem) in _GONE:
            return False
        raise
    return True


def _key(account: Account, resolver: Resolver, logical_id: str) -> str:
    """The id of a key, found by its alias. Raises Refused for one that is on its way out."""
    for alias in _aliases_of(resolver, logical_id):
        try:
            found = account.client("kms").describe_key(KeyId=alias)["KeyMetadata"]
        except ClientError as problem:
            if code(problem) in _GONE:
                continue
            raise
        if found["KeyState"] == "PendingDeletion":
            told = (
                f"The key {found['KeyId']} ({alias}) is to be deleted. Without it seals that were made stay verifiable"
            )
            raise Refused(
                f"{told}, but none can be checked against it here. Keep it: aws kms cancel-key-deletion --key-id "
                f"{found['KeyId']}; aws kms enable-key --key-id {found['KeyId']}. Or begin anew: aws kms delete-alias "
                f"--alias-name {alias}."
            )
        return str(found["KeyId"])
    return ""


def _aliases_of(resolver: Resolver, key: str) -> Iterator[str]:
    for one in resolver.template["Resources"].values():
        if one["Type"] == "AWS::KMS::Alias" and one["Properties"]["TargetKeyId"] == {"Ref": key}:
            yield resolver.text(one["Properties"]["AliasName"])


def _pool(account: Account, name: str) -> str:
    """The id of the user pool of a name. Raises Refused when there are several: which one holds the people?"""
    client = account.client("cognito-idp")
    ids = [
        str(one["Id"]) for one in pages(client, "list_user_pools", "UserPools", MaxResults=60) if one["Name"] == name
    ]
    if len(ids) > 1:
        raise Refused(f"There are several user pools named {name} ({', '.join(ids)}). Delete or rename all but one.")
    return ids[0] if ids else ""


def import_template(whole: Mapping[str, Any], found: list[Kept]) -> Json:
    """A template of nothing but what is there. An import takes things over as they are and can make nothing else: what
    would refer to something not there yet is left out here and comes with the update that follows."""
    ids = {one.logical_id for one in found}
    resources = {}
    for name in sorted(ids):
        one = whole["Resources"][name]
        kept = {key: value for key, value in one.get("Properties", {}).items() if _refers_to(value, whole) <= ids}
        also = {key: value for key, value in one.items() if key in ("Type", "DeletionPolicy", "UpdateReplacePolicy")}
        condition = {"Condition": one["Condition"]} if "Condition" in one else {}
        resources[name] = {**also, **condition, "Properties": kept}
    made: Json = {"Parameters": whole["Parameters"], "Conditions": whole.get("Conditions", {}), "Resources": resources}
    return {"AWSTemplateFormatVersion": "2010-09-09", **made}


def _refers_to(value: Any, whole: Mapping[str, Any]) -> set[str]:
    """The resources a value depends on."""
    if isinstance(value, list):
        return set().union(*(_refers_to(one, whole) for one in value))
    if not isinstance(value, Mapping):
        return {one for one in whole["Resources"] if isinstance(value, str) and "${" + one in value}
    found = set().union(*(_refers_to(one, whole) for one in value.values()))
    named = value.get("Ref") or (value.get("Fn::GetAtt") or [""])[0]
    return found | ({str(named).partition(".")[0]} & set(whole["Resources"]))
