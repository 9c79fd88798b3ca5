"""Merkle trees as RFC 6962 grows them: a leaf is hashed after 0x00, a node after 0x01, a tree splits at the largest
power of two below its size.

`Growth` takes leaves as they come and remembers one hash for each bit of their number, so a tree over any number of
rows is built in a few hundred bytes and goes on where a killed worker left it. `BLOCK` is a power of two: each block
of leaves is a tree of its own, and the whole is a tree over the blocks. So a proof needs one block and a root each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from chalicelib.domain.items import canonical

BLOCK = 4_096  # leaves of a block
SIZE = 32  # bytes of a hash
LEFT, RIGHT = "left", "right"
EMPTY = sha256(b"").digest()


def leaf(salt: bytes, record: Any) -> bytes:
    """The hash of a row: SHA-256 over 0x00, its salt and the canonical form of its record."""
    return sha256(b"\0" + salt + canonical(record)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Growth:
    """A tree that grows at its end: how many leaves it has, and the roots of its full subtrees, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> Growth:
        """This tree with more leaves at its end."""
        size, peaks = self.size, list(self.peaks)
        for one in leaves:
            full = size
            while full & 1:  # the new leaf completes a subtree for each bit that is carried
                one, full = node(peaks.pop(), one), full >> 1
            peaks.append(one)
            size += 1
        return Growth(size, tuple(peaks))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.peaks:
            return EMPTY
        *rest, found = self.peaks
        for peak in reversed(rest):
            found = node(peak, found)
        return found

    def text(self) -> str:
        """As it is stored: the size and the peaks in hex."""
        return f"{self.size}:{b''.join(self.peaks).hex()}"

    @staticmethod
    def of_text(text: str) -> Growth:
        """What `text` gave; the empty tree for ""."""
        size, _, peaks = (text or "0:").partition(":")
        return Growth(int(size), hashes(bytes.fromhex(peaks)))


def hashes(data: bytes) -> tuple[bytes, ...]:
    """The hashes written one behind the other."""
    return tuple(data[start : start + SIZE] for start in range(0, len(data), SIZE))


def root(leaves: Iterable[bytes]) -> bytes:
    """The root of a tree over these leaves (or over the roots of blocks)."""
    return Growth().grown(leaves).root()


@dataclass(frozen=True, slots=True)
class Step:
    """One hash of an inclusion proof, and on which side of the path it stands."""

    side: str
    hash: bytes


def proof(leaves: Sequence[bytes], index: int) -> tuple[Step, ...]:
    """What it takes besides leaf `index` to compute the root, from the leaf upwards. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"There is no leaf {index} among {len(leaves)}.")
    steps: list[Step] = []
    start, end = 0, len(leaves)
    while end - start > 1:  # from the top down, so each step goes before the former ones
        middle = start + _split(end - start)
        if index < middle:
            steps.insert(0, Step(RIGHT, root(leaves[middle:end])))
            end = middle
        else:
            steps.insert(0, Step(LEFT, root(leaves[start:middle])))
            start = middle
    return tuple(steps)


def proof_in_blocks(block: Sequence[bytes], index: int, block_roots: Sequence[bytes]) -> tuple[Step, ...]:
    """The proof of leaf `index` of the whole tree, from the leaves of its own block and the roots of all blocks."""
    return (*proof(block, index % BLOCK), *proof(block_roots, index // BLOCK))


def follows(found: bytes, index: int, size: int, steps: Sequence[Step]) -> bytes | None:
    """The root that this leaf and its proof lead to; None when that is no proof for `index` in a tree of `size`."""
    if tuple(step.side for step in steps) != sides(index, size):
        return None
    for step in steps:
        found = node(step.hash, found) if step.side == LEFT else node(found, step.hash)
    return found


def sides(index: int, size: int) -> tuple[str, ...] | None:
    """The sides of a proof for leaf `index` in a tree of `size`, from the leaf upwards; None when it has none."""
    if not 0 <= index < size:
        return None
    found: list[str] = []
    while size > 1:
        middle = _split(size)
        if index < middle:
            found.append(RIGHT)
            size = middle
        else:
            found.append(LEFT)
            index, size = index - middle, size - middle
    return tuple(reversed(found))


def _split(size: int) -> int:
    """The largest power of two below `size` (2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)
