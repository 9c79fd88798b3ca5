"""Every route, asked by everybody: `rights.txt` says what they get (R165-R172, G40; P20).

Beside the status: who is refused changes nothing, reading changes nothing, nobody is told whether a thing exists that
they may not see, and no answer sets a cookie.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.matrix import COLUMNS, ask, every_route, nothing_there, requests, rights
from tests.security.scene import Scene, prepared

# What a reading call may write: that a reviewer's items were fetched is noted for the progress of the review.
NOTED = {"GET INSTANCE/decisions": "access-reviews-reviews"}
# By which route one sees the thing that another route, whose address does not say so, is about.
SEEN_BY = {
    "POST DEFINITIONS": "GET EM/accessPackages/{id}",
    "POST EM/accessPackages": "GET EM/catalogs/{id}",
    "POST EM/assignmentPolicies": "GET EM/assignmentPolicies/{id}",
    "POST EM/assignmentRequests": "GET EM/assignmentPolicies/{id}",
    "POST EM/resourceRequests": "GET EM/catalogs/{id}",
    "POST /api/v1/review-previews": "GET EM/accessPackages/{id}",
    "GET /api/v1/access-packages/{package_id}/assignments.csv": "GET EM/accessPackages/{id}",
    "GET /api/v1/access-packages/{package_id}/cadence": "GET EM/accessPackages/{id}",
    "GET /api/v1/access-packages/{package_id}/cadence.csv": "GET EM/accessPackages/{id}",
    **{
        f"{method} /api/v1/access-packages/{{package_id}}/control-owner": "GET EM/accessPackages/{id}"
        for method in ("PUT", "DELETE")
    },
    **{
        f"{method} /api/v1/catalogs/{{catalog_id}}/control-owner": "GET EM/catalogs/{id}"
        for method in ("PUT", "DELETE")
    },
    "PUT /api/v1/resources/{resource_id}/keeps-one": "GET EM/resources/{id}",
    "POST /api/v1/people/{person_id}/denials/{package_id}/lift": "GET /api/v1/people/{person_id}/denials",
    "DELETE /api/v1/roles/{role_id}": "GET /api/v1/roles",
    "PATCH /api/v1/sources/{source_id}": "GET /api/v1/sources",
}
SEEN_UNDER = (
    "REVIEW",
    "INSTANCE",
    "DEFINITIONS/{definition_id}",
    "EM/accessPackages/{id}",
    "EM/assignmentPolicies/{id}",
    "EM/assignmentRequests/{id}",
    "EM/assignments/{id}",
    "EM/catalogs/{id}",
    "/api/v1/review-series/{series_id}",
    "/api/v1/tasks/{task_id}",
    "/api/v1/connectors/{name}",
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One world for all routes, put back after each write."""
    with prepared() as found:
        yield found


def test_every_route_has_a_line() -> None:
    """A route that nobody thought about whom to give it to does not come into the product."""
    assert set(rights()) == every_route() == set(requests())


@pytest.mark.parametrize("name", rights())
def test_everybody_gets_what_the_table_says(scene: Scene, name: str) -> None:
    """P20: nobody reads or changes what is not theirs."""
    expected, got = rights()[name], {}
    for who in expected:
        reply = ask(scene, name, who)
        got[who] = str(reply.status)
        assert not [one for one in reply.headers if one.lower() == "set-cookie"]
        if name.startswith("GET ") or reply.status >= 400:
            assert {table for table, _ in scene.changed()} <= {NOTED.get(name)}, (name, who, reply.text)
        if who == "fellow":
            assert not any(scene.stage.ids["item"][:13] in str(key) for key in scene.changed()), name
        scene.restore()
    assert got == expected, "\n" + " ".join(got.values()) + f"  {name}"


@pytest.mark.parametrize(
    "name", [name for name, cells in rights().items() if {"403", "404", "409"} & {*cells.values()}]
)
def test_a_refusal_does_not_tell_whether_there_is_such_a_thing(scene: Scene, name: str) -> None:
    """P20: of what one may not see one hears the same as of what does not exist."""
    nothing = nothing_there(scene)
    for who, cell in rights()[name].items():
        if cell not in ("403", "404"):
            continue
        there, missing = ask(scene, name, who), ask(scene, name, who, nothing)
        same = (there.status, there.text) == (missing.status, missing.text)
        assert same or _sees(name, who), (name, who, there.text, missing.text)
        scene.restore()


def _sees(name: str, who: str) -> bool:
    """Does the table let them see the thing, so that a refusal tells nothing new?"""
    path = name.partition(" ")[2]
    under = [one for one in SEEN_UNDER if path == one or path.startswith(one + "/")]
    by = SEEN_BY.get(name) or f"GET {max(under, key=len)}"
    return rights()[by][who] == "200"


def test_the_columns_are_the_people_of_the_world(scene: Scene) -> None:
    """Nobody of the table is another one by mistake."""
    names = {scene.world.get("/api/v1/me", None, headers=scene.authorization(who)).text for who in COLUMNS[1:-1]}
    assert len(names) == len(COLUMNS) - 2
