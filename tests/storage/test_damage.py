"""An answer that was cut short is not read as "there is nothing" (P3, P4), and a file that broke off is read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from zlib import crc32

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ResponseStreamingError
from botocore.retries.standard import ExponentialBackoff
from pynamodb.exceptions import GetError

from chalicelib import bootstrap
from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import ReviewRow
from tests.simulation.worlds import simulated

ROW = {"pk": {"S": "J#one"}, "sk": {"S": "J"}, "v": {"N": "1"}, "data": {"S": "{}"}}


class _Body(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def _answering(*cuts: int | None) -> Iterator[list[int | None]]:
    """GetItem answers with this many bytes of the row's body each time, None for all."""
    left = list(cuts)

    def answer(request: Any, **_: Any) -> AWSResponse:
        body = json.dumps({"Item": ROW}).encode()
        headers = {"x-amz-crc32": str(crc32(body)), "content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, _Body(body[: left.pop(0)]))

    events = raw_client(ReviewRow).meta.events
    events.register_first("before-send.dynamodb.GetItem", answer)
    try:
        yield left
    finally:
        events.unregister("before-send.dynamodb.GetItem", answer)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.0)


def _read() -> Any:
    return ReviewRow.get("J#one", "J", consistent_read=True).sk


def test_a_row_whose_answer_was_cut_short_is_asked_for_again() -> None:
    with _answering(20, None) as left:
        assert _read() == "J" and left == []


def test_a_row_that_never_arrives_whole_does_not_pass_for_none() -> None:
    with _answering(20, 20, 20, 20, None), pytest.raises(GetError) as raised:
        _read()
    refused = bootstrap.as_refusal(raised.value)
    assert refused is not None and refused.status == 503


class _BreaksOff:
    def read(self) -> bytes:
        raise ResponseStreamingError(error="connection reset")


@pytest.mark.parametrize(("broken", "found"), [(2, b"plan"), (3, None)])
def test_a_file_that_breaks_off_half_way_is_read_again_a_few_times(broken: int, found: bytes | None) -> None:
    with simulated("memory") as one:
        files, left = one.world.services.files, [broken]
        files.put("plan", b"plan")

        def break_off(call: Any, proceed: Any) -> Any:
            answer = proceed()
            if call.operation == "GetObject" and left[0]:
                left[0] -= 1
                answer["Body"] = _BreaksOff()
            return answer

        with one.point.hooked(break_off):
            if found is None:
                with pytest.raises(ResponseStreamingError):
                    files.get("plan")
            else:
                assert files.get("plan") == found
