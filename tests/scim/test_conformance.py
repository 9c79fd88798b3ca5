"""An independent tester of RFC 7643 and 7644 finds nothing wrong."""

from __future__ import annotations

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import check_server
from scim2_tester.utils import Status

from tests.scim.clients import as_wsgi, new_client
from tests.world import World


def test_the_conformance_tester_finds_no_error(world: World) -> None:
    """RFC 7643, RFC 7644: discovery, creating, reading, replacing, patching and deleting people and groups."""
    client = new_client(world)
    http = WSGISCIMClient(
        as_wsgi(world),
        base_url="https://graph.example.com/api/scim/v2",
        headers={"Authorization": f"Bearer {client.token}"},
    )
    results = check_server(http)
    wrong = [f"{one.title}: {one.reason}" for one in results if one.status not in (Status.SUCCESS, Status.SKIPPED)]
    assert not wrong, "\n".join(wrong)
    assert sum(one.status is Status.SUCCESS for one in results) > 60
