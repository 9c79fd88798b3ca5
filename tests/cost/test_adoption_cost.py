"""What adopting costs: a new member a few rows, an unchanged one its reads, a preview no row at all."""

from __future__ import annotations

import pytest

from bench.meter import Meter
from chalicelib.domain.adoptions import Wanted
from chalicelib.usecases.adopt import start_adoption
from chalicelib.usecases.adopt_groups import advance_adoption
from tests.factories import ADMIN, Organisation
from tests.groups_outside import plug_in_groups
from tests.usecases.importing import Desk, import_desk

MEMBERS = 96


@pytest.fixture
def desk(aws: None) -> Desk:
    return import_desk()


def metered(desk: Desk, preview: bool) -> tuple[Meter, dict[str, int]]:
    wanted = Wanted(connection="identity-center")
    job = start_adoption(desk.services, ADMIN, desk.clock.now(), desk.clock.new_id(), wanted, preview)
    with Meter() as meter:
        advance_adoption(desk.services, desk.job(job.id))
    ended = desk.job(job.id)
    assert ended.status == "done"
    return meter, ended.result


def test_a_member_costs_four_rows_once_and_a_few_reads_a_time(desk: Desk) -> None:
    organisation = Organisation(desk.services)
    outside = plug_in_groups(desk.services)
    outside.page = 100
    for number in range(MEMBERS):
        organisation.person(f"p{number}")
    outside.join("admins", *(f"p{number}" for number in range(MEMBERS)))
    preview, told = metered(desk, preview=True)
    print("preview", preview.write_units / MEMBERS, preview.read_units / MEMBERS)
    assert told["assigned"] == MEMBERS and preview.write_units <= 20 and preview.read_units / MEMBERS <= 1.7
    first, told = metered(desk, preview=False)
    print("first", first.write_units / MEMBERS, first.read_units / MEMBERS, first.requests / MEMBERS)
    assert told["assigned"] == MEMBERS
    assert first.write_units / MEMBERS <= 13 and first.read_units / MEMBERS <= 2.8 and first.requests / MEMBERS <= 0.4
    again, told = metered(desk, preview=False)
    print("again", again.write_units / MEMBERS, again.read_units / MEMBERS)
    assert told["unchanged"] == MEMBERS and again.write_units <= 20 and again.read_units / MEMBERS <= 4
