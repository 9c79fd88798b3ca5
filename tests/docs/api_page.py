"""docs/api.md, made of what the routes declare, of who may call them (tests/security/rights.txt) and of the names of
Microsoft's pages as msgraph-sdk has them. `python3 -m tests.docs.api_page` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.described import description
from tests.docs.traceability import ROOT
from tests.security.matrix import RIGHTS, SHORT, rights

PAGE = ROOT / "docs" / "api.md"
LEARN = "https://learn.microsoft.com/graph/api/"
MAY = {
    "200",
    "201",
    "202",
    "204",
    "302",
    "400",
    "409",
}  # 400 and 409: allowed, but nothing there is in the state for it
ASKED = {"reviewer", "fellow", "delegate", "absent"}
LADDER = (
    ("assigner", "assignment manager ↑"),
    ("manager", "package manager ↑"),
    ("owner", "catalog owner ↑"),
    ("admin", "administrator"),
)
OTHERS = (
    ("subject", "the person it is about"),
    ("reader", "catalog reader"),
    ("creator", "catalog creator"),
    ("sender", "sign-in sender"),
)
# What the scene of the rights' tests cannot show: there is nothing that could be done in it, or the group is narrower.
SAID = {
    "PUT REVIEW/exceptions/{key}": "control owner, administrator",
    "POST REVIEW/sign-off": "control owner alone",
    "POST REVIEW/decisions": "reviewer",
    "GET REVIEW/evidence/{pack_id}": "who asked for the pack",
    "POST /api/v1/connector-callbacks/{name}": "whoever has the callback secret",
    "GET /api/v1/downloads/{token}": "whoever has the link",
    "GET /api/v1/me/delegate": "everybody signed in",
    "DELETE /api/v1/me/delegate": "everybody signed in",
    "POST REVIEW/take-back": "reviewer",
    "GET /api/v1/exports/{export_id}": "who asked for it",
    "GET HISTORY/{history_id}": "who asked for it",
    "GET HISTORY/{history_id}/instances": "who asked for it",
    "GET HISTORY/{history_id}/instances/{run_id}": "who asked for it",
    "POST HISTORY/{history_id}/instances/{run_id}/generateDownloadUri": "who asked for it",
    "GET /api/v1/mails/undelivered": "who manages something, auditor",
    "GET /api/v1/connectors": "catalog owner ↑, auditor",
    "GET /api/v1/tasks/{task_id}": "who has the task, auditor, administrator",
    **{
        f"POST /api/v1/tasks/{{task_id}}/{one}": "who has the task, administrator"
        for one in ("done", "not-done", "reassign")
    },
}
LISTS = ("$top", "$skiptoken", "$count", "$select")
HEAD = """# API

<!-- Made by `python3 -m tests.docs.api_page` from what the routes declare; a test fails when it is not up to date. -->

Every address of the product: {count} operations. `/openapi.json` of a running instance describes them with every shape
(OpenAPI 3.1); this page tells who may call what, and where Microsoft documents what is Graph's.

- **Signing in.** `Authorization: Bearer` and an ID token of the deployment's issuer. `GET /api/v1/sign-in` says,
  without a token, where one gets it. On your machine `python3 dev.py token admin` prints one. SCIM has
  [tokens of its own](provisioning.md).
- **Two surfaces.** Below `/v1.0` the product speaks Microsoft Graph v1.0 and ignores members it does not know; below
  `/api/v1` it refuses them. How far Graph goes: [graph-compatibility](graph-compatibility.md).
- **Refusals** are `{{"error": {{"code", "message", "target"?, "details"?, "innerError"}}}}` everywhere but under SCIM:
  400 malformed or invalid, 401 no or bad token, 403 not allowed, 404 not there or not visible to you, 405, 409 a
  conflict with the state, 413, 415, 429 and 503 with `Retry-After`.
- **Lists** have at most 100 objects a page and an absolute `@odata.nextLink`. *List options* below are `$top`,
  `$skiptoken`, `$count` and `$select`. A filter that no index serves examines at most 10,000 objects, then it is
  refused with `filterTooBroad`.
- **Repeats** are safe. A create repeated with the header `Retry-Attempt` and the same body answers what the first one
  made.

