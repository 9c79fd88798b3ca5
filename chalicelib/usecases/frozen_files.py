"""The files of a frozen population in the bucket: their shapes, and reading them.

reviews/{instance}/panels.json             the named, owning and fallback reviewers
reviews/{instance}/chunk/{n}.json          manifest: attempt, next position, shared totals, count
reviews/{instance}/chunk/{n}/{attempt}/{bucket}.json   {"rows": [...], "reviewers": {id: [name, principal name]}}
reviews/{instance}/chunk/{n}/{attempt}/facts.json      {assignment: what the next review compares with}
reviews/{instance}/target/...              the comparison with systems outside: usecases/comparison_files
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from chalicelib.domain import ids
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.ports import Services


class Frozen(msgspec.Struct, array_like=True):
    """One person of the population, as frozen."""

    assignment: str
    principal: str
    name: str
    principal_name: str
    user_type: str
    job_title: str
    department: str
    assigned: int
    last_sign_in: int | None
    recommendation: str
    why: str
    set_id: str
    shards: int
    salt: str
    never_signed_in: bool = False
    sign_in_as_of: int | None = None
    changes: list[str] = []
    manager: str = ""
    manager_name: str = ""
    resource: str = ""
    last_used: int | None = None
    mail: str = ""


class Facts(msgspec.Struct, array_like=True, frozen=True):
    """What the next review of the series compares an assignment with."""

    manager: str
    department: str
    ends: int | None


class Bucket(msgspec.Struct):
    """The rows of one chunk that belong to one bucket, and the names of their sets' single reviewers."""

    rows: list[Frozen] = []
    reviewers: dict[str, tuple[str, str]] = {}


class Manifest(msgspec.Struct):
    """What commits a chunk. `together`: all shards of a set lie in one bucket; early builds parted them."""

    attempt: str
    after: str | None
    count: int
    seen: int
    shared: dict[str, int]
    together: bool = False


class Panels(msgspec.Struct):
    """Reviewers asked together, by id."""

    primary_role: str
    primary: list[str]
    fallback: list[str]
    counted: int


def folder(instance_id: str) -> str:
    """Where the frozen files of an instance lie in the bucket."""
    return f"reviews/{instance_id}"


def manifest_of(services: Services, instance_id: str, chunk: int) -> Manifest | None:
    """The manifest of a committed chunk; None when there is no such chunk."""
    stored = services.files.get(f"{folder(instance_id)}/chunk/{chunk}.json")
    return msgspec.json.decode(stored, type=Manifest) if stored else None


def _part(services: Services, instance_id: str, chunk: int, name: str) -> bytes | None:
    manifest = manifest_of(services, instance_id, chunk)
    if manifest is None:
        return None
    return services.files.get(f"{folder(instance_id)}/chunk/{chunk}/{manifest.attempt}/{name}.json")


def bucket_rows(services: Services, instance_id: str, chunk: int, number: int) -> Bucket:
    """The frozen bucket of a committed chunk; empty when the chunk has nothing for it."""
    data = _part(services, instance_id, chunk, str(number))
    return msgspec.json.decode(data, type=Bucket) if data else Bucket()


@dataclass
class Reading:
    """Reads the buckets of a frozen population, each manifest once."""

    services: Services
    instance_id: str
    manifests: dict[int, Manifest | None] = field(default_factory=dict)

    def manifest(self, chunk: int) -> Manifest | None:
        """See `manifest_of`. A manifest never changes."""
        if chunk not in self.manifests:
            self.manifests[chunk] = manifest_of(self.services, self.instance_id, chunk)
        return self.manifests[chunk]

    def bucket(self, chunk: int, number: int) -> Bucket:
        """See `bucket_rows`."""
        manifest = self.manifest(chunk)
        where = f"{folder(self.instance_id)}/chunk/{chunk}/{manifest.attempt}/{number}.json" if manifest else ""
        data = self.services.files.get(where) if where else None
        return msgspec.json.decode(data, type=Bucket) if data else Bucket()


def bucket_of(set_id: str, buckets: int, shard: str = "00") -> int:
    """The bucket in which the rows of a set lie. All shards of a set lie in one, so that its items are written to
    many partitions at a time and none gets more than it takes."""
    return int(ids.digest(set_id, shard)[:8], 16) % buckets


def rows_of_chunk(services: Services, instance_id: str, chunk: int, buckets: int) -> Iterator[Frozen]:
    """Everybody of a committed chunk, bucket after bucket."""
    for number in range(buckets):
        yield from bucket_rows(services, instance_id, chunk, number).rows


def facts_of(services: Services, instance_id: str, chunk: int) -> dict[str, Facts]:
    """What the next review compares with, by assignment; nothing for a chunk that is none."""
    data = _part(services, instance_id, chunk, "facts")
    return msgspec.json.decode(data, type=dict[str, Facts]) if data else {}


def chunk_of(services: Services, instance: ReviewInstance, assignment_id: str) -> int | None:
    """The chunk whose range of assignment ids holds this one: doubling steps, then halving."""
    low, high = -1, 0  # the wanted chunk lies behind `low`
    while not _reaches(services, instance, high, assignment_id):
        low, high = high, 2 * high + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _reaches(services, instance, middle, assignment_id):
            high = middle
        else:
            low = middle
    return high if manifest_of(services, instance.id, high) else None


def _reaches(services: Services, instance: ReviewInstance, chunk: int, assignment_id: str) -> bool:
    """Does the population up to this chunk reach as far as the assignment? True behind the last chunk."""
    manifest = manifest_of(services, instance.id, chunk)
    return manifest is None or manifest.after is None or assignment_id <= manifest.after
