"""The records of a table's stream, as Lambda gets them."""

from __future__ import annotations

from typing import Any

from tests.simulation.cloud.tables import Change, Table


def records(table: Table) -> list[dict[str, Any]]:
    """Every record since the table was made. Nothing when it has no stream."""
    view = table.description.get("StreamSpecification", {}).get("StreamViewType")
    return [_record(table, change, view) for change in table.changes] if view else []


def _record(table: Table, change: Change, view: str) -> dict[str, Any]:
    names = {(False, True): "INSERT", (True, True): "MODIFY", (True, False): "REMOVE"}
    told: dict[str, Any] = {
        "StreamViewType": view,
        "ApproximateCreationDateTime": change.at,
        "SequenceNumber": str(100_000_000_000_000_000_000 + change.number),
        "Keys": {name: {"S": key} for name, key in zip(table.schema.names, change.place, strict=True)},
        "SizeBytes": sum(image.size for image in (change.old, change.new) if image),
    }
    if change.new:
        told["NewImage"] = dict(change.new.item)
    if change.old and view == "NEW_AND_OLD_IMAGES":
        told["OldImage"] = dict(change.old.item)
    return {
        "eventID": f"{table.name}-{change.number}",
        "eventName": names[change.old is not None, change.new is not None],
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.0",
        "eventSourceARN": f"{table.description['TableArn']}/stream/1",
        "awsRegion": "us-east-1",
        "dynamodb": told,
    }
