"""An evidence pack as a stream of bytes that is made stretch by stretch, so that a killed worker goes on with it.

The cursor between two stretches has all there is to know of those before: the list of files that a zip ends with, and
what the summary counted. It grows by a line for each file, of which there are two for 16,384 rows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from chalicelib.domain import csv_text, ids, pack_numbers, packs, zips
from chalicelib.domain.agenda import Job
from chalicelib.domain.csv_text import Column, Row
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.items import canonical
from chalicelib.domain.packs import PART_ROWS, Sample
from chalicelib.domain.people import Actor
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.domain.seal_rows import ITEMS, NOTICES, RESULT_NOTICES
from chalicelib.domain.seals import Sealed, fingerprint, pem, statement_key
from chalicelib.usecases.list_items import sees_all
from chalicelib.usecases.pack_rows import PackRow, SealedTable, pack_rows, sampled
from chalicelib.usecases.ports import Overview, Services
from chalicelib.usecases.roles import named

_NAMED = 100  # deciders whose names the summary has


class Progress(msgspec.Struct, array_like=True):
    """Where a pack stands: the next stretch, the files so far, their bytes, and what was counted."""

    stretch: int = 0
    files: list[zips.Entry] = []
    size: int = 0
    numbers: dict[str, Any] = {}


class _Stretch:
    """Files as they are put behind those that are in the pack already."""

    def __init__(self, at: Progress) -> None:
        self.at, self.data = at, bytearray()

    def add(self, name: str, content: bytes) -> None:
        """Put a file that is there as a whole."""
        file = zips.Deflating()
        file.add(content)
        self.put(name, file)

    def put(self, name: str, file: zips.Deflating) -> None:
        """Put a file. Raises InvalidInput when the pack becomes too large for a zip."""
        entry, content = file.packed(name, self.at.size)
        self.at.files.append(entry)
        self._append(content)

    def finish(self) -> None:
        """End the zip."""
        self._append(zips.ending(self.at.files, self.at.size))

    def _append(self, content: bytes) -> None:
        self.data += content
        self.at.size += len(content)
        if self.at.size > zips.MOST_BYTES:
            raise InvalidInput("The pack would have more than 4 GiB. Ask for samples.")


class PackSource:
    """Implements exports.Source: its rows are bytes, so it has no columns. `seals` are those the pack was asked for
    with. Raises InvalidInput when the asker may not see all of the review any more."""

    columns: Sequence[Column] = ()

    def __init__(self, services: Services, actor: Actor, instance: ReviewInstance, job: Job) -> None:
        if not sees_all(actor, instance):
            raise InvalidInput("Whoever asked for this evidence may not see it any more.")
        self._services, self._actor, self._instance, self._job = services, actor, instance, job
        self._sample = sample_of(job)

    def read(self, cursor: str) -> tuple[Sequence[Row], str | None]:
        """See exports.Source."""
        at = msgspec.json.decode(cursor, type=Progress) if cursor else Progress()
        packing = _Stretch(at)
        if at.stretch == 0:
            self._papers(packing)
        elif at.stretch <= len(self._parts):
            self._part(packing, *self._parts[at.stretch - 1])
        else:
            self._end(packing)
        done = at.stretch > len(self._parts)
        at.stretch += 1
        return [bytes(packing.data)], None if done else msgspec.json.encode(at).decode()

    @cached_property
    def _seals(self) -> list[Sealed]:
        numbers = [int(one) for one in self._job.arguments["seals"].split(",")]
        found = [self._services.vault.get(statement_key(number)) for number in numbers]
        return [Sealed.of_data(one) for one in found if one is not None]

    @cached_property
    def _tables(self) -> list[SealedTable]:
        return [
            SealedTable(self._services, seal.statement, name)
            for seal in self._seals
            for name in sorted(seal.statement.tables)
        ]

    @cached_property
    def _parts(self) -> list[tuple[SealedTable, int]]:
        """Every file of rows: a sample has one of each table, else they have so many rows each."""
        sizes = [(table, 1 if self._sample.told else -(-max(table.count, 1) // PART_ROWS)) for table in self._tables]
        return [(table, part) for table, parts in sizes for part in range(parts)]

    def _papers(self, to: _Stretch) -> None:
        """Everything but rows and what depends on them."""
        services, first, last = self._services, self._seals[0], self._seals[-1]
        links = services.seals.links(first.statement.sequence, last.statement.sequence)
        chain = {"before": first.previous, "statements": [[one.sequence, one.statement_hash] for one in links]}
        to.add("README.txt", packs.README.encode())
        to.add("verify_evidence.py", services.papers.verifier())
        to.add("key.pem", pem(services.signer.public_key()).encode())
        to.add("chain.json", canonical(chain))
        for seal in self._seals:
            to.add(statement_key(seal.statement.sequence), seal.data())

    def _part(self, to: _Stretch, table: SealedTable, part: int) -> None:
        """One file of rows and the CSV of it, packed row by row."""
        columns = packs.columns_of(table.name)
        data, csv = zips.Deflating(), zips.Deflating()
        csv.add(csv_text.heading(columns))
        for row in self._rows(table, part):
            data.add(packs.line(row))
            csv.add(csv_text.lines(columns, [packs.cells(table.name, row)]))
            if table.name == ITEMS:
                pack_numbers.count(to.at.numbers, row)
            elif table.name in (NOTICES, RESULT_NOTICES):
                pack_numbers.count_mail(to.at.numbers, table.name, row)
        to.put(packs.data_name(table.name, part), data)
        to.put(packs.csv_name(table.name, part), csv)

    def _rows(self, table: SealedTable, part: int) -> Iterator[PackRow]:
        if not self._sample.told:
            yield from pack_rows(table, table.rows(part * PART_ROWS, (part + 1) * PART_ROWS))
            return
        for row in pack_rows(table, self._sampled[table.name]):
            yield row | {"proof": table.proof(row["index"])}

    @cached_property
    def _sampled(self) -> dict[str, Any]:
        return sampled(self._tables, self._sample)

    def _end(self, to: _Stretch) -> None:
        """The summary, the signed list of files, and the end of the zip."""
        services = self._services
        public = services.signer.public_key()
        told = self._manifest(to.at)
        overview = Overview(
            title=told["title"],
            manifest=told,
            review=self._about(),
            seals=self._seals,
            fingerprint=fingerprint(public),
            numbers=to.at.numbers,
            names=self._names(to.at.numbers),
            columns=packs.columns_of(ITEMS),
            sampled=self._shown() if self._sample.told else None,
        )
        to.add("summary.html", services.papers.summary(overview))
        told["files"] = {one.name: one.hash for one in to.at.files}
        manifest = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False).encode()
        signature = services.signer.sign(packs.signed_text(manifest).encode())
        to.add("pack.json", manifest)
        to.add("pack.sig", base64.b64encode(signature))
        to.finish()

    def _manifest(self, at: Progress) -> dict[str, Any]:
        instance, job = self._instance, self._job
        return {
            "format": packs.FORMAT,
            "title": instance.name,
            "review": instance.id,
            "series": instance.definition_id,
            "made": f"{job.created:%Y-%m-%dT%H:%M:%SZ}",
            "for": {"id": self._actor.id, "name": self._actor.display_name},
            "sample": self._sample.told,
        }

    def _about(self) -> dict[str, Any]:
        instance = self._instance
        return {"package": instance.package_name, "policy": instance.policy_name, "number": instance.number}

    def _shown(self) -> list[Row]:
        table = next(one for one in self._tables if one.name == ITEMS)
        return [packs.cells(ITEMS, row) for row in pack_rows(table, self._sampled[ITEMS])]

    def _names(self, numbers: Mapping[str, Any]) -> dict[str, Sequence[str]]:
        """Of those who decided most, and of everybody a statement names."""
        most = sorted(numbers.get("deciders", {}).items(), key=lambda one: (-sum(one[1]), one[0]))[:_NAMED]
        wanted = {one for one, _ in most} | set().union(*(_guids(one.statement.facts) for one in self._seals))
        found = named(self._services, wanted)
        return {one: [user.display_name, user.principal_name] for one, user in sorted(found.items())}


def sample_of(job: Job) -> Sample:
    """Which items a job's pack is about."""
    told = job.arguments
    items = tuple(filter(None, told.get("items", "").split(",")))
    return Sample(items=items, size=int(told.get("size", "0")), seed=told.get("seed", ""))


def _guids(value: Any) -> set[str]:
    """Everything in a statement that may be somebody's id."""
    if isinstance(value, Mapping):
        return set().union(*(_guids(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*map(_guids, value))
    return {value} if isinstance(value, str) and ids.is_guid(value) else set()
