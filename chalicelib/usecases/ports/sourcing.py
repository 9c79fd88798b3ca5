"""The sources of data, when they last succeeded, and what those of sign-ins told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.people import User
    from chalicelib.domain.sign_ins import Seen, UsedResource
    from chalicelib.domain.sources import Source, WaitingOpening


class Sources(Protocol):
    """The sources of data (dozens at most)."""

    def source(self, source_id: str) -> Source | None: ...
    def sources(self) -> list[Source]:
        """All of them, by id."""

    def waiting_opening(self, definition_id: str) -> WaitingOpening | None:
        """What a series waits with, if it does."""

    def waiting_openings(self) -> list[WaitingOpening]:
        """Every series that waits for data (the first thousand)."""

    def note(self, source: Source) -> bool:
        """Replace a source that still has the version it was read with; False when it was changed meanwhile."""


class SignIns(Protocol):
    """When people were last seen. It is read with the people themselves."""

    def move(self, user: User, seen: Seen) -> bool:
        """Move what is known of a person forward from `user.seen` to `seen`, which differ. False, and nothing is
        written, when the person is gone or somebody moved it further meanwhile: read again."""

    def used(self, resource_keys: Iterable[str]) -> dict[str, UsedResource]:
        """Those of these resources whose use is told of, by key; may lag by a second."""


class Identities(Protocol):
    """People as AWS IAM Identity Center's directory knows them."""

    def user_name(self, store_id: str, user_id: str) -> str:
        """The user name behind an id of this directory, remembered; "" when there is none or it may not be read."""
