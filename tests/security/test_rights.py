"""Who may do what: the table of roles and actions, through the API (R165-R172, G40).

Each row of TABLE is an action; each column a role with its scope. `+` works, `-` is refused although the object may
be seen (403), `.` means that there is no such object for them (404, or a list without it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.domain import ids
from chalicelib.domain.errors import Conflict
from chalicelib.domain.people import RIGHTS, Right, Role, RoleGrant
from chalicelib.domain.removals import Regrant, Removal, Standing
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.roles import grant_role, revoke_role, roles_of
from tests import factories
from tests.factories import ADMIN, Organisation
from tests.groups_outside import plug_in_groups
from tests.routes.attacking import contents
from tests.usecases.desk import Desk, office
from tests.world import Reply, World

__all__ = ["office"]
EM = "/v1.0/identityGovernance/entitlementManagement"
AR = "/v1.0/identityGovernance/accessReviews/definitions"

COLUMNS = {
    "administrator": "admin",
    "auditor": (Role.AUDITOR, ""),
    "catalog creator": (Role.CATALOG_CREATOR, ""),
    "catalog owner": (Role.CATALOG_OWNER, "catalog"),
    "package manager of the catalog": (Role.PACKAGE_MANAGER, "catalog"),
    "package manager of the package": (Role.PACKAGE_MANAGER, "package"),
    "assignment manager of the catalog": (Role.ASSIGNMENT_MANAGER, "catalog"),
    "assignment manager of the package": (Role.ASSIGNMENT_MANAGER, "package"),
    "catalog reader": (Role.CATALOG_READER, "catalog"),
    "owner of another catalog": (Role.CATALOG_OWNER, "other"),
    "assignee": None,
    "stranger": None,
}

#                        administrator, auditor, creator, owner, manager (catalog, package),
TABLE = """             # assignment manager (catalog, package), reader, owner elsewhere, assignee, stranger
create a catalog         + - + - - - - - - - - -
see the catalog          + + . + + . + . + . . .
edit the catalog         + - . + - . - . - . . .
see the connections      + + - + - - - - - + - -
configure a connection   + - - - - - - - - - - -
see the kinds            + - - - - - - - - - - -
see everybody's tasks    + + - - - - - - - - - -
appoint an owner         + - - + - - - - - - - -
appoint for the package  + - - + - - - - - - - -
appoint an auditor       + - - - - - - - - - - -
see the package          + + . + + + + + + . + .
create a package         + - . + + . - . - . . .
edit the package         + - . + + + - - - . - .
see the policy           + + . + + + + + + . . .
edit the policy          + - . + + + - - - . . .
look ahead at reviews    + + . + + + + + - . - .
assign a person          + - . + + + + + - . . .
see the assignment       + + . + + + + + . . + .
remove the assignment    + - . + + + + + . . - .
see the review           + + . + + + + + + . . .
see its counts           + + . + + + + + - . . .
see its decisions        + + . + + + + + - . . .
see its reviewers        + + . + + + + + - . . .
see its removals         + + . + + + + + - . . .
settle a removal         + - . + + + - - - . . .
see what wants a person  + + + + + + + + + + - -
see what it would do     + + . + + + + + - . . .
see what it compared     + + . + + + + + - . . .
see the overview         + + + + + + + + + + - -
stop the review          + - . + + + - - - . . .
see who would lose it    + + . + + + + + - . . .
read closed reviews      + + + + + + + + + + - -
name a control owner     + - . - - - - - - . - .
see the control owner    + + . + + + + + + . + .
read the audit trail     + + - - - - - - - - - -
read the package's trail + + - + + + - - - - - -
export the audit trail   + + - - - - - - - - - -
import people            + - - - - - - - - - - -
look at the imports      + - - - - - - - - - - -
adopt what exists        + - - - - - - - - - - -
look at the adoptions    + - - - - - - - - - - -
list people              + + + + + + + + + + - -
look at a person         + + + + + + + + + + . .
see the review's mails   + + . + + + + + - . . .
see a person's mails     + + . + + + + + . + . .
read a mail              + + . + + + + + . . . .
see what was not sent    + + - + + + + + - + - -
see what is not mailed   + + - - - - - - - - - -
mail an address again    . - - - - - - - - - - -
see the deployment       + + - - - - - - - - - -
tell of sign-ins         + - - - - - - - - - - -
see the sources          + + - - - - - - - - - -
"""


@dataclass
class Scene:
    """A world with one package under review, and a person for each column."""

    world: World
    ids: dict[str, str]

    def ask(self, who: str, method: str, path: str, body: Any = None) -> Reply:
        return self.world.call(method, path.format(**self.ids), self._filled(body), self.person(who))

    def person(self, who: str) -> str:
        return "admin@example.com" if who == "administrator" else f"{who.replace(' ', '-')}@example.com"

    def _filled(self, body: Any) -> Any:
        if isinstance(body, dict):
            return {name: self._filled(value) for name, value in body.items()}
        return body.format(**self.ids) if isinstance(body, str) else body


@pytest.fixture
def scene(world: World) -> Scene:
    """A scene for one test."""
    return _set(world)


def _set(world: World) -> Scene:
    plug_in_groups(world.services, "outside")
    organisation = Organisation(world.services)
    boss = organisation.person("boss")
    home, elsewhere = organisation.catalog("Home"), organisation.catalog("Elsewhere")
    package = organisation.package(catalog=home)
    review = factories.by_manager(world.clock.now().date(), boss, justification_required=False)
    policy = organisation.policy(package, review=review)
    scopes = {"": "", "catalog": f"catalog:{home.id}", "package": f"package:{package.id}"}
    scopes["other"] = f"catalog:{elsewhere.id}"
    people = {}
    for who, held in COLUMNS.items():
        people[who] = organisation.person(who.replace(" ", "-"), manager="boss")
        if isinstance(held, tuple):
            organisation.grant(people[who], held[0], scopes[held[1]])
    spare = organisation.person("spare")
    (assignment,) = organisation.assign(policy, people["assignee"])
    world.clock.set(world.clock.now().replace(hour=23, minute=59, second=30))
    world.tick()
    (instance,) = world.services.reviews.instances_of(ids.definition_id(policy.id), 5, None).items
    known = {"catalog": home.id, "package": package.id, "policy": policy.id, "assignment": assignment}
    known |= {"definition": instance.definition_id, "review": instance.id, "spare": spare.id, "boss": boss.id}
    now, removed = world.clock.now(), ids.guid("removed")
    back = Removal(
        instance_id=instance.id,
        item_id=removed,
        assignment_id=assignment,
        person_id=people["assignee"].id,
        standing=Standing.REMOVED,
        begun=now,
        regrants=(Regrant(noticed=now),),
    )
    world.services.writer.put_all([back])
    return Scene(world, known | {"removal": removed})


def _policy_body() -> dict[str, Any]:
    return {"displayName": "Staff", "description": "Changed", "accessPackage": {"id": "{package}"}}


REQUESTS = f"{EM}/assignmentRequests"
STAYS = {"how": "kept", "reason": "Agreed with the owner"}
DECISIONS = f"{AR}/{{definition}}/instances/{{review}}/decisions"
ACTIONS: dict[str, tuple[str, str, Any]] = {
    "create a catalog": ("POST", f"{EM}/catalogs", {"displayName": "Fresh"}),
    "see the catalog": ("GET", f"{EM}/catalogs/{{catalog}}", None),
    "edit the catalog": ("PATCH", f"{EM}/catalogs/{{catalog}}", {"description": "Changed"}),
    "see the connections": ("GET", "/api/v1/connectors", None),
    "configure a connection": (
        "POST",
        "/api/v1/connectors",
        {"name": "site", "kind": "manual", "settings": {"assignedTo": "catalogOwners"}},
    ),
    "see the kinds": ("GET", "/api/v1/connectors/kinds", None),
    "see everybody's tasks": ("GET", "/api/v1/tasks?scope=all", None),
    "appoint an owner": (
        "POST",
        "/api/v1/roles",
        {"role": "catalogOwner", "scope": "catalog:{catalog}", "principalId": "{spare}"},
    ),
    "appoint for the package": (
        "POST",
        "/api/v1/roles",
        {"role": "assignmentManager", "scope": "package:{package}", "principalId": "{spare}"},
    ),
    "appoint an auditor": ("POST", "/api/v1/roles", {"role": "auditor", "principalId": "{spare}"}),
    "see the package": ("GET", f"{EM}/accessPackages/{{package}}", None),
    "create a package": ("POST", f"{EM}/accessPackages", {"displayName": "Fresh", "catalog": {"id": "{catalog}"}}),
    "edit the package": ("PATCH", f"{EM}/accessPackages/{{package}}", {"description": "Changed"}),
    "see the policy": ("GET", f"{EM}/assignmentPolicies/{{policy}}", None),
    "edit the policy": ("PUT", f"{EM}/assignmentPolicies/{{policy}}", _policy_body()),
    "look ahead at reviews": (
        "POST",
        "/api/v1/review-previews",
        {"accessPackageId": "{package}", "assignmentPolicyId": "{policy}"},
    ),
    "assign a person": (
        "POST",
        REQUESTS,
        {"requestType": "adminAdd", "assignment": {"targetId": "{spare}", "assignmentPolicyId": "{policy}"}},
    ),
    "see the assignment": ("GET", f"{EM}/assignments/{{assignment}}", None),
    "remove the assignment": ("POST", REQUESTS, {"requestType": "adminRemove", "assignment": {"id": "{assignment}"}}),
    "see the review": ("GET", "/api/v1/reviews/{review}", None),
    "see its counts": ("GET", "/api/v1/reviews/{review}", None),
    "see its decisions": ("GET", DECISIONS, None),
    "see its reviewers": ("GET", "/api/v1/reviews/{review}/reviewers", None),
    "see its removals": ("GET", "/api/v1/reviews/{review}/removals", None),
    "settle a removal": ("POST", "/api/v1/reviews/{review}/removals/{removal}/settle", STAYS),
    "see what wants a person": ("GET", "/api/v1/removals?needs=person", None),
    "see what it would do": ("GET", "/api/v1/reviews/{review}/consequences", None),
    "see what it compared": ("GET", "/api/v1/reviews/{review}/comparison", None),
    "see the overview": ("GET", "/api/v1/overview", None),
    "see who would lose it": ("GET", "/api/v1/reviews/{review}/removals-to-confirm", None),
    "stop the review": ("POST", "/api/v1/reviews/{review}/stop", {}),
    "read closed reviews": ("GET", "/api/v1/closed-reviews", None),
    "name a control owner": ("PUT", "/api/v1/access-packages/{package}/control-owner", {"personId": "{spare}"}),
    "see the control owner": ("GET", "/api/v1/access-packages/{package}/control-owner", None),
    "read the audit trail": ("GET", "/api/v1/audit", None),
    "read the package's trail": ("GET", "/api/v1/audit?target={package}", None),
    "export the audit trail": ("POST", "/api/v1/audit/exports", {}),
    "import people": ("POST", "/api/v1/imports/people", {}),
    "look at the imports": ("GET", "/api/v1/imports", None),
    "adopt what exists": ("POST", "/api/v1/adoptions", {"connection": "outside", "groups": "all"}),
    "look at the adoptions": ("GET", "/api/v1/adoptions", None),
    "list people": ("GET", "/api/v1/people", None),
    "look at a person": ("GET", "/api/v1/people/{spare}", None),
    "see the review's mails": ("GET", "/api/v1/mails?reviewId={review}", None),
    "see a person's mails": ("GET", "/api/v1/mails?personId={boss}", None),
    "read a mail": ("GET", "/api/v1/reviews/{review}/mails/{boss}?kind=start", None),
    "see what was not sent": ("GET", "/api/v1/mails/undelivered", None),
    "tell of sign-ins": ("POST", "/api/v1/sign-ins", {"source": "Okta", "signIns": []}),
    "see the sources": ("GET", "/api/v1/sources", None),
    "see what is not mailed": ("GET", "/api/v1/mails/suppressed", None),
    "mail an address again": ("DELETE", "/api/v1/mails/suppressed/nobody@example.com", None),
    "see the deployment": ("GET", "/api/v1/settings/deployment", None),
}
SHOWN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "see its counts": lambda body: body.get("counts"),
    "see its decisions": lambda body: body["value"],
}


def rows() -> list[tuple[str, str, str]]:
    """(action, who, mark) of every cell."""
    found = []
    for line in TABLE.splitlines()[1:]:
        action, marks = line[:25].strip(), line[25:].split()
        found += [(action, who, mark) for who, mark in zip(COLUMNS, marks, strict=True)]
    return found


def verdict(action: str, reply: Reply) -> str:
    """The mark of an answer. A body that hides what was asked for is a refusal."""
    if reply.status < 300:
        return "+" if action not in SHOWN or SHOWN[action](reply.json) else "-"
    assert reply.status in (403, 404), reply.text
    return "-" if reply.status == 403 else "."


def test_the_table_has_every_action() -> None:
    assert {action for action, _, _ in rows()} == set(ACTIONS)


@pytest.mark.parametrize("who", COLUMNS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(scene: Scene, who: str) -> None:
    """R165-R168, G40: what one may not see does not exist; what one may see but not do is forbidden and changes
    nothing."""
    mine = [(action, mark) for action, name, mark in rows() if name == who]
    before = contents()
    refused = {action: mark for action, mark in mine if mark != "+"}
    assert {action: verdict(action, scene.ask(who, *ACTIONS[action])) for action in refused} == refused
    assert contents() == before
    for action in [action for action, mark in mine if mark == "+"]:
        reply = scene.ask(who, *ACTIONS[action])
        assert verdict(action, reply) == "+", (action, reply.text)


def test_who_tells_of_sign_ins_may_do_nothing_else(scene: Scene) -> None:
    """A program's role: whoever else's marks are a stranger's."""
    robot = Organisation(scene.world.services).person("robot")
    Organisation(scene.world.services).grant(robot, Role.SIGN_IN_SENDER)
    marks = {action: mark for action, name, mark in rows() if name == "stranger"} | {"tell of sign-ins": "+"}
    assert {action: verdict(action, scene.ask("robot", *ACTIONS[action])) for action in marks} == marks


