"""The key patterns of seals. Beside `keys`, same rules."""

from __future__ import annotations

LINKS = 1_000  # statements of one partition of the chain


def chain_head() -> tuple[str, str]:
    return "SEALS", "H"


def chain_links(sequence: int) -> str:
    """The partition of a statement in the chain."""
    return f"SEALS#{sequence // LINKS}"


def chain_link(sequence: int) -> tuple[str, str]:
    return chain_links(sequence), f"{sequence:010d}"


def seals_of(review_id: str) -> str:
    """The partition of everything that is sealed, or waits for it, about one review."""
    return f"S#{review_id}"


def seal(review_id: str, sequence: int) -> tuple[str, str]:
    return seals_of(review_id), f"Q#{sequence:010d}"


def seal_work(review_id: str, kind: str) -> tuple[str, str]:
    return seals_of(review_id), f"W#{kind}"


def addition(review_id: str, addition_id: str) -> tuple[str, str]:
    return seals_of(review_id), f"A#{addition_id}"
