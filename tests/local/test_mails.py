"""Mails that SES accepted are kept; refused ones are not."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session
from moto import mock_aws

from local.clock import OffsetClock
from local.mails import Mailbox, mail_of

CONTENT = {"Simple": {"Subject": {"Data": "Gruß"}, "Body": {"Text": {"Data": "T"}, "Html": {"Data": "<p>T"}}}}


def test_keeps_what_was_accepted(tmp_path: Path) -> None:
    box = Mailbox(tmp_path / "mails.jsonl", OffsetClock(tmp_path / "clock.json").now)
    session = get_session()
    box.listen(session)
    with mock_aws():
        ses = session.create_client("sesv2", region_name="us-east-1")
        ses.create_email_identity(EmailIdentity="from@example.com")
        for to in ("a@example.com", "B@example.com"):
            ses.send_email(FromEmailAddress="from@example.com", Destination={"ToAddresses": [to]}, Content=CONTENT)
        with pytest.raises(ClientError):
            ses.send_email(
                FromEmailAddress="other@example.net", Destination={"ToAddresses": ["a@example.com"]}, Content=CONTENT
            )
    assert [mail["to"] for mail in box.list()] == ["a@example.com", "B@example.com"]
    (mail,) = box.list("b@EXAMPLE.com")
    assert (mail["subject"], mail["text"], mail["html"], mail["attachments"]) == ("Gruß", "T", "<p>T", [])
    assert mail["sentDateTime"].endswith("Z")
    assert box.get(mail["id"]) == mail and box.get("nothing") is None


def test_half_a_line_spoils_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "mails.jsonl"
    path.write_text('\n{"id": "1", "to": "a@example.com"}\n{"id": "2", "to"')
    assert [mail["id"] for mail in Mailbox(path, OffsetClock(tmp_path / "clock.json").now).list()] == ["1"]


def test_attachments_as_text_or_base64() -> None:
    parts = [
        {"FileName": "a.ics", "ContentType": "text/calendar; charset=utf-8", "RawContent": b"BEGIN"},
        {"FileName": "b.bin", "ContentType": "application/octet-stream", "RawContent": b"\xff"},
    ]
    mail = mail_of({"Content": {"Simple": {"Attachments": parts}}}, "1", "now")
    assert [part["content"] for part in mail["attachments"]] == ["BEGIN", "/w=="]


def test_raw_mails_are_parsed() -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "Ann <ann@example.com>", "Größe"
    message.set_content("T\n")
    message.add_alternative("<p>T</p>\n", subtype="html")
    message.add_attachment("BEGIN", subtype="calendar", filename="a.ics")
    params = {"Content": {"Raw": {"Data": message.as_bytes()}}, "Destination": {"ToAddresses": ["ann@example.com"]}}
    mail = mail_of(params, "1", "now")
    assert (mail["to"], mail["subject"], mail["text"], mail["html"]) == (
        "ann@example.com",
        "Größe",
        "T\n",
        "<p>T</p>\n",
    )
    assert [(part["name"], part["content"].strip()) for part in mail["attachments"]] == [("a.ics", "BEGIN")]
    assert mail_of({"Content": params["Content"]}, "1", "now")["to"] == "Ann <ann@example.com>"


def test_odd_characters_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "mails.jsonl"
    path.write_text('\n{"id": "1", "to": "a@example.com", "text": "one\u2028two\x85three"}', encoding="utf-8")
    assert [mail["text"] for mail in Mailbox(path, OffsetClock(tmp_path / "clock.json").now).list()] == [
        "one\u2028two\x85three"
    ]
    part = {"FileName": "a.txt", "ContentType": "text/plain", "RawContent": b"\xff"}
    assert (
        mail_of({"Content": {"Simple": {"Attachments": [part]}}}, "1", "now")["attachments"][0]["content"] == "\ufffd"
    )
