"""Any system that takes a signed POST: grant, revoke, verify and look up are messages to one address; what takes time
is answered later by a callback."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.connectors.outgoing import Reply, post, target_of
from chalicelib.connectors.webhook_replies import answer_of, good, is_gone, told_by
from chalicelib.domain import ids
from chalicelib.domain.connections import Connection, ConnectorKind, Setting, Word
from chalicelib.domain.errors import NeedsPerson, ReviewError, Unavailable
from chalicelib.domain.exchanges import Exchange, ExchangeState, exchange_id
from chalicelib.domain.people import User
from chalicelib.domain.resources import Right
from chalicelib.domain.signatures import secrets_of, signed
from chalicelib.domain.tasks import Operation, need
from chalicelib.domain.wording import one_line
from chalicelib.usecases.ports import Answer, Capability, Clock, Exchanges, Found, Secrets, Services, Writer

WEBHOOK, CALLBACK = "webhook", "callback"
_MOST_ROLES = 200

KIND = ConnectorKind(
    kind="webhook",
    display_name="Webhook",
    description="A signed message to your own receiver for each change; answered at once, or later by a callback.",
    settings=(
        Setting(
            name="url",
            label="Address",
            help="Complete https address of your receiver; every message goes there.",
            example="https://access.example.com/hooks/reviews",
            pattern=r"https?://[^\s/?#@]+(/[^\s#]*)?",
        ),
        Setting(
            name="secret",
            label="Where the signing secret lies",
            help="It begins with whsec_. While you change it, keep both there, the new one first.",
            example="secretsmanager:access-reviews/hooks",
            secret=True,
        ),
        Setting(
            name="callbackSecret",
            label="Where the secret of callbacks lies",
            help="Needed only when your receiver answers later. It should differ from the other one.",
            example="secretsmanager:access-reviews/callbacks",
            required=False,
            secret=True,
        ),
        Setting(
            name="verify",
            label="How a change is verified",
            help="webhook: your receiver is asked who holds what. callback: its word that a change was done counts, "
            "and the evidence says so.",
            required=False,
            choices=(WEBHOOK, CALLBACK),
            default=WEBHOOK,
        ),
        Setting(
            name="lookUp",
            label="Resources can be looked up",
            help="yes: your receiver is asked for the name and roles of a resource that is put into a catalog.",
            required=False,
            choices=("no", "yes"),
            default="no",
        ),
        Setting(
            name="seconds",
            label="Seconds to wait for an answer",
            required=False,
            example="5",
            pattern="[1-9]|1[0-9]|20",
            default="5",
        ),
    ),
    capabilities=(Capability.CHECKS.value, Capability.RESTS_ON_WORD.value),
)


@dataclass(frozen=True)
class WebhookConnector:
    """Implements ports.Connector, Checks and RestsOnWord for one connection. `allowed`: hosts of private networks that
    the deployment lets connections reach. Raises InvalidInput for an address that cannot be."""

    connection: Connection
    allowed: frozenset[str]
    secrets: Secrets
    exchanges: Exchanges
    writer: Writer
    clock: Clock

    def __post_init__(self) -> None:
        target_of(self.connection.settings["url"], self.allowed)

    def look_up(self, origin_system: str, origin_id: str) -> Found | None:
        """See ports.Connector."""
        if self._setting("lookUp") != "yes":
            return Found("")
        about = {"originSystem": origin_system, "originId": origin_id}
        reply = self._send(self._message_id(), {"operation": "lookUp", "resource": about})
        if is_gone(reply):
            return None
        told = told_by(good(reply, self._host))
        roles = told.get("roles")
        pairs = roles if isinstance(roles, list) else []
        return Found(
            one_line(str(told.get("displayName") or ""), 256),
            one_line(str(told.get("description") or ""), 1024),
            roles=tuple(
                (str(one["originId"]), one_line(str(one.get("displayName") or one["originId"]), 256))
                for one in pairs[:_MOST_ROLES]
                if isinstance(one, dict) and one.get("originId")
            ),
        )

    def grant(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        return self._change(right, person, Operation.GRANT)

    def revoke(self, right: Right, person: User) -> Answer:
        """See ports.Connector."""
        return self._change(right, person, Operation.REVOKE)

    def verify(self, right: Right, person: User) -> bool:
        """See ports.Connector. With `verify: callback` what the system said last."""
        if self._by_callback:
            last = self._last(right, person)
            if last is None:
                raise Unavailable("This connection knows only what its system said, and it never said anything here.")
            return (last.operation is Operation.GRANT) is (last.state is ExchangeState.DONE)
        message = {"operation": "verify", **_about(right, person)}
        reply = self._send(self._message_id(), message)
        held = False if is_gone(reply) else told_by(good(reply, self._host)).get("held")
        if not isinstance(held, bool):
            raise Unavailable(f'{self._host} does not say {{"held": true}} or {{"held": false}}.')
        return held

    def word(self, right: Right, person: User) -> Word | None:
        """See ports.RestsOnWord."""
        last = self._last(right, person) if self._by_callback else None
        if last is None or last.heard is None or last.state is not ExchangeState.DONE:
            return None
        return Word(source="callback" if last.by_callback else "answer", at=last.heard)

    def check(self) -> Sequence[str]:
        """See ports.Checks. Sends a message of the operation `check`, which changes nothing."""
        try:
            if self._setting("callbackSecret"):
                secrets_of(self.secrets.read(self._setting("callbackSecret")))
            reply = self._send(self._message_id(), {"operation": "check"})
            if reply.status in (401, 403):
                return [f"{self._host} refuses the message ({reply.status}). Is the secret the same on both sides?"]
            good(reply, self._host)
        except ReviewError as problem:
            return [problem.message]
        return []

    # changing ---------------------------------------------------------------------------------------------
    def _change(self, right: Right, person: User, operation: Operation) -> Answer:
        """Ask for a change. What is asked is written first: its callback may be faster than its answer."""
        last = self._last(right, person)
        if last and last.operation is operation and last.state is ExchangeState.NEEDS_PERSON:
            self.writer.put_all([replace(last, state=ExchangeState.FAILED)])  # asked again if it is tried again
            raise NeedsPerson(last.reason)
        if last and last.operation is operation and last.state is ExchangeState.SENT:
            asked = replace(last, attempts=last.attempts + 1)
        elif last and last.operation is operation and last.state is ExchangeState.DONE and last.by_callback:
            return self._already(last, right, person)
        else:
            asked = self._first(right, person, operation)
        return self._ask(asked, right, person)

    def _ask(self, asked: Exchange, right: Right, person: User) -> Answer:
        self.writer.put_all([asked])
        message = {"operation": asked.operation.value, "attempt": asked.attempts, **_about(right, person)}
        answer = answer_of(self._send(asked.id, message), self._host, person)
        if answer is Answer.DONE:
            self.writer.put_all([replace(asked, state=ExchangeState.DONE, heard=self.clock.now())])
        return answer

    def _already(self, last: Exchange, right: Right, person: User) -> Answer:
        """A callback said that just this was done. It is asked anew only when the system itself says otherwise."""
        held = last.operation is Operation.GRANT
        if self._by_callback or self.verify(right, person) is held:
            return Answer.DONE
        return self._ask(self._first(right, person, last.operation), right, person)

    def _first(self, right: Right, person: User, operation: Operation) -> Exchange:
        now = self.clock.now()
        return Exchange(
            id=exchange_id(need(self.connection.name, right, person.id), now),
            connection=self.connection.name,
            operation=operation,
            right=right,
            person_id=person.id,
            began=now,
        )

    def _last(self, right: Right, person: User) -> Exchange | None:
        return self.exchanges.exchange(need(self.connection.name, right, person.id))

    # sending ----------------------------------------------------------------------------------------------
    def _send(self, message_id: str, message: Mapping[str, Any]) -> Reply:
        """One signed message. Raises Unavailable, InvalidInput (no such secret)."""
        told = {"id": message_id, "connection": self.connection.name, "time": self.clock.now().isoformat(), **message}
        body = json.dumps(told, separators=(",", ":")).encode()
        secrets = secrets_of(self.secrets.read(self._setting("secret")))
        headers = signed(secrets, message_id, int(self.clock.real()), body)
        headers |= {"content-type": "application/json", "accept": "application/json", "user-agent": "access-reviews"}
        target = target_of(self._setting("url"), self.allowed)
        return post(target, headers, body, float(self._setting("seconds") or 5))

    def _message_id(self) -> str:
        return ids.guid_of(self.clock.new_id())

    def _setting(self, name: str) -> str:
        return self.connection.settings.get(name, "")

    @property
    def _by_callback(self) -> bool:
        return self._setting("verify") == CALLBACK

    @property
    def _host(self) -> str:
        return target_of(self._setting("url"), self.allowed).host


def connector(connection: Connection, services: Services) -> WebhookConnector:
    """The connector of a connection of this kind."""
    hosts = frozenset(one.strip().lower() for one in services.settings.private_hosts.split(",") if one.strip())
    return WebhookConnector(connection, hosts, services.secrets, services.exchanges, services.writer, services.clock)


def _about(right: Right, person: User) -> dict[str, Any]:
    """What a message says about the right and the person."""
    return {
        "right": {"originSystem": right.origin_system, "originId": right.resource, "roleOriginId": right.role},
        "person": {
            "id": person.id,
            "userPrincipalName": person.principal_name,
            "displayName": person.display_name,
            "mail": person.mail,
        },
    }
