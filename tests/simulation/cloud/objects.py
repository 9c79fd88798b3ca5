"""S3: objects with versions, put-once, parts, and Object Lock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from botocore.response import StreamingBody

from tests.simulation.cloud.values import Refused

Wire = dict[str, Any]
Place = tuple[str, str]  # bucket and key
LEAST_PART = 5 * 1024 * 1024
_LOCK = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object; `data` None is a delete marker."""

    id: str
    data: bytes | None
    at: datetime
    more: Wire

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.data or b"", usedforsecurity=False).hexdigest()}"'


class ObjectStore:
    """Buckets. `least_part` is what a part but the last has at least."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.buckets: dict[str, Wire] = {}
        self.objects: dict[Place, tuple[Version, ...]] = {}
        self.uploads: dict[str, tuple[Place, Wire, dict[int, bytes]]] = {}
        self.least_part = LEAST_PART
        self.numbers = 0

    def create_bucket(self, request: Wire) -> Wire:
        self.buckets[request["Bucket"]] = request
        return {"Location": f"/{request['Bucket']}"}

    def head_bucket(self, request: Wire) -> Wire:
        self._bucket(request)
        return {}

    def put_object_lock_configuration(self, request: Wire) -> Wire:
        bucket = self.buckets[self._bucket(request)]
        self.buckets[request["Bucket"]] = {**bucket, "lock": request["ObjectLockConfiguration"]}
        return {}

    def get_object_lock_configuration(self, request: Wire) -> Wire:
        bucket = self.buckets[self._bucket(request)]
        found = bucket.get("lock")
        if bucket.get("ObjectLockEnabledForBucket"):
            found = {"ObjectLockEnabled": "Enabled", **(found or {})}
        if found is None:
            raise Refused("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist", 404)
        return {"ObjectLockConfiguration": found}

    # objects ----------------------------------------------------------------------------------------------
    def put_object(self, request: Wire) -> Wire:
        body = request.get("Body", b"")
        data = (
            body.encode()
            if isinstance(body, str)
            else bytes(body)
            if isinstance(body, bytes | bytearray)
            else body.read()
        )
        if request.get("IfNoneMatch") == "*" and self._present(self._place(request)):
            raise Refused("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
        version = self._add(self._place(request), data, request)
        return {"ETag": version.etag, "VersionId": version.id}

    def get_object(self, request: Wire) -> Wire:
        found = self._found(request, "NoSuchKey", "The specified key does not exist.")
        data = found.data or b""
        return {**_head(found), "Body": StreamingBody(BytesIO(data), len(data))}

    def head_object(self, request: Wire) -> Wire:
        return _head(self._found(request, "404", "Not Found"))

    def delete_object(self, request: Wire) -> Wire:
        place, wanted = self._place(request), request.get("VersionId")
        versions = self.objects.get(place, ())
        if wanted is None:
            return {"DeleteMarker": True, "VersionId": self._add(place, None, {}).id}
        if any(one.id == wanted and self._locked(one, request) for one in versions):
            raise Refused("AccessDenied", "Access Denied because object protected by object lock.", 403)
        self.objects[place] = tuple(one for one in versions if one.id != wanted)
        return {"VersionId": wanted}

    def _locked(self, version: Version, request: Wire) -> bool:
        until = version.more.get("ObjectLockRetainUntilDate")
        if until is None or until.timestamp() <= self.now():
            return False
        return version.more["ObjectLockMode"] == "COMPLIANCE" or not request.get("BypassGovernanceRetention")

    def put_object_retention(self, request: Wire) -> Wire:
        place, found = self._place(request), self._found(request, "NoSuchKey", "The specified key does not exist.")
        asked = request["Retention"]
        before = found.more.get("ObjectLockRetainUntilDate")
        if before and asked["RetainUntilDate"] < before and self._locked(found, request):
            raise Refused("AccessDenied", "Access Denied because object protected by object lock.", 403)
        lock = {"ObjectLockMode": asked["Mode"], "ObjectLockRetainUntilDate": asked["RetainUntilDate"]}
        longer = replace(found, more={**found.more, **lock})
        self.objects[place] = tuple(longer if one is found else one for one in self.objects[place])
        return {}

    def get_object_retention(self, request: Wire) -> Wire:
        lock = self._found(request, "NoSuchKey", "The specified key does not exist.").more
        if "ObjectLockMode" not in lock:
            raise Refused("NoSuchObjectLockConfiguration", "The specified object does not have a retention", 404)
        until = lock["ObjectLockRetainUntilDate"]
        return {"Retention": {"Mode": lock["ObjectLockMode"], "RetainUntilDate": until}}

    def list_objects_v2(self, request: Wire) -> Wire:
        bucket, prefix = self._bucket(request), request.get("Prefix", "")
        after = request.get("ContinuationToken") or request.get("StartAfter", "")
        keys = sorted(k for b, k in self.objects if b == bucket and k.startswith(prefix) and k > after)
        live = [key for key in keys if self._present((bucket, key))]
        page = live[: request.get("MaxKeys", 1000)]
        listed = [{"Key": key, "Size": len(self.objects[bucket, key][-1].data or b"")} for key in page]
        more = {"NextContinuationToken": page[-1]} if len(page) < len(live) else {}
        return {"Contents": listed, "KeyCount": len(page), "IsTruncated": bool(more), **more}

    def list_object_versions(self, request: Wire) -> Wire:
        bucket, prefix = self._bucket(request), request.get("Prefix", "")
        every = [(key, one) for (b, key), many in sorted(self.objects.items()) if b == bucket for one in reversed(many)]
        named = [
            {"Key": key, "VersionId": one.id} for key, one in every if key.startswith(prefix) and one.data is not None
        ]
        return {"Versions": named, "IsTruncated": False}

    # parts ------------------------------------------------------------------------------------------------
    def create_multipart_upload(self, request: Wire) -> Wire:
        place, upload = self._place(request), self._number("upload")
        self.uploads[upload] = (place, request, {})
        return {"UploadId": upload, "Bucket": place[0], "Key": place[1]}

    def upload_part(self, request: Wire) -> Wire:
        place, how, parts = self._upload(request)
        data = bytes(request["Body"])
        self.uploads[request["UploadId"]] = (place, how, {**parts, request["PartNumber"]: data})
        return {"ETag": Version("", data, _EPOCH, {}).etag}

    def list_parts(self, request: Wire) -> Wire:
        parts = self._upload(request)[2]
        after = int(request.get("PartNumberMarker", 0))
        page = [number for number in sorted(parts) if number > after][: request.get("MaxParts", 1000)]
        listed = [{"PartNumber": one, "ETag": Version("", parts[one], _EPOCH, {}).etag} for one in page]
        more = bool(page) and page[-1] != max(parts)
        return {"Parts": listed, "IsTruncated": more, "NextPartNumberMarker": page[-1] if page else 0}

    def complete_multipart_upload(self, request: Wire) -> Wire:
        place, how, parts = self._upload(request)
        if request.get("IfNoneMatch") == "*" and self._present(place):
            raise Refused("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
        named = [one["PartNumber"] for one in request["MultipartUpload"]["Parts"]]
        if not named or any(number not in parts for number in named):
            raise Refused("InvalidPart", "One or more of the specified parts could not be found")
        if named != sorted(set(named)):
            raise Refused("InvalidPartOrder", "The list of parts was not in ascending order")
        if any(len(parts[number]) < self.least_part for number in named[:-1]):
            raise Refused("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size")
        version = self._add(place, b"".join(parts[number] for number in named), how)
        del self.uploads[request["UploadId"]]
        return {"ETag": version.etag, "VersionId": version.id}

    def abort_multipart_upload(self, request: Wire) -> Wire:
        self._upload(request)
        del self.uploads[request["UploadId"]]
        return {}

    def _upload(self, request: Wire) -> tuple[Place, Wire, dict[int, bytes]]:
        if request["UploadId"] not in self.uploads:
            raise Refused("NoSuchUpload", "The specified multipart upload does not exist.", 404)
        return self.uploads[request["UploadId"]]

    def _bucket(self, request: Wire) -> str:
        name = str(request["Bucket"])
        if name not in self.buckets:
            raise Refused("NoSuchBucket", "The specified bucket does not exist", 404)
        return name

    def _place(self, request: Wire) -> Place:
        return self._bucket(request), str(request["Key"])

    def _present(self, place: Place) -> bool:
        versions = self.objects.get(place)
        return bool(versions) and versions[-1].data is not None

    def _found(self, request: Wire, code: str, message: str) -> Version:
        wanted = request.get("VersionId")
        versions = self.objects.get(self._place(request), ())
        found = [one for one in versions if wanted in (None, one.id)]
        if not found or found[-1].data is None:
            raise Refused(code, message, 404)
        return found[-1]

    def _add(self, place: Place, data: bytes | None, request: Wire) -> Version:
        names = (*_LOCK, "ContentType", "Metadata", "ContentDisposition")
        more = {name: request[name] for name in names if name in request}
        version = Version(self._number("version"), data, datetime.fromtimestamp(self.now(), UTC), more)
        self.objects[place] = (*self.objects.get(place, ()), version)
        return version

    def _number(self, what: str) -> str:
        self.numbers += 1
        return f"{what}-{self.numbers}"

    def freeze(self) -> Any:
        return dict(self.buckets), dict(self.objects), dict(self.uploads), self.numbers

    def restore(self, frozen: Any) -> None:
        buckets, objects, uploads, self.numbers = frozen
        self.buckets, self.objects, self.uploads = dict(buckets), dict(objects), dict(uploads)


_EPOCH = datetime.fromtimestamp(0, UTC)


def _head(found: Version) -> Wire:
    return {
        "ContentLength": len(found.data or b""),
        "ETag": found.etag,
        "VersionId": found.id,
        "LastModified": found.at,
        **found.more,
    }
