"""What outlives a stack: tables, buckets, keys, the user pool. A stack that is removed lets go of it, and one that is
made again takes it over by an import, since CloudFormation never makes what is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.account import Account, Refused, code, pages
from infrastructure.resolved import resolved

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
_PLACE = re.compile(r"\$\{([\w:]+)\}")
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


@dataclass(frozen=True)
class Search:
    """Where to look: what a stack would be made of, and CloudFormation's own parameters (`AWS::StackName` ...)."""

    account: Account
    resources: Mapping[str, Any]
    known: Mapping[str, str]

    @classmethod
    def of(cls, account: Account, stack: str, whole: Json, values: Mapping[str, str]) -> Search:
        """For a template with these parameters."""
        known = {**values, **pseudo(account, stack)}
        return cls(account, resolved(whole, values)["Resources"], known)

    def text(self, value: Any) -> str:
        """A name as it comes out; "" for one that is known only once it was made."""
        if isinstance(value, Mapping):
            value = value.get("Fn::Sub") or "${" + str(value.get("Ref", " ")) + "}"
        found = _PLACE.sub(lambda place: self.known.get(place[1], place[0]), str(value))
        return "" if "${" in found else found


def pseudo(account: Account, stack: str) -> dict[str, str]:
    """CloudFormation's own parameters, as far as they are known before a stack is there."""
    suffix = {"aws-cn": "amazonaws.com.cn"}.get(account.partition, "amazonaws.com")
    given = {"StackName": stack, "AccountId": account.id, "Region": account.region, "Partition": account.partition}
    return {f"AWS::{name}": value for name, value in {**given, "URLSuffix": suffix}.items()}


def outlives(resource: Mapping[str, Any]) -> bool:
    """Does a resource of a template stay when its stack goes?"""
    return str(resource.get("DeletionPolicy", "")).startswith("Retain")


def find(search: Search) -> list[Kept]:
    """What of the resources that outlive their stack is there now."""
    found = []
    for logical_id, one in search.resources.items():
        if outlives(one) and (name := _name(search, logical_id)):
            found.append(Kept(logical_id, one["Type"], name))
    return found


def _name(search: Search, logical_id: str) -> str:
    """What it is imported by; "" when it is not there."""
    one = search.resources[logical_id]
    kind = one["Type"]
    if kind == "AWS::KMS::Key":
        return _key(search, logical_id)
    own = "UserPoolName" if kind == "AWS::Cognito::UserPool" else BY_NAME.get(kind, "")
    name = search.text(one["Properties"].get(own, "")) if own else ""
    if name and kind == "AWS::Cognito::UserPool":
        return _pool(search.account, name)
    return name if name and _is_there(search.account, kind, name) else ""


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


def _key(search: Search, logical_id: str) -> str:
    """The id of a key, found by its alias. Raises Refused for one that is on its way out."""
    for alias in _aliases_of(search, logical_id):
        try:
            found = search.account.client("kms").describe_key(KeyId=alias)["KeyMetadata"]
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


def _aliases_of(search: Search, key: str) -> Iterator[str]:
    for one in search.resources.values():
        if one.get("Type") == "AWS::KMS::Alias" and one["Properties"]["TargetKeyId"] == {"Ref": key}:
            yield search.text(one["Properties"]["AliasName"])


def _pool(account: Account, name: str) -> str:
    """The id of the user pool of a name. Raises Refused when there are several: which one holds the people?"""
    client = account.client("cognito-idp")
    ids = [
        str(one["Id"]) for one in pages(client, "list_user_pools", "UserPools", MaxResults=60) if one["Name"] == name
    ]
    if len(ids) > 1:
        raise Refused(f"There are several user pools named {name} ({', '.join(ids)}). Delete or rename all but one.")
    return ids[0] if ids else ""


def import_template(whole: Mapping[str, Any], before: Json, search: Search, found: list[Kept]) -> Json:
    """The template of the stack `before` with what is to be taken over besides. An import takes things over as they are
    and can do nothing else: what would refer to something not there yet is left out, and comes with the update that
    follows."""
    there = {one.logical_id for one in found} | set(before.get("Resources", {}))
    resources = dict(before.get("Resources", {}))
    for name in sorted(one.logical_id for one in found):
        one = search.resources[name]
        properties = one.get("Properties", {}).items()
        kept = {key: value for key, value in properties if _refers_to(value, search.resources) <= there}
        also = {key: one[key] for key in ("Type", "DeletionPolicy", "UpdateReplacePolicy") if key in one}
        resources[name] = {**also, "Properties": kept}
    spec = {**whole["Parameters"], **before.get("Parameters", {})}
    return {"AWSTemplateFormatVersion": "2010-09-09", **before, "Parameters": spec, "Resources": resources}


def _refers_to(value: Any, resources: Mapping[str, Any]) -> set[str]:
    """The resources a value depends on."""
    if isinstance(value, list):
        return set().union(*(_refers_to(one, resources) for one in value))
    if not isinstance(value, Mapping):
        return {one for one in resources if "${" + one in str(value)}
    found = set().union(*(_refers_to(one, resources) for one in value.values()))
    named = value.get("Ref") or (value.get("Fn::GetAtt") or [""])[0]
    return found | ({str(named).partition(".")[0]} & set(resources))