def test_a_control_owner_sees_everything_about_the_package_and_changes_nothing(scene: Scene) -> None:
    """What an assignment manager of the package sees, without assigning."""
    carol = Organisation(scene.world.services).person("carol")
    Organisation(scene.world.services).grant(carol, Role.CONTROL_OWNER, f"package:{scene.ids['package']}")
    marks = {action: mark for action, name, mark in rows() if name == "assignment manager of the package"}
    marks |= {"assign a person": "-", "remove the assignment": "-"}
    assert {action: verdict(action, scene.ask("carol", *ACTIONS[action])) for action in marks} == marks


def test_a_hidden_object_and_none_look_the_same(scene: Scene) -> None:
    """A refusal does not reveal existence."""
    for action in ("see the catalog", "see the package", "see the policy", "see the assignment", "see the review"):
        method, path, _ = ACTIONS[action]
        hidden = scene.ask("stranger", method, path)
        nothing = path.format(**dict.fromkeys(scene.ids, ids.guid("none")))
        none = scene.world.call(method, nothing, None, "boss@example.com")
        assert hidden.status == none.status == 404
        assert hidden.error["message"] == none.error["message"]


def test_lists_hold_what_the_caller_may_see(scene: Scene) -> None:
    """R165: among others, a catalog creator does not see catalogs they do not own."""
    for action, path, member in (
        ("see the catalog", f"{EM}/catalogs", "catalog"),
        ("see the package", f"{EM}/accessPackages", "package"),
        ("see the policy", f"{EM}/assignmentPolicies", "policy"),
        ("see the assignment", f"{EM}/assignments", "assignment"),
        ("see the review", AR, "definition"),
    ):
        for name, who, mark in rows():
            if name == action:
                listed = {one["id"] for one in scene.ask(who, "GET", path).json["value"]}
                assert (scene.ids[member] in listed) is (mark == "+"), (action, who)


