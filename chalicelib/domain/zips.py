"""A zip written front to back in bounded memory: each file whole, and the list of all files at its end.

The same files give the same bytes wherever and whenever they are packed: no clock, no machine, no user is in them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

MOST_BYTES = 0xFFFF_FFFE  # what the plain format can address; most programs stumble over the larger one
_VERSION, _UTF8, _DEFLATED = 20, 0x0800, 8
_DAY, _TIME = 0x0021, 0  # 1980-01-01 00:00, the first moment a zip can tell
_FILE_MODE = 0o100644 << 16
_UNIX = 3 << 8 | _VERSION


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the zip: checksum, packed and real size, where it begins, and the SHA-256 of what is in it."""

    name: str
    crc: int
    packed: int
    size: int
    offset: int
    hash: str


class Deflating:
    """A file that is packed as it comes, so that only its packed form is ever held as a whole."""

    def __init__(self) -> None:
        self._deflate, self._digest = zlib.compressobj(9, zlib.DEFLATED, -15), sha256()
        self._crc, self._size, self._body = 0, 0, bytearray()

    def add(self, chunk: bytes) -> None:
        """Append to the file."""
        self._digest.update(chunk)
        self._crc, self._size = zlib.crc32(chunk, self._crc), self._size + len(chunk)
        self._body += self._deflate.compress(chunk)

    def packed(self, name: str, offset: int) -> tuple[Entry, bytes]:
        """The file, whole, as it stands in the zip from `offset` on."""
        self._body += self._deflate.flush()
        entry = Entry(name, self._crc, len(self._body), self._size, offset, self._digest.hexdigest())
        return entry, struct.pack("<I", 0x04034B50) + _facts(entry) + name.encode() + bytes(self._body)


def ending(entries: Sequence[Entry], offset: int) -> bytes:
    """The list of the files, which the zip ends with and which begins at `offset`."""
    listed = b"".join(_listed(entry) for entry in entries)
    number = len(entries)
    return listed + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, number, number, len(listed), offset, 0)


def _listed(entry: Entry) -> bytes:
    rest = struct.pack("<HHHII", 0, 0, 0, _FILE_MODE, entry.offset)
    return struct.pack("<IH", 0x02014B50, _UNIX) + _facts(entry) + rest + entry.name.encode()


def _facts(entry: Entry) -> bytes:
    """What stands before a file and in the list alike."""
    how = (_VERSION, _UTF8, _DEFLATED, _TIME, _DAY)
    return struct.pack("<HHHHHIIIHH", *how, entry.crc, entry.packed, entry.size, len(entry.name.encode()), 0)
