"""Keeps a copy of every mail SES accepted, in one file of the state, one JSON object a line."""

from __future__ import annotations

import base64
import email
import email.policy
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from threading import Lock
from typing import Any

_SENT = "access-reviews-mail"


class Mailbox:
    """The mails of this state. `now` tells the product's time, which is their `sentDateTime`."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._lock = Lock()

    def listen(self, session: Any) -> None:
        """Copy what clients made from this botocore session send from now on."""
        session.register("before-parameter-build.sesv2.SendEmail", self._remember)
        session.register("after-call.sesv2.SendEmail", self._keep)

    def list(self, to: str = "") -> list[dict[str, Any]]:
        """Every mail, oldest first; `to` keeps those to one address, without case."""
        try:
            lines = self._path.read_text(encoding="utf-8").split("\n")  # not splitlines(): texts have U+2028
        except FileNotFoundError:
            return []
        mails = [mail for line in lines if (mail := _mail_of(line))]
        return [mail for mail in mails if not to or to.lower() in mail["to"].lower().split(", ")]

    def get(self, mail_id: str) -> dict[str, Any] | None:
        """One mail by id."""
        return next((mail for mail in self.list() if mail["id"] == mail_id), None)

    def _remember(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_SENT] = params

    def _keep(self, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        params = context.pop(_SENT, None)
        if params is None or http_response.status_code >= 300:
            return
        now = self._now().isoformat(timespec="seconds").replace("+00:00", "Z")
        line = json.dumps(mail_of(params, str(parsed["MessageId"]), now), ensure_ascii=False)
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            # The new line comes first: half a line of a run that was killed then spoils only itself.
            file.write(f"\n{line}")


def mail_of(params: Mapping[str, Any], mail_id: str, sent: str) -> dict[str, Any]:
    """The parameters of a SES SendEmail call, simple or raw, as one of our mails."""
    content = params["Content"]
    parts = _raw(content["Raw"]["Data"]) if "Raw" in content else _simple(content.get("Simple", {}))
    to = ", ".join(params.get("Destination", {}).get("ToAddresses", [])) or parts.pop("to", "")
    return {"id": mail_id, **parts, "to": to, "sentDateTime": sent}


def _simple(simple: Mapping[str, Any]) -> dict[str, Any]:
    body = simple.get("Body", {})
    return {
        "to": "",
        "subject": simple.get("Subject", {}).get("Data", ""),
        "text": body.get("Text", {}).get("Data", ""),
        "html": body.get("Html", {}).get("Data", ""),
        "attachments": [
            _attachment(part["FileName"], str(part.get("ContentType", "")), bytes(part["RawContent"]))
            for part in simple.get("Attachments", [])
        ],
    }


def _raw(mime: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(mime, EmailMessage, policy=email.policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return {
        "to": str(message.get("To", "")),
        "subject": str(message.get("Subject", "")),
        "text": text.get_content() if text else "",
        "html": html.get_content() if html else "",
        "attachments": [
            _attachment(part.get_filename(""), part.get_content_type(), _bytes(part))
            for part in message.iter_attachments()
        ],
    }


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachment(name: str, kind: str, content: bytes) -> dict[str, str]:
    """Text as it is, anything else in base64."""
    text = content.decode(errors="replace") if kind.startswith("text/") else base64.b64encode(content).decode()
    return {"name": name, "contentType": kind, "content": text}


def _mail_of(line: str) -> dict[str, Any] | None:
    try:
        mail: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return mail