def test_who_creates_a_catalog_becomes_its_first_owner(world: World) -> None:
    """R3: in the same commit, so that the next request finds them the owner."""
    organisation = Organisation(world.services)
    organisation.grant(organisation.person("ola"), Role.CATALOG_CREATOR)
    made = world.post(f"{EM}/catalogs", {"displayName": "Mine"}, "ola@example.com")
    assert made.status == 201
    assert world.get(f"{EM}/catalogs/{made.json['id']}", "ola@example.com").status == 200
    package = {"displayName": "First", "catalog": {"id": made.json["id"]}}
    assert world.post(f"{EM}/accessPackages", package, "ola@example.com").status == 201
    held = world.get("/api/v1/roles", "ola@example.com").json["value"]
    assert ("catalogOwner", f"catalog:{made.json['id']}") in {(one["role"], one["scope"]) for one in held}


def test_an_administrator_who_creates_a_catalog_is_given_no_role(office: Desk) -> None:
    """R3 is about others: administrators may do everything anyway."""
    create_catalog(office.services, ADMIN, office.now, office.operation(), CatalogDraft(display_name="Sales"))
    assert office.services.people.role_grants() == []


def test_the_last_administrator_stays(office: Desk) -> None:
    """P14, also when two administrators remove each other at once."""
    organisation = office.organisation
    one, two = organisation.person("one"), organisation.person("two")
    settings = replace(office.services.settings, first_administrator="")
    services = replace(office.services, settings=settings)
    grants = [RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=person.id) for person in (one, two)]
    for grant in grants:
        grant_role(services, ADMIN, office.now, office.operation(), grant)
    revoke_role(services, ADMIN, office.now, office.operation(), grants[0])
    with pytest.raises(Conflict):
        revoke_role(services, ADMIN, office.now, office.operation(), grants[1])
    assert (Role.ADMINISTRATOR, "") in roles_of(services, two)


def test_an_empty_group_or_a_disabled_account_is_no_administrator_who_stays(office: Desk) -> None:
    """P14."""
    organisation = office.organisation
    one, gone = organisation.person("one"), organisation.person("gone", enabled=False)
    services = replace(office.services, settings=replace(office.services.settings, first_administrator=""))
    last = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=one.id)
    empty = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=ids.guid("group"), principal_kind="group")
    disabled = RoleGrant(role=Role.ADMINISTRATOR, scope="", principal_id=gone.id)
    services.writer.put_all([last, empty, disabled])
    with pytest.raises(Conflict):
        revoke_role(services, ADMIN, office.now, office.operation(), last)


def test_auditors_and_readers_have_no_right_that_changes_anything() -> None:
    """R167, G40."""
    changing = {Right.CREATE_CATALOGS, Right.OWN_CATALOG, Right.MANAGE_PACKAGES, Right.ASSIGN}
    for role in (Role.AUDITOR, Role.CATALOG_READER, Role.SIGN_IN_SENDER):
        assert not RIGHTS[role] & changing
    assert RIGHTS[Role.ADMINISTRATOR] == set(Right)
