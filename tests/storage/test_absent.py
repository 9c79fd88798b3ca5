"""The condition that something does not exist, in a transaction (R13)."""

from __future__ import annotations

import pytest

from chalicelib import bootstrap
from chalicelib.domain.assignments import Holding
from chalicelib.domain.errors import Conflict
from chalicelib.usecases.ports import Absent, Create


def test_a_commit_is_refused_as_a_whole_when_something_exists(aws: None) -> None:
    """R13: of two assignments that exclude each other the later one finds the holding of the first."""
    services = bootstrap.services()
    first = Holding(target_id="ann", package_id="ordering", assignment_id="1")
    second = Holding(target_id="ann", package_id="paying", assignment_id="2")
    services.writer.commit("second", Create(second), Absent(first))
    services.writer.commit("second", Create(second), Absent(first))  # a repeat succeeds
    services.writer.commit("first", Create(first))
    third = Holding(target_id="ann", package_id="auditing", assignment_id="3")
    with pytest.raises(Conflict):
        services.writer.commit("third", Create(third), Absent(first))
    assert [one.package_id for one in services.entitlements.holdings_of_person("ann")] == ["ordering", "paying"]
