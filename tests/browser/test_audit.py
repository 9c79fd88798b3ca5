"""The audit log as its readers use it: sentences, filters that live in the address, details, the export."""

from __future__ import annotations

import ast
import json
import re

from playwright.sync_api import Route, expect

from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.web.javascript import WEB
from tests.world import World

SPAN = "period=own&from=2026-02-20&to=2026-03-02"  # in memory a day costs what a month does elsewhere
FILTERED = f"/audit?{SPAN}&kind=decisions"


def test_an_auditor_filters_the_log_and_reads_an_event(portal: Portal, office: Office) -> None:
    page = portal.visit(f"/audit?{SPAN}", as_=office.people["auditor"])
    page.get_by_label("Kind of event").select_option(label="Decisions")
    first = page.locator(".audit-event").first
    expect(first).to_contain_text(re.compile("approved|denied|did not know"))
    assert "kind=decisions" in page.url
    page.get_by_role("combobox", name="By").fill("Nora")
    page.get_by_role("option", name="Nora Lindqvist").click()
    expect(page.locator(".audit-event").first).to_contain_text("Nora Lindqvist")
    page.reload()
    events = page.locator(".audit-event")
    expect(events.first).to_contain_text("Nora Lindqvist")
    assert all(text.count("Nora Lindqvist") for text in events.all_inner_texts())
    events.first.get_by_role("button").click()
    detail = page.locator(".audit-detail")
    expect(detail.get_by_role("table")).to_contain_text("NotReviewed")
    portal.axe(page)
    detail.get_by_role("link", name="Everything about this").click()
    expect(page.get_by_text("About", exact=True)).to_be_visible()
    expect(page.locator(".audit-event").last).to_contain_text("opened with")


def test_nothing_that_fits_is_said_kindly(portal: Portal, office: Office) -> None:
    page = portal.visit("/audit?period=week&kind=packages", as_=office.people["auditor"])
    expect(page.get_by_text("Nothing happened that fits")).to_be_visible()


def test_an_owner_reads_what_concerns_their_package(portal: Portal, office: Office) -> None:
    """R161: the whole log is for administrators and auditors."""
    page = portal.visit("/audit", as_=office.people["owner"])
    expect(page.get_by_text("Choose what to read about")).to_be_visible()
    page = portal.visit(f"/audit?period=year&target={office.packages['Ledger']}", as_=office.people["owner"])
    expect(page.locator(".audit-event").first).to_contain_text("Ledger")
    expect(page.get_by_role("button", name="Export")).to_have_count(0)


def test_an_export_is_asked_for_with_the_filters_of_the_page(portal: Portal, office: Office, world: World) -> None:
    page = portal.visit(FILTERED, as_=office.people["auditor"])
    bodies = []

    def finished(route: Route) -> None:
        address = f"{portal.address}/made-up.jsonl"
        done = {"finishedDateTime": "2026-03-02T09:00:00Z", "downloadUrl": address}
        route.fulfill(status=200, content_type="application/json", body=json.dumps(done))

    def file(route: Route) -> None:
        headers = {"Content-Disposition": "attachment; filename=audit.jsonl"}
        route.fulfill(status=200, headers=headers, body="{}")

    page.on("request", lambda request: bodies.append(request.post_data) if request.method == "POST" else None)
    page.route(re.compile("/audit/exports/"), finished)
    page.route(re.compile("/made-up.jsonl"), file)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export").click()
    assert saved.value.suggested_filename == "audit.jsonl"
    assert "Approve decision" in json.loads(bodies[0])["activity"] and "from" in json.loads(bodies[0])


def activities() -> set[str]:
    """Every activity the product records: what is handed to the makers of events, and the constants so used."""
    found = set()
    for path in [*WEB.parents[1].glob("chalicelib/usecases/*.py"), WEB.parents[1] / "chalicelib/domain/audit.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and re.search(r"event", ast.unparse(node.func)):
                found |= {one.value for one in node.args if isinstance(one, ast.Constant) and _is_name(one.value)}
            if isinstance(node, ast.Assign) and re.search(r"activit|^[A-Z]+$", ast.unparse(node.targets[0]), re.I):
                found |= {
                    one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant) and _is_name(one.value)
                }
    return found - {"Import users", "Import assignments"}  # said with "started" and "finished"


def _is_name(value: object) -> bool:
    verbs = "Accept|Access|Add|Admin|Apply|Approve|Auto|Bulk|Cancel|Create|Delete|Deny|Dismiss|Don't|Export|Extend"
    verbs += "|Failed to|Fulfill|Hand|Missed|Name|Partially|Remove|Reprocess|Reset|Retry|Run|Send|Stop|Take|Update"
    verbs += "|Complete|Reassign|Receive|Refuse|Adopt|Compare|Confirmation|Data|Decline|Hard|Hold|Lift|Mail|Open|Pass"
    verbs += "|Re-grant|Removal(?= verified| needs)|Restore|Reviewer|Rotate|Settle"
    return isinstance(value, str) and re.fullmatch(rf"(?:{verbs})[a-z]* [\w' ]+", value) is not None


def test_every_activity_has_a_sentence_and_a_kind() -> None:
    """A new activity needs a text in texts-en/audit.js and its place in KINDS (audit/events.js)."""
    texts = (WEB / "texts-en/audit.js").read_text(encoding="utf-8")
    kinds = (WEB / "audit/events.js").read_text(encoding="utf-8")
    known = activities()
    assert len(known) > 50
    for activity in sorted(known):
        words = re.findall(r"[a-z]+", activity.lower().replace("'", ""))
        key = words[0] + "".join(word.title() for word in words[1:])
        assert f'"do-{key}"' in texts, activity
        assert f'"{activity}"' in kinds, activity
