"""The samples of the documents work: what is Python runs, JSON is JSON and fits the route it is for, commands exist.

A sample is a fenced block that names its language. What it may be:

- `python`: run against a product with a review in it, behind HTTP; `ADDRESS` and the token come from the environment
- `json`: parsed; under `<!-- sample: METHOD /path -->` or `<!-- answer: METHOD /path -->` also held against the API's
  description
- `http`: requests, `METHOD /path` and a body, held against the API's description
- `console`: commands, of `dev.py` (tests/docs/test_commands.py), or of tools whose options nobody here can check
- `csv`: files that an import takes; `text`: pictures and formats; `yaml`: parsed; `insights`: queries of CloudWatch

`<!-- not run: why -->` above a block excuses it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import pytest
import yaml

from local.levers import Levers
from local.replies import Reply, error
from local.server import Server
from tests.described import description
from tests.docs.markdown import Sample, every_sample, indented, name, pages, samples, text
from tests.docs.traceability import ROOT
from tests.house import House
from tests.world import World, token

POLICIES = "/v1.0/identityGovernance/entitlementManagement/assignmentPolicies"
PREFIX = "@accessReviews."
LANGUAGES = {"python", "json", "http", "console", "csv", "text", "yaml", "insights"}
TOOLS = ("python3", "git", "cd", "curl", "aws", "pip", "export", "cp", "kill")
TESTED_APART = {"docs/connectors/webhook.md", "docs/connectors/write-your-own.md"}  # tests/connectors
REQUEST = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) (\S+)$", re.M)
MARK = re.compile(r"<!-- (sample|answer): ([A-Z]+) (\S+) -->\s*$")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_sample_says_what_it_is(page: Path) -> None:
    assert {one.language for one in samples(page)} <= LANGUAGES
    assert not list(indented(page)), "lines with code that is none by its fence: nothing checks it"


def documents(whole: str) -> Iterator[Any]:
    """The JSON values in a text, one after another."""
    decoder, rest = json.JSONDecoder(), whole.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        yield value
        rest = rest[end:].strip()


@pytest.mark.parametrize("sample", every_sample("json"), ids=str)
def test_json_is_json_and_fits_its_route(sample: Sample) -> None:
    values = list(documents(sample.text))
    before = "\n".join(text(next(one for one in pages() if name(one) == sample.page)).splitlines()[: sample.line - 1])
    if mark := MARK.search(before):
        kind, method, path = mark.groups()
        (value,) = values
        fits(method, path, value, answer=kind == "answer")


@pytest.mark.parametrize("sample", every_sample("http"), ids=str)
def test_requests_fit_their_routes(sample: Sample) -> None:
    parts = REQUEST.split(sample.text)
    assert not parts[0].strip() and len(parts) > 1, "begins with METHOD /path"
    for method, path, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        bodies = list(documents(body)) or [None]
        for value in bodies:
            fits(method, path, value)


def described(path: str) -> str:
    """The address of the description that a path with its own ids or `{…}` is."""
    wanted = path.partition("?")[0].split("/")
    for known in description()["paths"]:
        parts = known.split("/")
        if len(parts) == len(wanted) and all(
            one == two or one.startswith("{") for one, two in zip(parts, wanted, strict=True)
        ):
            return str(known)
    raise AssertionError(f"there is no {path}")


def fits(method: str, path: str, value: Any, *, answer: bool = False) -> None:
    """Hold a body against the description."""
    told = description()["paths"][described(path)][method.lower()]
    if value is None:
        return
    holder = next(told["responses"][one] for one in told["responses"] if one < "300") if answer else told["requestBody"]
    schema = {**holder["content"]["application/json"]["schema"], "components": description()["components"]}
    problems = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(value))
    assert not problems, [f"{one.instance_path}: {one.message}" for one in problems]


@pytest.mark.parametrize("sample", every_sample("yaml"), ids=str)
def test_yaml_is_yaml(sample: Sample) -> None:
    assert yaml.safe_load(sample.text)


@pytest.mark.parametrize("sample", every_sample("csv"), ids=str)
def test_files_have_rows_of_one_length(sample: Sample) -> None:
    rows = list(csv.reader(sample.text.splitlines(), delimiter=";" if ";" in sample.text.split("\n")[0] else ","))
    assert len(rows) > 1 and len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("sample", every_sample("console"), ids=str)
def test_commands_are_of_tools_we_know(sample: Sample) -> None:
    lines = sample.text.replace("\\\n", " ").splitlines()
    for line in [one.strip() for one in lines if one.strip() and not one.lstrip().startswith("#")]:
        first = re.sub(r"^(?:[A-Z_]+=)?\$?\(?", "", line.removeprefix("$ ")).split()[0]
        assert first in TOOLS or re.match(r"[A-Z_]+=", line), line


class _NoLevers:
    def handle(self, method: str, path: str, query: dict[str, str], body: bytes, cookie: str) -> Reply:
        return error(404, "ResourceNotFound", "There is no such lever.")


PROGRAMS = [one for one in every_sample("python") if one.page not in TESTED_APART and not one.excuse]


@pytest.mark.parametrize("sample", PROGRAMS, ids=str)
def test_programs_run(
    sample: Sample, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a product with one open review; each prints something of it."""
    pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")
    house = House(world)
    review = house.opened(house.policy(*house.staff("ann", "ben")))
    server = Server(world.app, 0, cast(Levers, _NoLevers()))
    server.start()
    monkeypatch.setenv("TOKEN", token("admin@example.com"))
    try:
        program = sample.text.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{server.port}")
        exec(compile(program, str(sample), "exec"), {"__name__": "__main__"})
    finally:
        server.stop()
    assert review.definition_id and "InProgress" in capsys.readouterr().out


def test_the_policy_of_the_page_on_graph_is_made(world: World) -> None:
    """As it stands there, but for the ids; what comes back has what was said."""
    page = ROOT / "docs" / "graph-compatibility.md"
    body = json.loads(next(one.text for one in samples(page) if one.language == "json"))
    house = House(world)
    body["accessPackage"]["id"] = house.policy().package_id
    body["reviewSettings"]["fallbackReviewers"][0]["userId"] = house.boss.id
    reply = world.post(POLICIES, body)
    assert reply.status == 201, reply.text
    made = reply.json["reviewSettings"]
    assert {name: made[name] for name in ("isEnabled", "expirationBehavior", "isSelfReview")} == {
        name: body["reviewSettings"][name] for name in ("isEnabled", "expirationBehavior", "isSelfReview")
    }
    assert made["schedule"]["recurrence"]["pattern"]["interval"] == 3


def test_the_annotations_of_the_page_on_graph_are_those_that_can_be_written(world: World) -> None:
    """With their defaults as a policy answers them."""
    text_ = text(ROOT / "docs" / "graph-compatibility.md").partition("## Annotations")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| *([^|]*?) *\|$", text_, re.M))
    house = House(world)
    answered = world.get(f"{POLICIES}/{house.policy().id}").json["reviewSettings"]
    ours = {name.removeprefix(PREFIX): value for name, value in answered.items() if name.startswith(PREFIX)}
    assert set(rows) == set(ours)
    shown = {True: "true", False: "false", "P7D": "`P7D`"}
    simple = {name: shown[value] for name, value in ours.items() if isinstance(value, bool | str) and value in shown}
    assert {name: rows[name] for name in simple} == simple
