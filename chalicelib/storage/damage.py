"""Answers of DynamoDB that arrived damaged. botocore asks again for those, but takes the last one as it is, and reads
what was cut short as an empty answer: a row that is there would seem not to be."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from botocore import handlers
from botocore.exceptions import ChecksumError

_HEADER = "x-amz-crc32"


def refuse_damaged(http_response: Any, **_: Any) -> None:
    """Raise ChecksumError where the body is not what DynamoDB says it sent."""
    wanted = http_response.headers.get(_HEADER)
    if wanted is None:
        return
    found = crc32(http_response.content)
    if found != int(wanted):
        raise ChecksumError(checksum_type="crc32", expected_checksum=int(wanted), actual_checksum=found)


def install() -> None:
    """For every botocore session made from now on: PynamoDB makes its own, one a thread, where nobody can reach it."""
    wanted = ("after-call.dynamodb", refuse_damaged)
    if wanted not in handlers.BUILTIN_HANDLERS:
        handlers.BUILTIN_HANDLERS.append(wanted)
