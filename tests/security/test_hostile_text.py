"""Texts written to break in (B5 "Output"), sent through every free-text field of the API, and where they come out:
JSON, CSV, the audit trail, mails, evidence, headers, the log. Mails in depth: tests/emails; pages: tests/browser.

A text is taken as it is, or refused by name; whatever shows it shows text.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.domain.csv_text import original
from chalicelib.usecases.exports import EVIDENCE, file_key
from tests import factories
from tests.emails.hostile import HOSTILE
from tests.factories import Organisation
from tests.house import AR, House
from tests.scim.clients import ENTERPRISE, Client, new_client
from tests.security.story import logged
from tests.simulation.worlds import simulated
from tests.world import Reply, World

EM = "/v1.0/identityGovernance/entitlementManagement"
OWN = "/api/v1"
FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
CORPUS = tuple(dict.fromkeys(text.encode("utf-8", "replace").decode() for text in HOSTILE))


@dataclass
class Poisoned:
    """A world whose every word is hostile: what was taken by field, what was refused, and every answer's headers."""

    world: World
    taken: dict[str, set[str]] = field(default_factory=dict)
    refused: dict[str, list[tuple[str, Reply]]] = field(default_factory=dict)
    headers: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    mails: list[dict[str, Any]] = field(default_factory=list)
    page: str = ""

    def send(self, name: str, text: str, reply: Reply) -> dict[str, Any]:
        """Note what became of a text; the body of the answer, empty when it was refused."""
        self.headers += reply.headers.items()
        if reply.status < 300:
            self.taken.setdefault(name, set()).add(text)
            return reply.json if "json" in reply.headers.get("Content-Type", "") and reply.text else {"id": ""}
        self.refused.setdefault(name, []).append((text, reply))
        return {}

    def get(self, path: str, as_: str = "admin@example.com") -> Reply:
        reply = self.world.get(path, as_)
        assert reply.status == 200, (path, reply.text)
        self.headers += reply.headers.items()
        return reply


@pytest.fixture(scope="module")
def poisoned() -> Iterator[Poisoned]:
    """One world for all tests of the file, which only read it."""
    with simulated("memory", freeze_page=500, bucket_items=10_000) as product:
        found = Poisoned(product.world)
        with logged(found.lines):
            _fill(found)
        found.mails = product.cloud.ses.sent
        yield found


def _fill(found: Poisoned) -> None:
    house = House(found.world)
    client = new_client(found.world)
    people = [person for number, text in enumerate(CORPUS) if (person := _person(found, client, number, text))]
    for number, text in enumerate(CORPUS):
        _things(found, number, text)
    policy = _reviewed(found, house, people)
    review = house.opened(policy)
    _decide(found, house, review)
    _around(found, house, review)
    house.closed(review)
    _files(found, review.id, policy.package_id)
    _pack(found, review.id)


def _person(found: Poisoned, client: Client, number: int, text: str) -> str:
    """A person over SCIM with this text wherever a person can have one; else with a plain name."""
    more = {ENTERPRISE: {"department": text}, "title": text, "externalId": f"{number} {text}"[:256]}
    more["emails"] = [{"value": f"p{number}@example.com", "primary": True}]
    body = {"userName": f"p{number}@example.com", "displayName": text, **more}
    made = found.send("SCIM person", text, client.post("/Users", body))
    return str(made.get("id", ""))


def _things(found: Poisoned, number: int, text: str) -> None:
    """A catalog, a package, a group, a resource, a connection, a report of this name."""
    world, named = found.world, {"displayName": text, "description": text}
    catalog = found.send("catalog", text, world.post(f"{EM}/catalogs", named)).get("id")
    if catalog:
        body = {**named, "catalog": {"id": catalog}}
        found.send("package", text, world.post(f"{EM}/accessPackages", body))
        resource = {"originSystem": "AadApplication", "originId": f"app {number}", **named}
        roles = [{"originId": "r", "displayName": text}]
        body = {"requestType": "adminAdd", "catalog": {"id": catalog}, "resource": {**resource, "roles": roles}}
        found.send("resource", text, world.post(f"{EM}/resourceRequests", body))
    settings = {"assignedTo": "admin@example.com"}
    body = {"name": f"c{number}", "kind": "manual", "displayName": text, "settings": settings}
    found.send("connection", text, world.post(f"{OWN}/connectors", body))
    found.send("provisioning client", text, world.post(f"{OWN}/provisioning-clients", {"displayName": text}))
    body = {"organisation": text, "contact": text, "footer": text}
    found.send("mail settings", text, world.post(f"{OWN}/mail-previews/reviewStarted", body))


