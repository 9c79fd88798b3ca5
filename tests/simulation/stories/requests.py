"""Every writing route as a story: a client's request, repeated once when no answer came or one that says to try again,
and the work it leads to. The world, the addresses and the bodies are those of the matrix of rights (tests/security)."""

from __future__ import annotations

from typing import Any

from tests.routes.adopting import CONNECTION
from tests.security.matrix import COLUMNS, requests, rights
from tests.security.scene import Scene, set_scene
from tests.simulation.rig import DIED, Rig
from tests.simulation.stories import Act, Story

READS = ("/.search", "review-previews", "mail-previews", "mail-previews/{template}", "generateDownloadUri")
FAVOURITES = ("reviewer", "admin", "scim")  # who asks, if they may
# What may be there once more after a client's repeat, each told to the client that way (docs/api.md).
TWICE = {
    "POST /api/v1/provisioning-clients": ("event Rotate provisioning client token",),  # nobody saw the first token
    "POST /api/v1/provisioning-clients/{client_id}/rotate": ("event Rotate provisioning client token",),
    "POST REVIEW/removals/{item_id}/retry": ("event Retry removal",),  # it was asked for twice
    "POST INSTANCE/resetDecisions": ("event Bulk Reset decisions", "job reset", "row reviews J J"),
}
FILES = {
    "POST /api/v1/imports/people": "userPrincipalName,displayName\nnora@example.com,Nora\nann@example.com,Anne\nx,\n",
    "POST /api/v1/imports/assignments": "user,package\neve@example.com,Empty\ndeputy@example.com,Empty\nx,Empty\n",
}


def stage(rig: Rig) -> None:
    """One of everything."""
    scene = set_scene(rig.world)
    rig.facts["scene"] = scene
    rig.plug(CONNECTION, scene.outside)
    rig.later_on(hours=2)  # nothing asked for above is taken for an earlier attempt of what is asked now
    rig.settle()


def _nobody_can(name: str) -> bool:
    return set(rights()[name].values()) <= {"401", "405", "501"}


NO_STORY = {
    name: "it only reads" if name.endswith(READS) else "the door refuses everybody"
    for name in rights()
    if not name.startswith("GET ") and (name.endswith(READS) or _nobody_can(name))
}


def writes() -> dict[str, str]:
    """Every route that may change something, with who asks it here: somebody who gets it done, where anybody does."""
    found = {}
    for name, cells in rights().items():
        if name.startswith("GET ") or name in NO_STORY:
            continue
        able = [who for who in COLUMNS if cells[who].startswith("2")] or [who for who in COLUMNS if cells[who] == "409"]
        found[name] = next((who for who in FAVOURITES if who in able), able[0] if able else "admin")
    return found


def asking(name: str, who: str) -> Act:
    """The request of a route as it should be made."""

    def act(rig: Rig) -> None:
        scene: Scene = rig.facts["scene"]
        request = requests()[name]
        address, body = request.filled(scene, who)
        kind = {}
        if name == "POST /scim/v2/Groups":
            body = {**body, "externalId": "crew-9"}  # as identity providers do; by its name alone a group is not known
        if name in FILES:
            body, kind = FILES[name], {"content-type": "text/csv"}
        answers: list[Any] = []
        for more in ({}, {"retry-attempt": "1"}):
            headers = {**scene.authorization(who), **more, **kind}
            reply = rig.run(lambda: rig.world.call(request.method, address, body, None, headers))  # noqa: B023
            answers += [] if reply is DIED else [reply.status]
            if reply is not DIED and reply.status < 500 and reply.status != 429:
                break
            rig.pass_time(1.0)
        rig.facts["statuses"].append(answers[-1] if answers else 0)
        rig.deliver()

    return act


def stories() -> list[Story]:
    """One for each route that writes."""
    return [
        Story(name, frozenset({name}), stage, asking(name, who), loose=TWICE.get(name, ()), flawed=True)
        for name, who in writes().items()
    ]
