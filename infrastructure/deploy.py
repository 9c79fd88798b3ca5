"""`python3 dev.py deploy STAGE`: make or change a deployment. Shows what would change, asks, does it and tells how.

Parameters come from --set, deployments/STAGE.yaml, the stack itself (whatever was said last time) or are asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infrastructure import (
    afterwards,
    artefact,
    changes,
    kept,
    package,
    parameters,
    preflight,
    template,
    uploads,
    wheels,
)
from infrastructure.account import Account, Refused, code
from infrastructure.commands import Deployment, answer, begin, common, told
from infrastructure.parameters import File

_MARKS = {"ok": "ok     ", "advice": "advice ", "problem": "PROBLEM", "unknown": "unknown"}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py deploy", description=__doc__)
    parser.add_argument("stage", help="name of the deployment: up to 20 small letters, digits and -")
    common(parser)
    parser.add_argument("--file", type=Path, help="parameters (default: deployments/STAGE.yaml)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    parser.add_argument("--yes", action="store_true", help="ask nothing: for pipelines")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, change nothing")
    parser.add_argument("--package", type=Path, metavar="FOLDER", help="deploy what `dev.py package` made there")
    parser.add_argument("--architecture", choices=artefact.ARCHITECTURES, default="arm64")
    parser.add_argument("--bucket", default="", help="bucket of artefacts (default: one is made)")
    parser.add_argument("--role", default="", metavar="ARN", help="the role CloudFormation works as")
    parser.add_argument("--give-up", action="append", default=[], metavar="ID", help="a precious resource that may go")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status: 0 done or nothing to do, 1 refused or failed, 2 parameters are missing or wrong."""
    options = _options(arguments)
    return told(lambda: _deploy(options))


def _deploy(options: argparse.Namespace) -> int:
    file = File.read(options.file or artefact.ROOT / "deployments" / f"{options.stage}.yaml")
    account, stack = begin(options, file.region)
    deployment = Deployment(options, account, stack, {}, file.tags)
    if not _gather(deployment, file):
        return 2
    if not _looks_good(deployment):
        return 1
    _make_room(deployment)
    whole, bucket = _uploaded(deployment)
    if not _taken_over(deployment, whole, bucket):
        return 0 if options.dry_run else 1
    return _carried_out(deployment, whole, bucket)


def _gather(deployment: Deployment, file: File) -> bool:
    """Find a value for every parameter; False when the person has to do something first."""
    options, ours = deployment.options, template.ours()
    spec = ours["Parameters"]
    said = dict(one.partition("=")[::2] for one in options.set)
    known = {**file.parameters, **said, "Stage": options.stage}
    values = parameters.whole(spec, {"Stage": options.stage}, said, file.parameters, deployment.stack.parameters)
    if deployment.stack.is_new and not file.path.exists() and not said:
        if options.yes or not sys.stdin.isatty():
            file.region = deployment.account.region
            file.write(spec)
            print(f"{file.path} was written. Fill it in, then run this again.", file=sys.stderr)
            return False
        print(f"A new deployment, {deployment.stack.name}. An empty answer takes what is in brackets.")
        values = parameters.ask(spec, values, set(known), answer, print)
        file.parameters = {name: value for name, value in values.items() if name in parameters.QUESTIONS}
        file.region = deployment.account.region
        file.write(spec)
        print(f"\nKept in {file.path}; it holds no secret.")
    problems = parameters.problems(ours, values)
    for problem in problems:
        print(problem, file=sys.stderr)
    deployment.values = values
    return not problems


def _looks_good(deployment: Deployment) -> bool:
    """Tell what was found before anything is made; False when it would not work."""
    plan = preflight.Plan(deployment.account, deployment.stack.name, deployment.values, deployment.stack.is_new)
    found = preflight.check(plan)
    for one in found:
        print(f"{_MARKS[one.level]}  {one.about}: {one.words}")
    if any(one.level == "problem" for one in found):
        print("\nNothing was made: see PROBLEM above.", file=sys.stderr)
        return False
    return True


def _make_room(deployment: Deployment) -> None:
    """Clear away what a try that failed, or a removal, has left in the way."""
    stack = deployment.stack
    if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
        raise Refused(f"{stack.name} is being worked on ({stack.status}). Wait until that has ended.")
    empty = stack.status == "IMPORT_ROLLBACK_COMPLETE" and not stack.resources()
    if empty or stack.status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
        print(
            f"\nThe stack {stack.name} is {stack.status}: it has to be deleted before it can be made again. Data stay."
        )
        if deployment.options.dry_run or not deployment.agreed("Delete it?"):
            raise Refused("Nothing was changed.")
        stack.delete(print)
    if stack.status == "UPDATE_ROLLBACK_FAILED":
        raise Refused(f"First: aws cloudformation continue-update-rollback --stack-name {stack.name}")
    if stack.is_new and not deployment.options.dry_run:
        _forget_secret(deployment.account, f"{stack.name}/cursor-secret")


