"""Merkle trees against the recursion RFC 6962 writes down, for every size up to 70 and every leaf."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from chalicelib.domain import merkle
from chalicelib.domain.merkle import Growth, Step

LEAVES = [sha256(b"\0%d" % number).digest() for number in range(70)]


def by_the_book(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + by_the_book(leaves[:split]) + by_the_book(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(71))
def test_every_size_has_the_root_of_the_book_and_every_leaf_a_proof(size: int) -> None:
    leaves = LEAVES[:size]
    root = merkle.root(leaves)
    assert root == by_the_book(leaves)
    for index, one in enumerate(leaves):
        assert merkle.follows(one, index, size, merkle.proof(leaves, index)) == root


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 33, 64, 70])
def test_a_tree_that_is_stored_anywhere_and_goes_on_has_the_same_root(size: int) -> None:
    for cut in range(size + 1):
        stored = Growth().grown(LEAVES[:cut]).text()
        assert Growth.of_text(stored).grown(LEAVES[cut:size]).root() == by_the_book(LEAVES[:size])


def test_known_answers() -> None:
    """The empty tree and the tree over d0..d2 of RFC 6962's own leaves (no salt)."""
    assert Growth.of_text("").root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256(b"\0").hexdigest() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.leaf(b"", {"b": 1, "a": "ü"}) == sha256('\0{"a":"ü","b":1}'.encode()).digest()


@pytest.mark.parametrize("size", [1, 3, 4, 5, 8, 9, 17, 31, 32, 33, 70])
def test_blocks_prove_what_the_whole_tree_proves(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merkle, "BLOCK", 4)
    leaves = LEAVES[:size]
    blocks = [leaves[start : start + 4] for start in range(0, size, 4)]
    roots = [merkle.root(block) for block in blocks]
    assert merkle.root(roots) == merkle.root(leaves)
    for index in range(size):
        assert merkle.proof_in_blocks(blocks[index // 4], index, roots) == merkle.proof(leaves, index)


def test_a_proof_fits_no_other_leaf_index_size_or_order() -> None:
    rng, size = random.Random(6962), 37
    leaves = LEAVES[:size]
    root = merkle.root(leaves)
    for index in range(size):
        steps = merkle.proof(leaves, index)
        assert merkle.follows(leaves[(index + 1) % size], index, size, steps) != root
        assert merkle.follows(leaves[index], (index + 1) % size, size, steps) != root
        assert merkle.follows(leaves[index], index, size, steps[:-1]) is None
        assert merkle.follows(leaves[index], index, size, (*steps, steps[-1])) is None
        changed, at = list(steps), rng.randrange(len(steps))
        changed[at] = Step(changed[at].side, sha256(changed[at].hash).digest())
        assert merkle.follows(leaves[index], index, size, changed) != root
    assert merkle.follows(leaves[0], -1, size, ()) is None and merkle.follows(leaves[0], size, size, ()) is None


def test_there_is_no_proof_beyond_the_end() -> None:
    with pytest.raises(IndexError):
        merkle.proof(LEAVES, 70)
    with pytest.raises(IndexError):
        merkle.proof([], 0)
