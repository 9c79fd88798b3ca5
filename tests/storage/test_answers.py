"""What msgspec reads of an answer is what botocore would have read."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.parsers import JSONParser

from chalicelib.storage.answers import take

ROW: dict[str, Any] = {
    "text": {"S": "Zoë \u2028"},
    "number": {"N": "-1.50E+3"},
    "bytes": {"B": "AP8="},
    "yes": {"BOOL": False},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1"]},
    "blobs": {"BS": ["AQI=", ""]},
    "list": {"L": [{"S": "x"}, {"M": {"inner": {"B": "AQ=="}}}, {"L": []}]},
    "map": {"M": {}},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "GetItem": {"Item": ROW, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}},
    "BatchGetItem": {
        "Responses": {"t": [ROW, {}]},
        "UnprocessedKeys": {"t": {"Keys": [{"pk": {"S": "a"}}], "ConsistentRead": True}},
    },
    "Query": {"Items": [ROW, ROW], "Count": 2, "ScannedCount": 7, "LastEvaluatedKey": {"pk": {"S": "a"}}},
    "Scan": {"Items": [], "Count": 0, "ScannedCount": 0},
}


def _shape(operation: str) -> Any:
    return botocore.session.get_session().get_service_model("dynamodb").operation_model(operation).output_shape


def _response(body: bytes, status: int = 200) -> dict[str, Any]:
    return {"status_code": status, "headers": {}, "body": body}


@pytest.mark.parametrize("operation", ANSWERS)
def test_every_kind_of_value_is_read_as_botocore_reads_it(operation: str) -> None:
    body = json.dumps(ANSWERS[operation]).encode()
    whole = JSONParser().parse(_response(body), _shape(operation))
    found: dict[str, Any] = {}
    left = _response(body)
    take(left, found)
    assert JSONParser().parse(left, _shape(operation)) | found == whole


@pytest.mark.parametrize(
    ("body", "status"), [(b'{"Items": [{"pk', 200), (b'{"__type": "x#Throttled"}', 400), (b"\xff", 200)]
)
def test_what_is_damaged_or_refused_is_left_to_botocore(body: bytes, status: int) -> None:
    found: dict[str, Any] = {}
    left = _response(body, status)
    take(left, found)
    assert found == {} and left["body"] == body
