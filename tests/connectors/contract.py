"""What every connector must do, as tests to inherit: `ConnectorContract` for all, `RemoteContract` for those that
reach their system over a network, where any call may be throttled, refused, slow, or done and its answer lost.

A subclass (named `Test…`) has a fixture `rig` that gives its own kind of `Rig`: a connector over a system that the
test sees from the other side too. A capability that the kind declares is tested as well.
"""

from __future__ import annotations

import abc
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest

from chalicelib.domain import errors
from chalicelib.domain.connections import ConnectorKind
from chalicelib.domain.people import User
from chalicelib.domain.resources import Right
from chalicelib.usecases.ports import (
    Answer,
    Capability,
    Checks,
    Connector,
    ListsMembers,
    ListsResources,
    Page,
    RestsOnWord,
    SeesPaths,
    able,
)

CAPABILITIES: dict[Capability, type[Any]] = {
    Capability.LISTS_RESOURCES: ListsResources,
    Capability.LISTS_MEMBERS: ListsMembers,
    Capability.SEES_PATHS: SeesPaths,
    Capability.CHECKS: Checks,
    Capability.RESTS_ON_WORD: RestsOnWord,
}


def person(name: str) -> User:
    """A person of our directory."""
    return User(
        id=f"id-of-{name}",
        display_name=name.title(),
        principal_name=f"{name}@example.com",
        mail=f"{name}@example.com",
    )


class Failure(StrEnum):
    """What a network, or the system behind it, may do to every call while it lasts."""

    THROTTLED = "throttled"
    REFUSED = "refused"
    SLOW = "slow"  # no answer in time, and nothing was done
    LOST = "lost"  # done, but the first answer was lost on the way
    DEAF = "deaf"  # changes are accepted and change nothing


class Rig(abc.ABC):
    """One connector over a system outside. In the beginning `ann` is known there and holds nothing; `stranger` is
    not known there."""

    kind: ConnectorKind
    connector: Connector
    right: Right
    ann: User = person("ann")
    stranger: User = person("stranger")

    @abc.abstractmethod
    def holds(self) -> bool:
        """Does ann hold the right, seen at the system itself and not through the connector?"""

    @abc.abstractmethod
    def delete_resource(self) -> None:
        """The resource disappears there, with everything that hung on it."""

    def settle(self) -> None:
        """What the system had accepted and not done yet, it does now. For connectors that answer `pending`."""
        raise NotImplementedError

    def failing(self, how: Failure) -> AbstractContextManager[object]:
        """Every call fails so within the block. For connectors that reach their system over a network."""
        raise NotImplementedError


class ConnectorContract:
    """For every connector."""

    def grant(self, rig: Rig) -> None:
        """Grant and let the system finish."""
        if rig.connector.grant(rig.right, rig.ann) is Answer.PENDING:
            rig.settle()

    def revoke(self, rig: Rig) -> None:
        """Revoke and let the system finish."""
        if rig.connector.revoke(rig.right, rig.ann) is Answer.PENDING:
            rig.settle()

    def test_a_grant_is_there_afterwards_and_a_removal_gone(self, rig: Rig) -> None:
        assert not rig.connector.verify(rig.right, rig.ann)
        self.grant(rig)
        assert rig.holds() and rig.connector.verify(rig.right, rig.ann)
        self.revoke(rig)
        assert not rig.holds() and not rig.connector.verify(rig.right, rig.ann)

    def test_every_call_may_be_repeated(self, rig: Rig) -> None:
        self.grant(rig)
        self.grant(rig)
        assert rig.holds() and rig.connector.verify(rig.right, rig.ann)
        self.revoke(rig)
        assert not rig.holds()
        self.revoke(rig)
        assert not rig.holds() and not rig.connector.verify(rig.right, rig.ann)

    def test_revoking_what_was_never_held_succeeds(self, rig: Rig) -> None:
        self.revoke(rig)
        assert not rig.holds()

    def test_it_looks_its_resource_up(self, rig: Rig) -> None:
        found = rig.connector.look_up(rig.right.origin_system, rig.right.resource)
        assert found is not None
        if found.roles:
            assert rig.right.role in dict(found.roles)

    def test_its_kind_declares_exactly_the_capabilities_it_has(self, rig: Rig) -> None:
        has = {name for name, protocol in CAPABILITIES.items() if able(rig.connector, protocol) is not None}
        assert has == set(rig.kind.capabilities)

    def test_every_setting_is_explained(self, rig: Rig) -> None:
        for setting in rig.kind.settings:
            assert setting.label and (setting.help or setting.example or setting.choices), setting.name

    def test_with_nothing_wrong_its_check_finds_nothing(self, rig: Rig) -> None:
        checks = able(rig.connector, Checks)
        assert checks is None or list(checks.check()) == []

    def test_it_lists_its_resource_page_by_page(self, rig: Rig) -> None:
        lists = able(rig.connector, ListsResources)
        if lists is None:
            return
        found = every(lambda after: lists.resources(1, after))
        assert (rig.right.origin_system, rig.right.resource) in {(one.origin_system, one.origin_id) for one in found}
        assert len({one.origin_id for one in found}) == len(found)

    def test_it_lists_who_holds_the_right_so_that_we_recognise_them(self, rig: Rig) -> None:
        lists = able(rig.connector, ListsMembers)
        if lists is None:
            return
        assert every(lambda after: lists.members(rig.right, 1, after)) == []
        self.grant(rig)
        (member,) = every(lambda after: lists.members(rig.right, 1, after))
        assert member.key
        assert rig.ann.principal_name == member.principal_name or rig.ann.mail == member.mail