def _forget_secret(account: Account, name: str) -> None:
    """A deleted secret keeps its name for days; this one holds nothing anybody could miss."""
    secrets = account.client("secretsmanager")
    try:
        if secrets.describe_secret(SecretId=name).get("DeletedDate"):
            secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    except ClientError as problem:
        if code(problem) != "ResourceNotFoundException":
            raise


def _uploaded(deployment: Deployment) -> tuple[dict[str, Any], str]:
    """The template, its code in the bucket; and the bucket."""
    options = deployment.options
    folder = options.package or artefact.ROOT / "dist" / options.stage
    if not options.package:
        print("\nPackaging ...", flush=True)
        try:
            package.package(folder, options.architecture)
        except (wheels.CannotPackage, ValueError) as problem:
            raise Refused(str(problem)) from problem
    try:
        content = (folder / "deployment.zip").read_bytes()
        whole = json.loads((folder / "template.json").read_text(encoding="utf-8"))
    except OSError as problem:
        raise Refused(
            f"{folder} holds no package: {problem.strerror}. `python3 dev.py package` makes one."
        ) from problem
    bucket = options.bucket or uploads.bucket_of(deployment.account)
    if not options.bucket:
        uploads.ensure_bucket(deployment.account, bucket)
    return template.with_code(whole, bucket, uploads.upload(deployment.account, bucket, content, "zip")), bucket


def _taken_over(deployment: Deployment, whole: dict[str, Any], bucket: str) -> bool:
    """Where something is there already that is to belong to the stack and does not: data an earlier deployment, or a
    try that failed, has left. Import it; False when that is not wanted."""
    search = kept.Search.of(deployment.account, deployment.stack.name, whole, deployment.values)
    inside = {one["LogicalResourceId"] for one in deployment.stack.resources()}
    found = [one for one in kept.find(search) if one.logical_id not in inside]
    if not found:
        return True
    print("\nThere is something of an earlier deployment, which this one takes over as it is:")
    for one in found:
        print(f"   {one.logical_id}: {one.name}")
    if deployment.options.dry_run:
        print("Dry run: what is new besides can be shown only after that.")
        return False
    if not deployment.agreed("Take it over?"):
        return False
    part = kept.import_template(whole, deployment.stack.template(), search, found)
    url, name = uploads.template_url(deployment.account, bucket, part), _change_set_name()
    asked = [one.imported() for one in found]
    given = deployment.given(part, as_before=True)
    deployment.stack.propose("IMPORT", name, url, ResourcesToImport=asked, **given)
    deployment.stack.execute(name, print)
    return True


def _change_set_name() -> str:
    return f"deploy-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{time.time_ns() % 1_000_000:06}"


def _carried_out(deployment: Deployment, whole: dict[str, Any], bucket: str) -> int:
    """Show what changes, ask, do it."""
    options, stack, name = deployment.options, deployment.stack, _change_set_name()
    url, kind = uploads.template_url(deployment.account, bucket, whole), "CREATE" if stack.is_new else "UPDATE"
    found = stack.propose(kind, name, url, **deployment.given(whole))
    if found is None:
        print("\nNothing changes: this is what is deployed.")
        return 0 if options.dry_run else _finished(deployment)
    print(f"\nWhat changes in {stack.name}:", *changes.lines(found), *_parameters_changed(deployment), sep="\n")
    if refusals := changes.refused(found, options.give_up):
        stack.forget(name)
        raise Refused("\n".join(["This is not done:", *refusals]))
    if options.dry_run or not deployment.agreed("\nDo it?"):
        stack.forget(name)
        print("Nothing was changed.")
        return 0 if options.dry_run else 1
    stack.execute(name, print)
    return _finished(deployment)


def _parameters_changed(deployment: Deployment) -> list[str]:
    before = deployment.stack.parameters
    pairs = [(name, before.get(name), value) for name, value in deployment.values.items() if name in before]
    return [f"   parameter {name}: {old!r} becomes {new!r}" for name, old, new in pairs if old != new]


def _finished(deployment: Deployment) -> int:
    """What was made, and what is to be done now."""
    account, stack, values = deployment.account, deployment.stack, deployment.values
    outputs = stack.look().outputs
    stack.protect(True)
    print("\nOutputs:", *(f"   {name}: {value}" for name, value in sorted(outputs.items())), sep="\n")
    if "UserPoolId" in outputs and values.get("FirstAdministrator"):
        print(f"\n{afterwards.invite(account, outputs['UserPoolId'], values['FirstAdministrator'])}")
    if found := list(afterwards.records(account, values, outputs)):
        print("\nDNS records to make:", *(f"   {one}" for one in found), sep="\n")
    good, words = afterwards.try_portal(account, outputs["PortalUrl"], tries=1 if found else afterwards.TRIES)
    print(f"\n{words}")
    if not good:
        print("Once it does, sign in there. If it goes on like this: docs/operations.md.")
    print("\nNext: sign in as the first administrator, bring people in, adopt what they have (docs/deploying.md).")
    return 0 if good or found else 1