def _reviewed(found: Poisoned, house: House, people: list[str]) -> Any:
    """One package, with a name of the corpus, that all of them hold."""
    organisation: Organisation = house.organisation
    name = "<img src=x onerror=alert(1)>\u202e & 'Finance'"
    chosen = {"justification_required": False, "brake_count": 1_000, "brake_percent": 100}
    review = factories.by_people(organisation.now.date(), house.boss, **chosen)
    policy = organisation.policy(organisation.package(name), name, review=review)
    users = [found.world.services.people.user(one) for one in people]
    organisation.assign(policy, *(user for user in users if user))
    return policy


def _decide(found: Poisoned, house: House, review: Any) -> None:
    """A decision with each text as its reason and private note."""
    items = list(house.items(review, house.boss).values())
    for number, text in enumerate(CORPUS):
        item = items[number % len(items)]
        body = {"decision": "Deny", "justification": text[:1000], "@accessReviews.privateNote": text[:1000]}
        url = house.url(review, f"decisions/{item['id']}")
        found.send("reason", text[:1000], found.world.call("PATCH", url, body, "boss@example.com"))


def _around(found: Poisoned, house: House, review: Any) -> None:
    """Reasons of what one does beside deciding, and the description that reviewers read."""
    deputy = house.deputy.id
    for text in CORPUS:
        reply = found.world.post(
            f"{OWN}/reviews/{review.id}/hand-over", {"to": deputy, "reason": text}, "boss@example.com"
        )
        found.send("reason of a hand-over", text, reply)
        body = {"descriptionForAdmins": text, "descriptionForReviewers": text}
        reply = found.world.call("PATCH", f"{AR}/{review.definition_id}", body)
        found.send("description", text, reply)
    window = {"reviewHistoryPeriodStartDateTime": "2020-01-01T00:00:00Z"}
    window |= {"reviewHistoryPeriodEndDateTime": "2027-01-01T00:00:00Z"}
    for text in CORPUS[:40]:
        body = {"displayName": text, **window}
        found.send("report", text, found.world.post("/v1.0/identityGovernance/accessReviews/historyDefinitions", body))


def _files(found: Poisoned, review: str, package: str) -> None:
    """Every file there is to download."""
    for name, path in {
        "results": f"{OWN}/reviews/{review}/results.csv",
        "assignments": f"{OWN}/access-packages/{package}/assignments.csv?state=all",
        "coverage": f"{OWN}/coverage.csv",
    }.items():
        reply = found.world.get(path)
        if reply.status == 202:
            found.world.tick()
            link = found.world.get(f"{OWN}/exports/{reply.json['id']}").json["downloadUrl"]
            reply = found.world.get(link.removeprefix("https://graph.example.com/api"), None)
        assert reply.status == 200, (name, reply.text)
        found.headers += reply.headers.items()
        found.files[name] = reply.text


def _pack(found: Poisoned, review: str) -> None:
    """What the evidence of the review is for spreadsheets and for the eye."""
    for _ in range(3):
        found.world.clock.advance(hours=1)
        found.world.tick()
    asked = found.world.post(f"{OWN}/reviews/{review}/evidence", {})
    assert asked.status == 202, asked.text
    found.world.tick()
    content = found.world.services.files.get(file_key(asked.json["id"], EVIDENCE))
    assert content, asked.text
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        for name in pack.namelist():
            if name.endswith(".csv"):
                found.files[name] = pack.read(name).decode()
            if name.endswith(".html"):
                found.page = pack.read(name).decode()