class RemoteContract(ConnectorContract):
    """For connectors that reach a system over a network."""

    def test_somebody_unknown_there_cannot_be_granted_and_has_nothing_to_lose(self, rig: Rig) -> None:
        with pytest.raises(errors.ReviewError) as told:
            rig.connector.grant(rig.right, rig.stranger)
        assert rig.stranger.principal_name in told.value.message
        assert rig.connector.revoke(rig.right, rig.stranger) is Answer.DONE
        assert not rig.connector.verify(rig.right, rig.stranger)

    def test_a_resource_that_was_deleted_is_gone(self, rig: Rig) -> None:
        self.grant(rig)
        rig.delete_resource()
        assert rig.connector.look_up(rig.right.origin_system, rig.right.resource) is None
        with pytest.raises(errors.Gone):
            rig.connector.grant(rig.right, rig.ann)
        with suppress(errors.Gone):
            rig.connector.revoke(rig.right, rig.ann)
        assert not rig.connector.verify(rig.right, rig.ann)
        lists = able(rig.connector, ListsMembers)
        if lists is not None:
            with pytest.raises(errors.Gone):
                lists.members(rig.right, 10, None)

    @pytest.mark.parametrize(
        ("how", "told"),
        [
            (Failure.THROTTLED, errors.Throttled),
            (Failure.REFUSED, errors.Unavailable),
            (Failure.SLOW, errors.Unavailable),
        ],
    )
    def test_not_being_able_to_ask_is_an_error_and_no_answer(
        self, rig: Rig, how: Failure, told: type[Exception]
    ) -> None:
        self.grant(rig)
        calls = [rig.connector.verify, rig.connector.revoke]
        with rig.failing(how):
            for call in calls:
                with pytest.raises(told):
                    call(rig.right, rig.ann)
            with pytest.raises(told):
                rig.connector.grant(rig.right, replace(rig.ann, id="again"))
            lists = able(rig.connector, ListsMembers)
            if lists is not None:
                with pytest.raises(told):
                    lists.members(rig.right, 10, None)
            checks = able(rig.connector, Checks)
            assert checks is None or list(checks.check()) != []
        assert rig.holds() and rig.connector.verify(rig.right, rig.ann)

    def test_a_removal_that_was_accepted_and_not_done_is_seen(self, rig: Rig) -> None:
        self.grant(rig)
        with rig.failing(Failure.DEAF):
            rig.connector.revoke(rig.right, rig.ann)
            assert rig.connector.verify(rig.right, rig.ann)
        self.revoke(rig)
        assert not rig.holds()

    def test_a_grant_that_was_accepted_and_not_done_is_seen(self, rig: Rig) -> None:
        with rig.failing(Failure.DEAF):
            rig.connector.grant(rig.right, rig.ann)
            assert not rig.connector.verify(rig.right, rig.ann)

    def test_an_answer_that_was_lost_leaves_nothing_done_twice(self, rig: Rig) -> None:
        with rig.failing(Failure.LOST), suppress(errors.Unavailable):
            rig.connector.grant(rig.right, rig.ann)
        self.grant(rig)
        assert rig.holds()
        with rig.failing(Failure.LOST), suppress(errors.Unavailable):
            rig.connector.revoke(rig.right, rig.ann)
        self.revoke(rig)
        assert not rig.holds() and not rig.connector.verify(rig.right, rig.ann)


def every(page_after: Any) -> list[Any]:
    """Everything of a paged list; stops the test when it does not end."""
    found: list[Any] = []
    after: str | None = None
    for _ in range(100):
        page: Page[Any] = page_after(after)
        found += page.items
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages never end")
