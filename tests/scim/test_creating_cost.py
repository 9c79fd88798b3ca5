"""What a person costs to provision does not grow with how many there are."""

from __future__ import annotations

from bench.meter import Meter
from chalicelib.domain import ids
from chalicelib.domain.people import PrincipalName, User
from tests.scim.clients import ENTERPRISE, Client, new_client
from tests.world import World


def cost(client: Client, name: str) -> tuple[int, float, int]:
    """Write units, read units and requests of what Okta does for a new person: look, create."""
    with Meter() as meter:
        assert client.get(f'/Users?filter=userName eq "{name}@example.com"').json["totalResults"] == 0
        client.user(name, externalId=f"ext-{name}", **{ENTERPRISE: {"manager": {"value": "boss@example.com"}}})
    return meter.write_units, meter.read_units, meter.requests


def test_a_person_costs_the_same_at_nobody_and_at_two_thousand(world: World) -> None:
    client = new_client(world)
    client.user("boss")
    cost(client, "warm0")
    alone = cost(client, "anna1")
    others = [User(id=ids.guid("o", n), display_name=f"Anna {n}", principal_name=f"anna{n}@x") for n in range(2_000)]
    names = [PrincipalName(name=one.principal_name, user_id=one.id) for one in others]
    world.services.writer.put_all([*others, *names])
    crowded = cost(client, "anna2")
    assert crowded == alone
    assert alone[0] <= 14 and alone[1] <= 12 and alone[2] <= 12, alone


def test_a_page_of_a_long_list_costs_what_it_shows(world: World) -> None:
    """The list is counted once; each page notes where the next begins."""
    client = new_client(world)
    people = [User(id=ids.guid("o", n), display_name=f"P {n}", principal_name=f"p{n}@x") for n in range(400)]
    world.services.writer.put_all(people)

    def read(start: int) -> float:
        with Meter() as meter:
            assert len(client.get(f"/Users?startIndex={start}&count=50").json["Resources"]) == 50
        return meter.read_units

    counted = read(1)
    pages = [read(start) for start in range(51, 400, 50)]
    assert max(pages) <= 12 <= counted