**Who may** is about the object that the address names; what one may not see answers 404. `↑` means: and every role
above, in the order assignment manager, package manager, catalog owner, administrator. Where *everybody signed in* may
list something, they get what they may see. *Reviewer* includes whoever stands in for one. The whole table, cell by
cell, is `tests/security/rights.txt`.
"""


@cache
def microsoft_pages() -> dict[str, str]:
    """The name of Microsoft's page by "METHOD /v1.0/…", path parameters as `{}`; from the SDK's own docstrings."""
    import msgraph

    root = Path(msgraph.__file__).parent / "generated"
    rooms = [root / "identity_governance" / name for name in ("entitlement_management", "access_reviews")]
    found: dict[str, str] = {}
    for file in [
        one for room in (*rooms, root / "users", root / "groups") for one in room.rglob("*_request_builder.py")
    ]:
        text = file.read_text(encoding="utf-8")
        template = re.search(r'"\{\+baseurl\}([^"]*?)(?:\{\?[^"]*)?"', text)
        if template is None or "unified" in file.parts:
            continue
        path = "/v1.0" + re.sub(r"\{[^}]*\}", "{}", template[1])
        for verb, told in re.findall(r'async def (get|post|put|patch|delete)\(.*?"""(.*?)"""', text, re.DOTALL):
            if link := re.search(r"Find more info here: \S+/graph/api/([\w-]+)", told):
                found.setdefault(f"{verb.upper()} {path}", link[1])
    return found


def _microsoft(method: str, path: str) -> str:
    """A link to Microsoft's page about an operation of Graph's, or nothing."""
    plain = re.sub(r"on='[^']*'", "on='{}'", path)
    page = microsoft_pages().get(f"{method} {re.sub(r'{[^}]*}', '{}', plain)}") if path.startswith("/v1.0/") else None
    return f" [{page}]({LEARN}{page})" if page else ""


def who(name: str) -> str:
    """Who may call a route, in words; `name` as in rights.txt."""
    if name in SAID:
        return SAID[name]
    may = {column for column, status in rights()[name].items() if status in MAY}
    if not may:
        return "nobody"
    if "anonymous" in may:
        return "anybody"
    if may == {"scim"}:
        return "provisioning client"
    if "nobody" in may:
        return "everybody signed in"
    found = ["the person it is about"] if "subject" in may else []
    if {"elsewhere", "reader", "creator"} <= may:
        return ", ".join([*found, "everybody with a role"])
    found += ["reviewer"] if may & ASKED else []
    found += [word for column, word in OTHERS[1:] if column in may]
    found += [next(word for column, word in LADDER if column in may)] if may & dict(LADDER).keys() else []
    return ", ".join([*found, "auditor"] if "auditor" in may else found)


def sections() -> Iterator[tuple[str, list[str]]]:
    """The parts of rights.txt with a heading of their own, and the routes of each as "METHOD /whole/path"."""
    heading, held = "", []
    for line in RIGHTS.read_text(encoding="utf-8").splitlines():
        if re.match(r"# [A-Z][^.]*$", line) and ":" in line and not line.startswith("# Who"):
            if held:
                yield heading, held
            heading, held = line[2:], []
        elif line and not line.startswith("#"):
            method, path = line.split()[-2:]
            short, slash, rest = path.partition("/")
            held.append(f"{method} {SHORT.get(short, short)}{slash}{rest}")
    yield heading, held


def _takes(told: dict[str, Any]) -> str:
    """Query options and members of the body."""
    names = [one["name"] for one in told["parameters"] if one["in"] == "query"]
    found = ["list options"] if set(LISTS) <= set(names) else []
    found += [f"`?{name}`" for name in names if not found or name not in LISTS]
    for kind, media in told.get("requestBody", {}).get("content", {}).items():
        members = _members(media["schema"]) if kind == "application/json" else []
        found.append(", ".join(members) if members else f"`{kind}`" if kind != "application/json" else "")
    return "; ".join(one for one in found if one)


def _members(schema: dict[str, Any]) -> list[str]:
    """The names of a body's members, those it needs in bold."""
    while "$ref" in schema:
        schema = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return [name for one in schema["anyOf"] for name in _members(one)]
    needed = schema.get("required", [])
    return [f"**`{name}`**" if name in needed else f"`{name}`" for name in schema.get("properties", {})]


def _gives(told: dict[str, Any]) -> str:
    """What comes back: the shape's name or the content type, with its status where that is not 200."""
    found = []
    for status, answer in told["responses"].items():
        if status < "400" and status != "304":
            kinds = [_shape(media["schema"]) or kind for kind, media in answer.get("content", {}).items()]
            found.append(" ".join([*([] if status == "200" else [status]), *kinds]))
    return ", ".join(found) or "refused"


def _shape(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2].rpartition(".")[2].rstrip("_")
    return re.sub(r"^(Collection|Listed)_", "list of ", name)


def _prefix(paths: list[str]) -> str:
    """The beginning that all paths of a part have in common."""
    parts = [path.split("/") for path in paths]
    common = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return "/".join(common)


def _row(method: str, path: str, prefix: str, may: str) -> str:
    told = description()["paths"][path][method.lower()]
    shown = path.removeprefix(prefix) or "/"
    what = told["summary"].replace("|", "\\|")
    cells = [f"`{method} {shown}`", f"{what}{_microsoft(method, path)}", may, _takes(told), _gives(told)]
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _part(heading: str, routes: list[str]) -> list[str]:
    told = [name.split(" ", 1) for name in routes]
    lines = ["", f"## {heading}", ""]
    if heading.startswith("The portal"):
        shells = [path for _, path in told if path not in ("/openapi.json",) and not path.startswith("/assets/")]
        lines += [f"Pages, the same shell for everybody: {', '.join(f'`{path}`' for path in shells)}.", ""]
        told = [one for one in told if one[1] not in shells]
    prefix = _prefix([path for _, path in told])
    lines += [f"Below `{prefix}`.", ""] if prefix else []
    lines += ["| call | what | who may | takes | gives |", "| --- | --- | --- | --- | --- |"]
    short = {path: text for text, path in SHORT.items()}
    for method, path in told:
        known = next(
            (one for one in sorted(short, key=len, reverse=True) if path == one or path.startswith(one + "/")), ""
        )
        name = f"{method} {short[known]}{path.removeprefix(known)}" if known else f"{method} {path}"
        lines.append(_row(method, path, prefix, who(name)))
        lines += [_row("GET", one, prefix, "the same") for one in _named_under(method, path)]
    return lines


def _named_under(method: str, path: str) -> list[str]:
    """The addresses that a route's last part may name: `$count`, functions."""
    from chalicelib.routes.declared import ROUTES

    named = [name.name for one in ROUTES if (one.method, one.path) == (method, path) for name in one.named]
    return [f"{path.rpartition('/')[0]}/{name}" for name in named]


def written() -> str:
    """The page as it should be."""
    count = sum(len(held) for held in description()["paths"].values())
    lines = [HEAD.format(count=count).rstrip("\n")]
    for heading, routes in sections():
        lines += _part(heading, routes)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import tests.conftest  # noqa: F401 - the settings of the tests, before the product is imported

    PAGE.write_text(written(), encoding="utf-8")
