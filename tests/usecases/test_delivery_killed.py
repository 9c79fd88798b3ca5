"""A delivery whose worker dies at any call, to AWS or outside: others finish it, nothing is left behind (P1)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.usecases.role_scopes import remove_role
from tests.factories import ADMIN
from tests.usecases.test_deliver import Company, company
from tests.world import TIMER_EVENT

__all__ = ["company"]


class Killed(BaseException):
    """No handler survives it."""


class Killer:
    """Kills whoever makes the call number `at`, counted while somebody `works`."""

    def __init__(self, patch: pytest.MonkeyPatch, company: Company) -> None:
        self.left, self.company = -1, company
        real, outside = BaseClient._make_api_call, company.outside

        def call(client: BaseClient, name: str, arguments: Any) -> Any:
            self._count()
            return real(client, name, arguments)

        patch.setattr(BaseClient, "_make_api_call", call)
        for name in ("grant", "revoke", "verify"):
            patch.setattr(outside, name, self._counted(getattr(outside, name)))

    def _counted(self, real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            self._count()
            return real(*arguments)

        return call

    def _count(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise Killed

    def work(self, at: int) -> bool:
        """Let a worker die at its call number `at`, then others do what is left; was anybody killed?"""
        import app as front

        self.left = at
        killed = False
        try:
            front.tick(TIMER_EVENT, None)
            self.company.world.drain_queue()
        except Killed:
            killed = True
        self.left = -1
        lease = self.company.services.settings.lease_seconds
        self.company.clock.advance(seconds=lease + 1)
        self.company.settle()
        return killed


def test_a_worker_that_dies_anywhere_leaves_nothing_undone(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """R9: granting both roles, then taking back the one that no other assignment contains."""
    _, both = company.package("Both", "user", "clerk")
    _, one = company.package("One", "user")
    killer = Killer(monkeypatch, company)
    at, killed = 0, True
    while killed:
        person = company.org.person(f"person{at}")
        made = company.assign(both, person, deliver=False)
        killed = killer.work(at)
        assert company.outside.roles_of(person) == {"user", "clerk"}, at
        assert (company.shown(made), company.agenda()) == ("delivered", []), at
        company.assign(one, person)
        request = company.remove(made, deliver=False)
        killed = killer.work(at) or killed
        assert company.outside.roles_of(person) == {"user"}, at
        assert (company.request(request["id"])["state"], company.agenda()) == ("delivered", []), at
        at += 1
    assert at > 10


def test_a_change_of_a_package_survives_a_death_anywhere(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """R11: adding a role and removing it again, each killed at every second call."""
    package, policy = company.package("One", "user")
    made = company.org.assign(policy, company.ann, company.bob)
    company.world.tick()
    killer = Killer(monkeypatch, company)
    at, killed = 0, True
    while killed:
        added = company.give(package, "clerk")
        killed = killer.work(at)
        for person in (company.ann, company.bob):
            assert company.outside.roles_of(person) == {"user", "clerk"}, at
        remove_role(company.services, ADMIN, company.clock.now(), company.org.operation(), package.id, added)
        killed = killer.work(at) or killed
        for person in (company.ann, company.bob):
            assert company.outside.roles_of(person) == {"user"}, at
        assert ({company.shown(one) for one in made}, company.agenda()) == ({"delivered"}, []), at
        at += 2
    assert at > 20
