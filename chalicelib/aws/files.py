"""Objects in the bucket: frozen plans, imports, reports, exports."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from chalicelib.aws.clients import client
from chalicelib.domain import errors

NAMES = "holds=names"
_CHUNK = 256 * 1024
_UPLOADS = 5  # tries, while others upload to the same key
_ATTEMPTS = 3


def whole_object(**place: str) -> bytes:
    """The bytes of an object. botocore asks again where no answer came, but not where one broke off half-way."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(HTTPClientError, IncompleteReadError):
            return bytes(client("s3").get_object(**place)["Body"].read())
    return bytes(client("s3").get_object(**place)["Body"].read())


def put_unless_there(**asked: Any) -> bool:
    """PutObject for a key that has no object yet; False when it has one. Raises Throttled.

    While another upload of the key is under way S3 answers neither way: then nothing may be there in the end, so that
    it has to be asked again.
    """
    for _ in range(_UPLOADS):
        try:
            client("s3").put_object(**asked, IfNoneMatch="*")
        except ClientError as problem:
            code = problem.response["Error"]["Code"]
            if code in ("PreconditionFailed", "412"):
                return False
            if code != "ConditionalRequestConflict":
                raise
        else:
            return True
    raise errors.Throttled("Somebody else writes the same file. Try again in a moment.")


@dataclass(frozen=True)
class BucketFiles:
    """Implements ports.Files on S3."""

    bucket: str

    def put_once(self, key: str, data: bytes) -> bool:
        """Write unless the key exists; the bucket decides between two writers."""
        return put_unless_there(Bucket=self.bucket, Key=key, Body=data)

    def put(self, key: str, data: bytes, names: bool = False) -> None:
        """See ports.Files. A lifecycle rule of the bucket goes by the tag."""
        tagged = {"Tagging": NAMES} if names else {}
        client("s3").put_object(Bucket=self.bucket, Key=key, Body=data, **tagged)

    def get(self, key: str) -> bytes | None:
        """The whole object, or None when there is none."""
        try:
            return whole_object(Bucket=self.bucket, Key=key)
        except client("s3").exceptions.NoSuchKey:
            return None

    def lines(self, key: str) -> Iterator[str]:
        """The text of an object line by line, ends of line kept, a byte order mark dropped.

        Raises UnicodeDecodeError where it is not UTF-8.
        """
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        rest = ""
        for chunk in client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].iter_chunks(_CHUNK):
            *whole, rest = (rest + decoder.decode(chunk)).splitlines(keepends=True) or [""]
            if rest.endswith("\n"):
                whole.append(rest)
                rest = ""
            yield from whole
        rest += decoder.decode(b"", final=True)
        if rest:
            yield rest

    def upload_address(self, key: str) -> str:
        """A signed PUT address for one hour."""
        address: str = client("s3").generate_presigned_url(
            "put_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=3600
        )
        return address

    def download_address(self, key: str, name: str, minutes: int = 5) -> str:
        """A signed GET address."""
        disposition = f'attachment; filename="{name}"'
        address: str = client("s3").generate_presigned_url(
            "get_object",
            Params={"Bucket": self.bucket, "Key": key, "ResponseContentDisposition": disposition},
            ExpiresIn=minutes * 60,
        )
        return address

    def begin_parts(self, key: str) -> str:
        """See ports.Files."""
        kind = "text/csv; charset=utf-8"
        return str(client("s3").create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=kind)["UploadId"])

    def put_part(self, key: str, upload: str, number: int, data: bytes) -> None:
        """See ports.Files."""
        client("s3").upload_part(Bucket=self.bucket, Key=key, UploadId=upload, PartNumber=number, Body=data)

    def finish_parts(self, key: str, upload: str) -> None:
        """See ports.Files. An upload that is gone was finished by an earlier attempt, if the object is there."""
        where = {"Bucket": self.bucket, "Key": key}
        try:
            pages = client("s3").get_paginator("list_parts").paginate(**where, UploadId=upload)
            parts = [{"PartNumber": one["PartNumber"], "ETag": one["ETag"]} for page in pages for one in page["Parts"]]
            client("s3").complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
        except client("s3").exceptions.NoSuchUpload:
            client("s3").head_object(**where)
