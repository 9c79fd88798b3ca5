"""What sealing needs: a key that signs, a place where nothing can be altered, and where the chain stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.seals import Addition, ChainHead, Kind, Link, Seal, SealWork


class Signer(Protocol):
    """The deployment's signing key (RSA, PKCS #1 v1.5 over SHA-256)."""

    def sign(self, text: bytes) -> bytes:
        """The signature over a text of at most 4,096 bytes. Raises Throttled or Unavailable."""

    def signed(self, public_key: bytes, text: bytes, signature: bytes) -> bool:
        """Is this the signature of that key (DER) over the text?"""

    def public_key(self) -> bytes:
        """The public key, DER SubjectPublicKeyInfo; read once a process. Raises Throttled or Unavailable."""


class Vault(Protocol):
    """Objects that are written once and kept for years; nobody can replace or remove them meanwhile."""

    def put_once(self, key: str, data: bytes) -> bool:
        """Write unless the key exists; the vault decides between two writers. False: somebody was first."""

    def get(self, key: str) -> bytes | None:
        """The whole object as it was first written, or None."""


class Seals(Protocol):
    """The seals of reviews, the chain they form, and where the sealing of one stands."""

    def head(self) -> ChainHead:
        """The end of the chain as the table knows it; version 0 before the first seal."""

    def of_review(self, review_id: str) -> list[Seal]:
        """Every seal of a review, in the order of the chain."""

    def work(self, review_id: str, kind: Kind) -> SealWork | None:
        """Where the sealing of a review stands."""

    def additions(self, review_id: str) -> list[Addition]:
        """What waits to be sealed about a review, in the order it happened."""

    def links(self, first: int, last: int) -> list[Link]:
        """The chain from one number to another, both included, in order."""