def test_the_corpus_is_large_and_every_field_is_tried(poisoned: Poisoned) -> None:
    assert len(CORPUS) >= 80
    assert len(poisoned.taken.keys() | poisoned.refused.keys()) == 11
    for name, texts in poisoned.taken.items():
        assert len(texts) >= 20, (name, len(texts))


def test_a_text_is_taken_as_it_is_or_refused_by_name(poisoned: Poisoned) -> None:
    for name, replies in poisoned.refused.items():
        for text, reply in replies:
            assert reply.status in (400, 409), (name, text, reply.text)
            assert "Traceback" not in reply.text and len(reply.text) < 2_000
            if not reply.headers["Content-Type"].startswith("application/scim"):
                assert reply.error["code"] and reply.error["message"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("catalog", f"{EM}/catalogs"), ("package", f"{EM}/accessPackages"), ("SCIM person", "/v1.0/users")],
)
def test_json_gives_every_text_back(poisoned: Poisoned, name: str, path: str) -> None:
    listed: set[str] = set()
    link = f"{path}?$top=100"
    while link:
        page = poisoned.get(link)
        json.loads(page.text)
        assert page.headers["Content-Type"] == "application/json"
        listed |= {one["displayName"] for one in page.json["value"]}
        link = page.json.get("@odata.nextLink", "").removeprefix("https://graph.example.com/api")
    assert {text.strip() for text in poisoned.taken[name] if text.strip()} <= {text.strip() for text in listed}


def test_no_cell_of_a_csv_is_a_formula_and_no_text_breaks_a_line(poisoned: Poisoned) -> None:
    for name, text in poisoned.files.items():
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert len({len(row) for row in rows}) == 1 and len(rows) > 1, name
        for row in rows:
            for cell in row:
                assert not FORMULA.match(cell) or re.fullmatch(r"-?\d+(\.\d+)?", cell), (name, cell)
    shown = {
        original(cell).strip()
        for text in poisoned.files.values()
        for row in csv.reader(io.StringIO(text))
        for cell in row
    }
    reasons = {text.strip() for text in poisoned.taken["reason"]}
    assert len(reasons & shown) > 60 and len({text.strip() for text in poisoned.taken["SCIM person"]} & shown) > 60


def test_the_page_of_the_evidence_has_no_markup_of_others_and_no_script(poisoned: Poisoned) -> None:
    assert len(poisoned.page) > 1_000 and any(name.startswith("tables/") for name in poisoned.files)
    assert not re.search(
        r"<(script|img src=x|iframe|svg on|form|base|object|link|meta http-equiv=refresh)", poisoned.page
    )


def test_no_header_carries_what_ends_a_header(poisoned: Poisoned) -> None:
    assert len(poisoned.headers) > 1_000
    for name, value in poisoned.headers:
        assert re.fullmatch(r"[\x20-\x7e]*", f"{name}{value}"), (name, value)
        assert "evil" not in value


def test_no_line_of_the_log_has_a_text_of_somebody_else(poisoned: Poisoned) -> None:
    long = [text for text in CORPUS if len(text) > 8]
    assert not [(text, line) for text in long for line in poisoned.lines if text in line]


def test_mails_have_one_subject_and_no_markup_of_others(poisoned: Poisoned) -> None:
    assert len(poisoned.mails) >= 30
    for mail in poisoned.mails:
        content = mail["Content"]["Simple"]
        assert not re.search(r"[\r\n\x00\u202e]", content["Subject"]["Data"])
        page = content["Body"]["Html"]["Data"]
        assert not re.search(r"<(script|img src=x|iframe|svg|form|base|object)", page)
        assert not re.search(r'href="(?!https://reviews\.example\.com|mailto:)', page)


def test_the_audit_trail_tells_of_it_and_stays_json(poisoned: Poisoned) -> None:
    page = poisoned.get(f"{OWN}/audit")
    assert len(page.json["value"]) > 50
