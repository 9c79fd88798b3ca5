"""The matrix of rights: what `rights.txt` expects of every route, and how each of its cells is really asked.

A line is a route, its columns are people (`scene.PEOPLE`), its cells the statuses of the answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.domain import ids
from chalicelib.routes.portal.pages import PAGES
from tests.routes import test_bad_input_api, test_bad_input_graph
from tests.routes.attacking import Route, routes_under
from tests.scim.clients import PATCH_OP
from tests.security.scene import PEOPLE, Scene
from tests.world import Reply

RIGHTS = Path(__file__).parent / "rights.txt"
COLUMNS = ("anonymous", *PEOPLE, "scim")
SHORT = {
    "EM": "/v1.0/identityGovernance/entitlementManagement",
    "DEFINITIONS": "/v1.0/identityGovernance/accessReviews/definitions",
    "HISTORY": "/v1.0/identityGovernance/accessReviews/historyDefinitions",
    "INSTANCE": "/v1.0/identityGovernance/accessReviews/definitions/{definition_id}/instances/{instance_id}",
    "REVIEW": "/api/v1/reviews/{review_id}",
}
REVIEWS, EM, DEFINITIONS = "/api/v1/reviews", SHORT["EM"], SHORT["DEFINITIONS"]
# Where another object than that of the bad input must be named so that the route has something to do.
PATHS = {
    "GET REVIEW/removals-to-confirm": f"{REVIEWS}/{{waiting_review}}/removals-to-confirm",
    "POST REVIEW/confirm-removals": f"{REVIEWS}/{{waiting_review}}/confirm-removals",
    "POST REVIEW/decline-removals": f"{REVIEWS}/{{waiting_review}}/decline-removals",
    "GET REVIEW/exceptions": f"{REVIEWS}/{{removed_review}}/exceptions",
    "PUT REVIEW/exceptions/{key}": f"{REVIEWS}/{{removed_review}}/exceptions/notAnswered.noResponse",
    "GET REVIEW/exceptions/{key}/cases": f"{REVIEWS}/{{removed_review}}/exceptions/dontKnow/cases",
    "GET REVIEW/sign-off": f"{REVIEWS}/{{removed_review}}/sign-off",
    "POST REVIEW/sign-off": f"{REVIEWS}/{{removed_review}}/sign-off",
    "POST REVIEW/apply": f"{REVIEWS}/{{waiting_review}}/apply",
    "POST REVIEW/follow-up": f"{REVIEWS}/{{removed_review}}/follow-up",
    "POST INSTANCE/applyDecisions": f"{DEFINITIONS}/{{waiting_definition}}/instances/{{waiting_review}}/applyDecisions",
    "GET REVIEW/items/{item_id}/restore": f"{REVIEWS}/{{removed_review}}/items/{{removed_item}}/restore",
    "POST REVIEW/items/{item_id}/restore": f"{REVIEWS}/{{removed_review}}/items/{{removed_item}}/restore",
    "POST REVIEW/removals/{item_id}/settle": f"{REVIEWS}/{{review}}/removals/{{back}}/settle",
    "POST REVIEW/removals/{item_id}/review": f"{REVIEWS}/{{review}}/removals/{{back}}/review",
    "POST REVIEW/removals/{item_id}/retry": f"{REVIEWS}/{{removed_review}}/removals/{{removed_other}}/retry",
    "POST /api/v1/people/{person_id}/denials/{package_id}/lift": (
        "/api/v1/people/{user}/denials/{removed_package}/lift"
    ),
    "POST REVIEW/evidence": f"{REVIEWS}/{{removed_review}}/evidence",
    "GET REVIEW/seals": f"{REVIEWS}/{{removed_review}}/seals",
    "GET REVIEW/mails/{person_id}": f"{REVIEWS}/{{review}}/mails/{{rita}}?kind=start",
    "GET /api/v1/mails": "/api/v1/mails?personId={rita}",
    "DELETE /api/v1/mails/suppressed/{address}": "/api/v1/mails/suppressed/bad@example.com",
    "GET REVIEW/earlier-decisions": f"{REVIEWS}/{{review}}/earlier-decisions?items={{item}}",
    "DELETE EM/catalogs/{id}": f"{EM}/catalogs/{{empty_catalog}}",
    "DELETE EM/accessPackages/{id}": f"{EM}/accessPackages/{{empty_package}}",
    "DELETE EM/assignmentPolicies/{id}": f"{EM}/assignmentPolicies/{{empty_policy}}",
    "DELETE EM/accessPackages/{id}/assignmentPolicies/{policy_id}": (
        f"{EM}/accessPackages/{{empty_package}}/assignmentPolicies/{{empty_policy}}"
    ),
    "DELETE EM/accessPackages/{id}/incompatibleAccessPackages/{part}": (
        f"{EM}/accessPackages/{{package}}/incompatibleAccessPackages/$ref"
        f"?@id=https://graph.example.com{EM}/accessPackages/{{other_package}}"
    ),
    "DELETE EM/accessPackages/{id}/incompatibleGroups/{part}": (
        f"{EM}/accessPackages/{{package}}/incompatibleGroups/$ref?@id=https://graph.example.com/v1.0/groups/{{group}}"
    ),
    "POST EM/assignmentRequests/{id}/cancel": f"{EM}/assignmentRequests/{{later}}/cancel",
}
BODIES: dict[str, Any] = {
    "PATCH INSTANCE": {"fallbackReviewers": [{"query": f"/users/{{{one}}}"} for one in ("deputy", "eve")]},
    "POST REVIEW/take-back": {"to": "{dora}", "items": ["{lent}"]},
    "POST REVIEW/confirm-removals": {"except": ["{waiting_item}"], "reason": "on leave"},
    "PUT /scim/v2/Users/{id}": {"userName": "sam@example.com", "displayName": "Sam"},
    "PATCH /scim/v2/Users/{id}": {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "path": "displayName", "value": "Sammy"}],
    },
    "PUT /scim/v2/Groups/{id}": {"displayName": "Crew 3"},
    "PATCH /scim/v2/Groups/{id}": {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "path": "displayName", "value": "Crew 3"}],
    },
    "POST /scim/v2/Users": {"userName": "new@example.com", "displayName": "New"},
    "POST /scim/v2/Groups": {"displayName": "New"},
    "POST /scim/v2/Users/.search": {"startIndex": 1},
    "POST /scim/v2/Groups/.search": {"startIndex": 1},
}
OTHER_PATHS = {
    "GET /openapi.json": "/openapi.json",
    "GET /assets/{version}/{folder}/{name}": "/assets/x/app/main.js",
    **{f"GET {path}": re.sub(r"\{\w+\}", "x", path) for path in PAGES},
}
SCIM = {"id": {"Users": "{scim_user}", "Groups": "{scim_group}"}, "name": "User", "other": "x"}
SCIM |= {"urn": "urn:ietf:params:scim:schemas:core:2.0:User"}


@dataclass(frozen=True)
class Request:
    """What is sent for a line of the table: names in braces stand for ids of the scene."""

    method: str
    path: str
    route: Route | None
    body: Any

    def filled(self, scene: Scene, who: str, known: Mapping[str, str] | None = None) -> tuple[str, Any]:
        """Address and body as this column asks."""
        ids_of = dict(known or scene.stage.ids)
        if who in ("delegate", "absent"):
            ids_of["item"] = ids_of["lent"]
        body = self.body
        if body is None and self.route and self.route.body:
            stage = scene.stage
            body = self.route.body(type(stage)(stage.world, stage.organisation, ids_of))
        elif body is not None:
            body = _filled(body, ids_of)
        if body is None and self.method in ("POST", "PUT", "PATCH"):
            body = {}
        return self.path.format(**ids_of), body


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, known) for one in value]
    return value.format(**known) if isinstance(value, str) else value


def shortened(name: str) -> str:
    """`METHOD /path` as it stands in the table."""
    method, _, path = name.partition(" ")
    for short in sorted(SHORT, key=lambda one: -len(SHORT[one])):
        if path == SHORT[short] or path.startswith(SHORT[short] + "/"):
            return f"{method} {short}{path.removeprefix(SHORT[short])}"
    return name


@cache
def rights() -> dict[str, dict[str, str]]:
    """The expectations: status by column, by route."""
    found = {}
    for line in RIGHTS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            *cells, method, path = line.split()
            found[f"{method} {path}"] = dict(zip(COLUMNS, cells, strict=True))
    return found


def every_route() -> set[str]:
    """Every route of the app, as the table writes it."""
    return {shortened(name) for name in routes_under("/")}


@cache
def requests() -> dict[str, Request]:
    """How each route is asked."""
    found = {}
    for name, route in {**test_bad_input_graph.TABLE, **test_bad_input_api.TABLE}.items():
        short, method = shortened(name), name.partition(" ")[0]
        found[short] = Request(method, PATHS.get(short, route.path), route, BODIES.get(short))
    for name in routes_under("/scim/"):
        method, _, path = name.partition(" ")
        kind = "Groups" if "/Groups" in path else "Users"
        known = {**SCIM, "id": SCIM["id"][kind]}
        found[name] = Request(method, path.format(**known), None, BODIES.get(name))
    for name, path in OTHER_PATHS.items():
        found[name] = Request("GET", path, None, None)
    return found


def ask(scene: Scene, name: str, who: str, known: Mapping[str, str] | None = None) -> Reply:
    """The answer to one cell."""
    request = requests()[name]
    path, body = request.filled(scene, who, known)
    return scene.world.call(request.method, path, body, None, scene.authorization(who))


def nothing_there(scene: Scene) -> dict[str, str]:
    """The ids of the scene, all of objects and people that do not exist. Names of kinds stay."""
    kept = ("template", "adoptable", "download", "connection")
    return {name: value if name in kept else ids.guid("none", name) for name, value in scene.stage.ids.items()}
