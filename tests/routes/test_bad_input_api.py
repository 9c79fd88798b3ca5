"""Bad input on every route of our own root: refused clearly, nothing changed (brief, section 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.routes.adopting import adoption
from tests.routes.attacking import ADMIN, ANN, BOSS, Route, Stage, routes_under, stage, unharmed
from tests.routes.attacks import attack, check_refusal
from tests.routes.entitling import by_self

__all__ = ["stage"]
DELEGATE = "/api/v1/me/delegate"
REVIEWS, ROLES, IMPORTS = "/api/v1/reviews", "/api/v1/roles", "/api/v1/imports"
ADOPTIONS, ADOPTABLE = "/api/v1/adoptions", "/api/v1/adoptable-connections"
SERIES = "/api/v1/review-series"
MINE = "/api/v1/my-access"
SIGN_INS, SOURCES = "/api/v1/sign-ins", "/api/v1/sources"
PACKAGES, CATALOGS = "/api/v1/access-packages", "/api/v1/catalogs"
AUDIT, EXPORTS = "/api/v1/audit", "/api/v1/audit/exports"
PREVIEWS = "/api/v1/review-previews"
MAILS, MAIL = "/api/v1/mail-previews", "/api/v1/settings/mail"
CONNECTORS, CALLBACKS = "/api/v1/connectors", "/api/v1/connector-callbacks/{name}"
TASKS = "/api/v1/tasks"
SENT, PERSON = "/api/v1/mails", "/api/v1/people/{person_id}"

CLIENTS = "/api/v1/provisioning-clients"
OVERLAPS = "/api/v1/access-packages/{package_id}/incompatible-holders"
BOTH = "/api/v1/access-packages/{package}/incompatible-holders"


def decisions(stage: Stage) -> dict[str, Any]:
    return {
        "decisions": [
            {
                "id": stage.ids["item"],
                "decision": "Approve",
                "justification": "needed",
                "privateNote": "x",
                "version": 1,
            }
        ],
    }


def stop(stage: Stage) -> dict[str, Any]:
    return {"unanswered": "keep"}


def confirmed(stage: Stage) -> dict[str, Any]:
    return {"except": [stage.ids["item"]], "reason": "on leave"}


def declined(stage: Stage) -> dict[str, Any]:
    return {"reason": "a mistake"}


def disposition(stage: Stage) -> dict[str, Any]:
    return {"disposition": "accepted", "reason": "known"}


def signature(stage: Stage) -> dict[str, Any]:
    return {"words": "I have looked at it."}


def owner(stage: Stage) -> dict[str, Any]:
    return {"personId": stage.ids["eve"]}


def keeps_one(stage: Stage) -> dict[str, Any]:
    return {"keepsOne": True}


def hand_over(stage: Stage) -> dict[str, Any]:
    return {"to": stage.ids["eve"], "reason": "away", "items": [stage.ids["item"]]}


def take_back(stage: Stage) -> dict[str, Any]:
    return {"to": stage.ids["eve"], "items": [stage.ids["item"]]}


def assigned(stage: Stage) -> dict[str, Any]:
    return {"to": stage.ids["eve"], "reason": "nobody else", "items": [stage.ids["item"]]}


def absence(stage: Stage) -> dict[str, Any]:
    day = stage.world.clock.now() + timedelta(days=1)
    times = {"startDateTime": day.isoformat(), "endDateTime": (day + timedelta(days=1)).isoformat()}
    return {"to": stage.ids["eve"], "reason": "holiday"} | times


def extension(stage: Stage) -> dict[str, Any]:
    return {"endDateTime": "2026-04-01T00:00:00Z", "reason": "holidays"}


def follow_up(stage: Stage) -> dict[str, Any]:
    return {"durationInDays": 7, "reviewers": [{"userId": stage.ids["eve"]}]}


def role(stage: Stage) -> dict[str, Any]:
    scope = f"catalog:{stage.ids['catalog']}"
    return {"role": "catalogOwner", "principalId": stage.ids["user"], "scope": scope, "principalKind": "user"}


def export(stage: Stage) -> dict[str, Any]:
    return {"from": "2026-03-01", "to": "2026-03-02", "activity": "x", "category": "x", "actor": "x", "target": "x"}


def looked_ahead(stage: Stage) -> dict[str, Any]:
    """Of a new policy: those of the one there is have begun."""
    return {"accessPackageId": stage.ids["package"], "reviewSettings": by_self()}


def connector(stage: Stage) -> dict[str, Any]:
    return {"name": "warehouse", "kind": "manual", "displayName": "Warehouse", "settings": {"assignedTo": BOSS}}


def changed_connector(stage: Stage) -> dict[str, Any]:
    return {"displayName": "Warehouse", "settings": {"assignedTo": BOSS}}


def callback(stage: Stage) -> dict[str, Any]:
    return {"operationId": stage.ids["task"], "status": "done", "reason": "x"}


def done(stage: Stage) -> dict[str, Any]:
    return {"note": "Ticket 7"}


def not_done(stage: Stage) -> dict[str, Any]:
    return {"reason": "dynamic group"}


def reassigned(stage: Stage) -> dict[str, Any]:
    return {"personId": stage.ids["eve"]}


def mail_settings(stage: Stage) -> dict[str, Any]:
    return {"organisation": "Contoso", "contact": "help@contoso.example", "logoUrl": "https://contoso.example/l.png"}


def provisioning_client(stage: Stage) -> dict[str, Any]:
    return {"displayName": "Okta", "expirationDateTime": "2030-01-01T00:00:00Z"}


def rotation(stage: Stage) -> dict[str, Any]:
    return {"overlapHours": 1, "expirationDateTime": "2030-01-01T00:00:00Z"}


def drawn_sample(stage: Stage) -> dict[str, Any]:
    return {"sample": 2, "seed": "spring audit"}


def settlement(stage: Stage) -> dict[str, Any]:
    return {"how": "kept", "reason": "agreed with the owner"}


def sign_ins(stage: Stage) -> dict[str, Any]:
    one = {"userPrincipalName": ANN, "at": "2026-03-01T00:00:00Z", "resource": "payroll", "interactive": True}
    return {"source": "Okta", "signIns": [one], "coversUntil": "2026-03-01T00:00:00Z"}


def source_changes(stage: Stage) -> dict[str, Any]:
    return {"everyHours": 48, "retired": False}


def on_old_data(stage: Stage) -> dict[str, Any]:
    return {"reason": "The auditor waits."}


TABLE = {
    f"POST {SIGN_INS}": Route(SIGN_INS, sign_ins, loose=("signIns/0/resource",), strict=True),
    f"GET {SOURCES}": Route(SOURCES),
    f"PATCH {SOURCES}/{{source_id}}": Route(f"{SOURCES}/{{source}}", source_changes, strict=True),
    f"POST {SERIES}/{{series_id}}/open-anyway": Route(f"{SERIES}/{{definition}}/open-anyway", on_old_data, strict=True),
    f"GET {CONNECTORS}": Route(CONNECTORS),
    f"GET {CONNECTORS}/kinds": Route(f"{CONNECTORS}/kinds"),
    f"POST {CONNECTORS}": Route(CONNECTORS, connector, strict=True),
    f"GET {CONNECTORS}/{{name}}": Route(f"{CONNECTORS}/{{connection}}"),
    f"PATCH {CONNECTORS}/{{name}}": Route(f"{CONNECTORS}/{{connection}}", changed_connector, strict=True),
    f"DELETE {CONNECTORS}/{{name}}": Route(f"{CONNECTORS}/{{connection}}"),
    f"POST {CONNECTORS}/{{name}}/check": Route(f"{CONNECTORS}/{{connection}}/check", strict=True),
    f"POST {CALLBACKS}": Route(
        CALLBACKS.replace("{name}", "x"),
        callback,
        words=("status",),
        loose=("operationId", "reason"),
        strict=True,
        public=True,
    ),
    f"GET {TASKS}": Route(TASKS, stranger=(200,)),
    f"GET {TASKS}/count": Route(f"{TASKS}/count", stranger=(200,)),
    f"GET {TASKS}/{{task_id}}": Route(f"{TASKS}/{{task}}"),
    f"POST {TASKS}/{{task_id}}/done": Route(f"{TASKS}/{{task}}/done", done, strict=True),
    f"POST {TASKS}/{{task_id}}/not-done": Route(f"{TASKS}/{{task}}/not-done", not_done, strict=True),
    f"POST {TASKS}/{{task_id}}/reassign": Route(f"{TASKS}/{{task}}/reassign", reassigned, strict=True),
    f"GET {AUDIT}": Route(AUDIT),
    f"POST {EXPORTS}": Route(EXPORTS, export, words=("from", "to"), strict=True),
    "GET /api/v1/people": Route("/api/v1/people"),
    f"GET {PERSON}": Route("/api/v1/people/{user}"),
    f"DELETE {PERSON}": Route("/api/v1/people/{eve}"),
    f"GET {CLIENTS}": Route(CLIENTS),
    f"POST {CLIENTS}": Route(CLIENTS, provisioning_client, strict=True),
    f"POST {CLIENTS}/{{client_id}}/rotate": Route(f"{CLIENTS}/{{client}}/rotate", rotation, strict=True),
    f"DELETE {CLIENTS}/{{client_id}}": Route(f"{CLIENTS}/{{client}}"),
    f"GET {PERSON}/packages": Route("/api/v1/people/{user}/packages"),
    f"GET {PERSON}/reviews": Route("/api/v1/people/{user}/reviews"),
    f"GET {PERSON}/roles": Route("/api/v1/people/{user}/roles"),
    f"GET {SENT}": Route(SENT, stranger=(400,)),
    f"GET {SENT}/undelivered": Route(f"{SENT}/undelivered"),
    f"GET {SENT}/undelivered/count": Route(f"{SENT}/undelivered/count", stranger=(200,)),
    f"GET {SENT}/suppressed": Route(f"{SENT}/suppressed"),
    f"DELETE {SENT}/suppressed/{{address}}": Route(f"{SENT}/suppressed/nobody@example.com"),
    f"GET {REVIEWS}/{{review_id}}/mails/{{person_id}}": Route(f"{REVIEWS}/{{review}}/mails/{{boss}}", stranger=(400,)),
    "GET /api/v1/health": Route("/api/v1/health", public=True),
    "GET /api/v1/health/deep": Route("/api/v1/health/deep"),
    "GET /api/v1/settings/deployment": Route("/api/v1/settings/deployment"),
    f"GET {EXPORTS}/{{export_id}}": Route(f"{EXPORTS}/{{audit_export}}"),
    f"GET {REVIEWS}": Route(REVIEWS, stranger=(200,)),
    "GET /api/v1/closed-reviews": Route("/api/v1/closed-reviews"),
    f"GET {REVIEWS}/{{review_id}}": Route(f"{REVIEWS}/{{review}}"),
    "GET /api/v1/evidence-key": Route("/api/v1/evidence-key", stranger=(200,)),
    f"GET {REVIEWS}/{{review_id}}/seals": Route(f"{REVIEWS}/{{review}}/seals"),
    f"POST {REVIEWS}/{{review_id}}/evidence": Route(f"{REVIEWS}/{{review}}/evidence", drawn_sample, strict=True),
    f"GET {REVIEWS}/{{review_id}}/evidence/{{pack_id}}": Route(f"{REVIEWS}/{{review}}/evidence/{{item}}"),
    f"GET {REVIEWS}/{{review_id}}/briefing": Route(f"{REVIEWS}/{{review}}/briefing", as_=BOSS),
    f"GET {REVIEWS}/{{review_id}}/earlier-decisions": Route(f"{REVIEWS}/{{review}}/earlier-decisions", as_=BOSS),
    f"GET {REVIEWS}/{{review_id}}/reviewers": Route(f"{REVIEWS}/{{review}}/reviewers"),
    f"GET {REVIEWS}/{{review_id}}/comparison": Route(f"{REVIEWS}/{{review}}/comparison"),
    f"GET {REVIEWS}/{{review_id}}/seals/check": Route(f"{REVIEWS}/{{review}}/seals/check"),
    f"GET {REVIEWS}/{{review_id}}/progress": Route(f"{REVIEWS}/{{review}}/progress"),
    f"GET {REVIEWS}/{{review_id}}/consequences": Route(f"{REVIEWS}/{{review}}/consequences"),
    "GET /api/v1/overview": Route("/api/v1/overview"),
    "GET /api/v1/live-reviews": Route("/api/v1/live-reviews"),
    "GET /api/v1/calendar": Route("/api/v1/calendar"),
    f"GET {REVIEWS}/{{review_id}}/items/{{item_id}}/history": Route(
        f"{REVIEWS}/{{review}}/items/{{item}}/history", as_=BOSS
    ),
    "GET /api/v1/me": Route("/api/v1/me", stranger=(200,)),
    f"GET {MINE}": Route(MINE, stranger=(200,)),
    f"GET {MINE}/{{assignment_id}}": Route(f"{MINE}/{{assignment}}", as_=ANN),
    f"POST {REVIEWS}/{{review_id}}/decisions": Route(
        f"{REVIEWS}/{{review}}/decisions",
        decisions,
        as_=BOSS,
        words=("decisions/0/decision",),
        loose=("decisions/0/justification", "decisions/0/privateNote"),
        strict=True,
    ),
    f"POST {REVIEWS}/{{review_id}}/stop": Route(f"{REVIEWS}/{{review}}/stop", stop, words=("unanswered",), strict=True),
    f"POST {REVIEWS}/{{review_id}}/apply": Route(f"{REVIEWS}/{{review}}/apply", strict=True),
    f"GET {REVIEWS}/{{review_id}}/items/{{item_id}}/restore": Route(f"{REVIEWS}/{{review}}/items/{{item}}/restore"),
    f"POST {REVIEWS}/{{review_id}}/items/{{item_id}}/restore": Route(
        f"{REVIEWS}/{{review}}/items/{{item}}/restore", declined, strict=True
    ),
    "PUT /api/v1/resources/{resource_id}/keeps-one": Route(
        "/api/v1/resources/{resource}/keeps-one", keeps_one, strict=True
    ),
    f"GET {PERSON}/removals": Route("/api/v1/people/{user}/removals"),
    f"GET {PERSON}/denials": Route("/api/v1/people/{user}/denials"),
    f"POST {PERSON}/denials/{{package_id}}/lift": Route(
        "/api/v1/people/{user}/denials/{package}/lift", declined, strict=True
    ),
    f"GET {REVIEWS}/{{review_id}}/removals-to-confirm": Route(f"{REVIEWS}/{{review}}/removals-to-confirm"),
    f"POST {REVIEWS}/{{review_id}}/confirm-removals": Route(
        f"{REVIEWS}/{{review}}/confirm-removals", confirmed, strict=True
    ),
    f"POST {REVIEWS}/{{review_id}}/decline-removals": Route(
        f"{REVIEWS}/{{review}}/decline-removals", declined, strict=True
    ),
    f"POST {REVIEWS}/{{review_id}}/retry": Route(f"{REVIEWS}/{{review}}/retry", strict=True),
    f"POST {REVIEWS}/{{review_id}}/extend": Route(f"{REVIEWS}/{{review}}/extend", extension, strict=True),
    f"POST {REVIEWS}/{{review_id}}/follow-up": Route(f"{REVIEWS}/{{review}}/follow-up", follow_up, strict=True),
    f"GET {REVIEWS}/{{review_id}}/removals": Route(f"{REVIEWS}/{{review}}/removals"),
    f"POST {REVIEWS}/{{review_id}}/removals/{{item_id}}/settle": Route(
        f"{REVIEWS}/{{review}}/removals/{{item}}/settle", settlement, words=("how",), strict=True
    ),
    f"POST {REVIEWS}/{{review_id}}/removals/{{item_id}}/retry": Route(
        f"{REVIEWS}/{{review}}/removals/{{item}}/retry", strict=True
    ),
    f"POST {REVIEWS}/{{review_id}}/removals/{{item_id}}/review": Route(
        f"{REVIEWS}/{{review}}/removals/{{item}}/review", strict=True
    ),
    "GET /api/v1/removals": Route("/api/v1/removals"),
    f"GET {PACKAGES}/{{package_id}}/cadence": Route(f"{PACKAGES}/{{package}}/cadence"),
    f"GET {PACKAGES}/{{package_id}}/cadence.csv": Route(f"{PACKAGES}/{{package}}/cadence.csv"),
    f"GET {REVIEWS}/{{review_id}}/exceptions": Route(f"{REVIEWS}/{{review}}/exceptions"),
    f"PUT {REVIEWS}/{{review_id}}/exceptions/{{key}}": Route(
        f"{REVIEWS}/{{review}}/exceptions/dontKnow", disposition, words=("disposition",), strict=True
    ),
    f"GET {REVIEWS}/{{review_id}}/exceptions/{{key}}/cases": Route(f"{REVIEWS}/{{review}}/exceptions/dontKnow/cases"),
    f"GET {REVIEWS}/{{review_id}}/sign-off": Route(f"{REVIEWS}/{{review}}/sign-off"),
    f"POST {REVIEWS}/{{review_id}}/sign-off": Route(f"{REVIEWS}/{{review}}/sign-off", signature, strict=True),
    **{
        f"{method} {place}/{{{kind}_id}}/control-owner": Route(
            f"{place}/{{{kind}}}/control-owner", owner if method == "PUT" else None, strict=method == "PUT"
        )
        for method in ("GET", "PUT", "DELETE")
        for kind, place in (("package", PACKAGES), ("catalog", CATALOGS))
    },
    f"GET {SERIES}/{{series_id}}": Route(f"{SERIES}/{{definition}}"),
    f"POST {PREVIEWS}": Route(PREVIEWS, looked_ahead, words=("reviewSettings/expirationBehavior",)),
    f"GET {MAILS}": Route(MAILS),
    f"GET {MAILS}/{{template}}": Route(f"{MAILS}/{{template}}"),
    f"POST {MAILS}/{{template}}": Route(f"{MAILS}/{{template}}", mail_settings, strict=True),
    f"GET {MAIL}": Route(MAIL),
    "GET /api/v1/sign-in": Route("/api/v1/sign-in", public=True),
    f"PUT {MAIL}": Route(MAIL, mail_settings, strict=True),
    f"GET {OVERLAPS}": Route(BOTH),
    f"GET {OVERLAPS}/{{incompatible_id}}": Route(f"{BOTH}/{{group}}"),
    f"GET {OVERLAPS}.csv": Route(f"{BOTH}.csv"),
    f"POST {REVIEWS}/{{review_id}}/hand-over": Route(
        f"{REVIEWS}/{{review}}/hand-over", hand_over, as_=BOSS, strict=True
    ),
    f"POST {REVIEWS}/{{review_id}}/take-back": Route(
        f"{REVIEWS}/{{review}}/take-back", take_back, as_=BOSS, strict=True
    ),
    f"GET {REVIEWS}/{{review_id}}/needs-reviewer": Route(f"{REVIEWS}/{{review}}/needs-reviewer"),
    f"POST {REVIEWS}/{{review_id}}/assign-reviewer": Route(
        f"{REVIEWS}/{{review}}/assign-reviewer", assigned, strict=True
    ),
    f"GET {DELEGATE}": Route(DELEGATE, stranger=(404,)),
    f"PUT {DELEGATE}": Route(DELEGATE, absence, stranger=(400,), strict=True),
    f"DELETE {DELEGATE}": Route(DELEGATE, stranger=(404,)),
    f"GET {ROLES}": Route(ROLES, stranger=(200,)),
    f"POST {ROLES}": Route(ROLES, role, words=("role", "principalKind"), strict=True),
    f"DELETE {ROLES}/{{role_id}}": Route(f"{ROLES}/{{role}}"),
    f"POST {IMPORTS}/people": Route(f"{IMPORTS}/people", strict=True),
    f"POST {IMPORTS}/assignments": Route(f"{IMPORTS}/assignments", strict=True),
    f"GET {ADOPTABLE}": Route(ADOPTABLE),
    f"GET {ADOPTABLE}/{{name}}/groups": Route(f"{ADOPTABLE}/{{adoptable}}/groups"),
    f"POST {ADOPTIONS}/preview": Route(f"{ADOPTIONS}/preview", adoption, strict=True),
    f"POST {ADOPTIONS}": Route(ADOPTIONS, adoption, strict=True),
    f"GET {ADOPTIONS}": Route(ADOPTIONS),
    f"GET {ADOPTIONS}/{{adoption_id}}": Route(f"{ADOPTIONS}/{{adoption}}"),
    f"GET {ADOPTIONS}/{{adoption_id}}/groups/{{number}}/members": Route(f"{ADOPTIONS}/{{adoption}}/groups/0/members"),
    f"GET {IMPORTS}": Route(IMPORTS),
    f"GET {IMPORTS}/{{import_id}}": Route(f"{IMPORTS}/{{import}}"),
    f"GET {REVIEWS}/{{review_id}}/results.csv": Route(f"{REVIEWS}/{{review}}/results.csv"),
    f"GET {PACKAGES}/{{package_id}}/assignments.csv": Route(f"{PACKAGES}/{{package}}/assignments.csv"),
    "GET /api/v1/coverage": Route("/api/v1/coverage"),
    "GET /api/v1/coverage.csv": Route("/api/v1/coverage.csv"),
    "GET /api/v1/exports/{export_id}": Route("/api/v1/exports/{export}"),
    "GET /api/v1/downloads/{token}": Route("/api/v1/downloads/{download}", public=True),
}
PAGED = (
    *("/api/v1/live-reviews", "/api/v1/calendar"),
    *(AUDIT, "/api/v1/coverage", REVIEWS, MINE, f"{SERIES}/{{definition}}", f"{BOTH}/{{group}}"),
    *(f"{REVIEWS}/{{review}}/removals-to-confirm", f"{REVIEWS}/{{review}}/reviewers"),
    *(f"{IMPORTS}/{{import}}", IMPORTS, f"{SENT}/undelivered"),
    *("/api/v1/people", "/api/v1/people/{user}/reviews", TASKS),
)


def test_the_table_has_every_route() -> None:
    assert set(TABLE) == routes_under("/api/v1/")


@pytest.mark.parametrize("name", TABLE)
def test_bad_input_is_refused_and_changes_nothing(stage: Stage, name: str) -> None:
    attack(stage, TABLE, name)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("option", ["$top=1", "nothing=1", "%24filter=x", "accesspackageid=1"])
def test_query_options_that_are_not_known_are_refused(stage: Stage, name: str, option: str) -> None:
    route, method = TABLE[name], name.partition(" ")[0]
    body = route.body(stage) if route.body else {} if method in ("POST", "PUT") else None
    with unharmed():
        reply = stage.world.call(method, f"{stage.address(route.path)}?{option}", body, route.as_)
        check_refusal(reply, 400, target=True, about=(name, option))


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("token", ["", "AAAA", "A" * 5_000, "-1", "%C3%BC", "1&$skiptoken=2"])
def test_cursors_that_are_none_are_refused(stage: Stage, path: str, token: str) -> None:
    reply = stage.world.get(f"{stage.address(path)}?$skiptoken={token}")
    check_refusal(reply, 400, target=True, about=(path, token))


def test_a_package_that_is_none_has_no_reviews(stage: Stage) -> None:
    for wrong in ("x", "x" * 3_000, "%00", "../x", stage.ids["policy"]):
        check_refusal(stage.world.get(f"{REVIEWS}?accessPackageId={wrong}"), 404, 400, about=wrong)


def test_decisions_are_refused_one_by_one(stage: Stage) -> None:
    """Ids that are no item of the caller, versions that do not fit: each has its own answer."""
    url = stage.address(f"{REVIEWS}/{{review}}/decisions")
    ids = [stage.ids["assignment"], "ffffffff-ffff-ffff-ffff-ffffffffffff"]
    with unharmed():
        body = {"decisions": [{"id": one, "decision": "Deny"} for one in ids]}
        results = stage.world.post(url, body, BOSS).json["results"]
        assert [one["status"] for one in results] == [403, 403] and all(one["error"]["message"] for one in results)
        for wrong in ("\x00", "x" * 1_001):
            one = {"id": stage.ids["item"], "decision": "Deny", "justification": wrong}
            (result,) = stage.world.post(url, {"decisions": [one]}, BOSS).json["results"]
            assert (result["status"], result["error"]["target"]) == (400, "justification")
        for wrong in (7, None):
            one = {"id": stage.ids["item"], "decision": "Deny", "justification": wrong}
            error = check_refusal(stage.world.post(url, {"decisions": [one]}, BOSS), 400)
            assert error["target"] == "decisions/0/justification"
        check_refusal(stage.world.post(url, {"decisions": body["decisions"] * 501}, BOSS), 413)
        assert check_refusal(stage.world.post(url, {}, BOSS), 400)["target"] == "decisions"


@pytest.mark.parametrize("kind", ["people", "assignments"])
def test_files_that_are_none_are_refused(stage: Stage, kind: str) -> None:
    csv = {"content-type": "text/csv"}
    with unharmed():
        reply = stage.world.call("POST", f"{IMPORTS}/{kind}", "x" * 5_000_001, ADMIN, headers=csv)
        check_refusal(reply, 413)
        reply = stage.world.call("POST", f"{IMPORTS}/{kind}", "", "eve@example.com", headers=csv)
        check_refusal(reply, 403)


@pytest.mark.parametrize("name", TABLE)
def test_options_nobody_knows_are_refused_by_name(stage: Stage, name: str) -> None:
    """A wrong name, such as `package` for `accessPackageId`, would otherwise narrow nothing in silence."""
    route, method = TABLE[name], name.partition(" ")[0]
    body = route.body(stage) if route.body else None
    with unharmed():
        reply = stage.world.call(method, f"{stage.address(route.path)}?package=x", body, route.as_)
        assert check_refusal(reply, 400, about=name)["target"] == "package"


def test_the_refusal_of_an_option_names_those_there_are(stage: Stage) -> None:
    message = stage.world.get(f"{REVIEWS}?package={stage.ids['package']}").error["message"]
    assert "accessPackageId" in message
