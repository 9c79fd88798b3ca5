"""What is changed of the package before it goes to MiniStack: here, all of it, each with its reason. Nothing of the
product's code is changed, and `infrastructure/` knows nothing of this."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from local.resources import Aws

Json = dict[str, Any]
ANY = "x-amazon-apigateway-any-method"
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
ZONE = "Etc/Emulated"

# Real seconds the product waits: until decisions under way have arrived (here nobody else decides), and until another
# worker goes on with what one left lying (MiniStack kills functions under way that are updated; Lambda lets them end).
SHORTER = {
    "ACCESS_REVIEWS_CLOSING_WAIT_SECONDS": "2",
    "ACCESS_REVIEWS_STOP_DELAY_SECONDS": "1",
    "ACCESS_REVIEWS_INVOCATION_SECONDS": "8",
    "ACCESS_REVIEWS_LEASE_SECONDS": "10",
}


def is_beyond(resource: Json) -> bool:
    """Is this a resource that MiniStack refuses? Nothing depends on them here: alarms over metric math."""
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]


def for_emulator(template: str, code: str, settings: dict[str, str]) -> str:
    """The template as MiniStack takes it; `code` is where the zip lies.

    - MiniStack imports only methods by name, where API Gateway knows "any": each path gets the usual ones.
    - CloudFormation's `package` would put the address of the zip where Chalice wrote a file name.
    - `settings` of this test (the keys of its issuer, shorter waits) go to every function.
    - Resources it refuses are left out.
    - It takes the value of a parameter for text where CloudFormation reads a number: the worker's concurrency.
    """
    found: Json = json.loads(template.replace('"./deployment.zip"', json.dumps(code)))
    found["Resources"] = {name: one for name, one in found["Resources"].items() if not is_beyond(one)}
    for path in found["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"].values():
        whatever = path.pop(ANY)
        path |= {method: whatever for method in METHODS}
    events = found["Resources"]["Work"]["Properties"]["Events"]["WorkSqsEventSource"]["Properties"]
    named = events["ScalingConfig"]["MaximumConcurrency"]["Ref"]
    events["ScalingConfig"]["MaximumConcurrency"] = int(found["Parameters"][named]["Default"])
    found["Globals"]["Function"]["Environment"]["Variables"] |= settings
    return json.dumps(found)


def overlooked(aws: Aws, template: Json, physical: Callable[[str], str]) -> None:
    """Do what the template asks for and MiniStack's CloudFormation overlooks: Object Lock of buckets (the locks of the
    objects are the product's own doing) and point-in-time recovery of tables."""
    for name, one in template["Resources"].items():
        properties = one.get("Properties", {})
        if properties.get("ObjectLockEnabled"):
            aws.client("s3").put_object_lock_configuration(
                Bucket=physical(name), ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
            )
        if recovery := properties.get("PointInTimeRecoverySpecification"):
            aws.client("dynamodb").update_continuous_backups(
                TableName=physical(name), PointInTimeRecoverySpecification=recovery
            )


def answer_as_written(apis: Any, api: str, template: Json) -> None:
    """Give the API the refusals its template words: MiniStack's import overlooks them in a definition. They are in
    force with the next deployment of the API."""
    worded = template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"]
    for kind, one in worded.items():
        headers = one["ResponseParameters"]["Headers"].items()
        status = {"statusCode": str(one["StatusCode"])} if "StatusCode" in one else {}
        apis.put_gateway_response(
            restApiId=api,
            responseType=kind,
            responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers},
            responseTemplates=one["ResponseTemplates"],
            **status,
        )
    apis.create_deployment(restApiId=api, stageName="api")


def add_zone(package: Path, opens: datetime) -> None:
    """Give the package's time zones one more: there it is 23:59 at `opens`.

    A review opens at 23:59 of its zone (R49) and the deployed product has no clock to move, so the test would wait
    half an hour for the next zone of the earth. This is a row of data of `tzdata`, no code.
    """
    head = b"TZif" + b"1" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    with zipfile.ZipFile(package, "a") as zipped:
        names = zipped.read("tzdata/zones").decode()
        zipped.filelist.remove(zipped.NameToInfo.pop("tzdata/zones"))  # what is written below takes its place
        zipped.writestr(f"tzdata/zoneinfo/{ZONE}", head + struct.pack(">lbb", _offset(opens), 0, 0) + b"EMU\0")
        zipped.writestr("tzdata/zones", f"{names.rstrip()}\n{ZONE}\n")


def start_day(opens: datetime) -> date:
    """The date in that zone on which the review opens."""
    return (opens + timedelta(seconds=_offset(opens))).date()


def _offset(opens: datetime) -> int:
    """Seconds that the zone is ahead of UTC, within 12 hours as (nearly all) zones of the earth."""
    ahead = round((datetime.combine(opens.date(), time(23, 59), UTC) - opens).total_seconds())
    return ahead if ahead <= 43_200 else ahead - 86_400
