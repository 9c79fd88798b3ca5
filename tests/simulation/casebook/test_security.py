"""Failures 29 to 34 of other systems: what came in, or went out, and should not have."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.domain import errors
from chalicelib.domain.csv_text import Column, Kind, heading, lines
from chalicelib.domain.items import ApplyResult, Decision
from chalicelib.storage.base import raw_client
from chalicelib.storage.tables import TABLES
from tests.connectors.receiver import receiving
from tests.connectors.test_webhook import RIGHT, Hooks, Receiver
from tests.simulation.office import EM, Office, office

HOSTILE = "{0.__class__.__mro__} {review.__init__.__globals__} %(settings)s ${secret} {{7*7}} {% raw %}"


def stored(one: Office) -> dict[str, Any]:
    """Everything in the tables."""
    return {
        table.Meta.table_name: raw_client(table).scan(TableName=table.Meta.table_name)["Items"] for table in TABLES
    } | {"services": one.services is not None}


def test_failure_29_nobody_writes_the_fields_that_are_not_theirs() -> None:
    """TEAM's clients could write approver and status of their own request (November 2024). P20: a reviewer's decision
    takes a decision and a reason, a request what one may wish for, whatever else is sent."""
    with office("ann") as one:
        one.open()
        item = one.items()["ann"]
        body = {"decision": "Approve", "justification": "x", "applyResult": "AppliedSuccessfully", "deadline": "2099"}
        body |= {"reviewedBy": {"id": one.deputy.id, "displayName": "Deputy"}, "principal": {"id": one.deputy.id}}
        reply = one.world.call("PATCH", one.url(f"/decisions/{item.id}"), body, "boss@example.com")
        assert reply.status == 204, reply.text
        after = one.items()["ann"]
        assert after.apply_result is ApplyResult.NEW and after.last is not None and after.last.by == one.boss.id
        assert (after.principal_id, after.deadline, after.leaf) == (item.principal_id, item.deadline, item.leaf)
        wish: dict[str, Any] = {
            "requestType": "adminAdd",
            "state": "delivered",
            "status": "x",
            "completedDateTime": "x",
        }
        wish["assignment"] = {"targetId": one.deputy.id, "assignmentPolicyId": one.policy.id}
        wish["assignment"] |= {"accessPackageId": one.package.id, "state": "delivered"}
        refused = one.world.post(f"{EM}/assignmentRequests", wish, "boss@example.com")
        assert refused.status in (403, 404)
        own = {"decisions": [{"id": item.id, "decision": "Deny", "by": one.deputy.id}]}
        assert one.world.post(f"/api/v1/reviews/{one.instance.id}/decisions", own, "boss@example.com").status == 400


def test_failure_30_what_people_write_is_text_and_never_a_template() -> None:
    """ConsoleMe formatted structures that users supplied with str.format (#9306). P20: names, reasons and the words an
    administrator puts around mails are shown as they were written."""
    with office("ann") as one:
        texts = {"organisation": "Org {0}", "contact": "", "logoUrl": "", "footer": HOSTILE}
        assert one.world.call("PUT", "/api/v1/settings/mail", texts).status == 200
        hostile = one.org.person("eve", manager="boss", display_name="{0.__class__} %(x)s {{1+1}}")
        one.org.assign(one.policy, hostile)
        one.open()
        one.clock.advance(days=1)
        (mail,) = one.world.mails()[:1]
        body = str(mail["body"])
        assert "<class" not in body and "{0.__class__" in body and "49" not in re.sub(r"[0-9a-f-]{8,}", "", body)


def test_failure_31_there_are_no_links_that_act_and_opening_any_changes_nothing() -> None:
    """Scanners' GET consumed single-use links (activepieces#14024, onetimesecret#359, supabase/auth#368); Outlook even
    submitted a form (FusionAuth). P17: we have no sessionless links. Every address in every mail, asked for by GET and
    HEAD and with a form sent to it, by nobody and by the one it is for, leaves every row as it was."""
    with office("ann") as one:
        one.open()
        one.decide("ann", Decision.DENY)
        one.close()
        texts = " ".join(str(mail["body"]) for mail in one.world.mails())
        links = set(re.findall(r"https://reviews\.example\.com[^\s\"'<>)\\]*", texts))
        assert links
        before = stored(one)
        for link in links:
            parts = urlsplit(link)
            where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            for who in (None, "boss@example.com"):
                assert one.world.get(where, who).status == 200, link
                one.world.call("HEAD", where, None, who)
                form = {"content-type": "application/x-www-form-urlencoded"}
                sent = one.world.call("POST", where, "decision=Deny", who, headers=form)
                assert sent.status in (403, 404, 405), link
        assert stored(one) == before


def test_failure_31_no_way_to_change_anything_works_without_a_sign_in() -> None:
    """The same, over every route that changes something: none is public but the systems' signed callback (P17, P20)."""
    from chalicelib.routes.declared import ROUTES

    public = sorted(f"{one.method} {one.path}" for one in ROUTES if one.public and one.method != "GET")
    assert [one for one in public if "callback" not in one] == [], public


def test_failure_32_text_is_made_harmless_in_a_file_and_numbers_stay_numbers() -> None:
    """Grafana's neutralisation by prefix corrupted negative numbers (#17363); wide forms and tabs run too (wazuh#9129).
    P20: by the column's kind."""
    kinds = (Column("who"), Column("number", Kind.NUMBER))
    wicked = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"]
    text = (heading(kinds) + lines(kinds, [(one, -5) for one in wicked])).decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        assert row["who"].startswith("'") and row["number"] == "-5"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_failure_33_nothing_follows_an_address_that_somebody_else_gave(status: int) -> None:
    """Probo: next-page links given by a server could take tokens to another host, and dot segments played tricks. P20:
    a webhook goes to the one address that was configured; a redirect is an error, and the other host hears nothing."""
    with office() as one, receiving() as receiver, receiving() as elsewhere:
        assert isinstance(receiver, Receiver)
        receiver.always = (status, {"Location": f"{elsewhere.url}/../steal"}, b"")
        with pytest.raises(errors.Unavailable):
            Hooks(one.world, receiver).connector().revoke(RIGHT, one.boss)
        assert elsewhere.sent == [] and len(receiver.sent) == 1


def test_failure_34_a_subject_is_short_and_one_line_whatever_a_review_is_called() -> None:
    """TEAM's subjects went over a limit of 100 characters, and sending broke. P15: names are shortened, line breaks and
    control characters become blanks, and the mail goes out."""
    with office() as one:
        ann = one.org.person("ann", manager="boss", display_name="A" * 240 + "\r\nBcc: all@example.com")
        package = one.org.package("Reports \u202e of the \u0007 third \u00e4 quarter " + "x" * 180, one.catalog)
        one.org.assign(one.org.policy(package, review=one.review()), ann)
        one.evening()
        one.world.tick()
        (mail,) = one.world.mails()
        assert len(mail["subject"]) <= 140 and re.search(r"[\x00-\x1f\x7f\u202a-\u202e]", mail["subject"]) is None
