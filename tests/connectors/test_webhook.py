"""Webhooks: what is sent, what each answer means, and what a system that answers badly cannot do."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.connectors.webhook import KIND, WebhookConnector
from chalicelib.domain import errors
from chalicelib.domain.connections import Connection
from chalicelib.domain.exchanges import Exchange, ExchangeState
from chalicelib.domain.people import User
from chalicelib.domain.resources import Right
from chalicelib.domain.signatures import check, secrets_of
from chalicelib.usecases.ports import Answer, Found
from tests.connectors.contract import ConnectorContract, Failure, RemoteContract, Rig
from tests.connectors.receiver import SECRET, Receiver, receiving
from tests.world import START, World

ANN = User(id="ann", display_name="Ann", principal_name="ann@example.com", mail="ann@example.com")
EVE = dataclasses.replace(ANN, id="eve", principal_name="eve@example.com")
RIGHT = Right("hooks", "AadApplication", "payroll", "clerk")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "connectors" / "webhook.md"


@dataclasses.dataclass
class Secrets:
    """Implements ports.Secrets."""

    text: str = SECRET

    def read(self, reference: str) -> str:
        return self.text


@dataclasses.dataclass
class Hooks:
    """A connector and the receiver it sends to."""

    world: World
    receiver: Receiver
    secrets: Secrets = dataclasses.field(default_factory=Secrets)

    def connector(self, **settings: str) -> WebhookConnector:
        services = self.world.services
        known = {"url": self.receiver.url, "secret": "ssm:/key", "verify": "webhook", "seconds": "1"}
        connection = Connection(
            name="hooks", kind="webhook", display_name="Hooks", settings=known | settings, created=START, modified=START
        )
        return WebhookConnector(
            connection, frozenset({"127.0.0.1"}), self.secrets, services.exchanges, services.writer, services.clock
        )

    def exchange(self) -> Exchange:
        """What was asked about ann last."""
        from chalicelib.domain.tasks import need

        found = self.world.services.exchanges.exchange(need("hooks", RIGHT, "ann"))
        assert found is not None
        return found


@pytest.fixture
def hooks(world: World) -> Iterator[Hooks]:
    with receiving() as receiver:
        yield Hooks(world, receiver)


class WebhookRig(Rig):
    """The contract's rig over a receiver that does what it is told."""

    kind = KIND
    right = RIGHT

    def __init__(self, hooks: Hooks) -> None:
        self.receiver = hooks.receiver
        self.connector = hooks.connector(lookUp="yes")

    def holds(self) -> bool:
        return ("clerk", "ann@example.com") in self.receiver.held

    def delete_resource(self) -> None:
        self.receiver.deleted = True

    def settle(self) -> None:
        self.receiver.settle()

    @contextmanager
    def failing(self, how: Failure) -> Iterator[None]:
        before = dataclasses.replace(self.receiver)
        answers = {Failure.THROTTLED: (429, {}, b""), Failure.REFUSED: (403, {}, b"")}
        self.receiver.always = answers.get(how)
        self.receiver.slow, self.receiver.inert = how is Failure.SLOW, how is Failure.SLOW
        self.receiver.lose, self.receiver.deaf = how is Failure.LOST, how is Failure.DEAF
        yield
        for name in ("always", "slow", "inert", "lose", "deaf"):
            setattr(self.receiver, name, getattr(before, name))


class TestWebhook(RemoteContract):
    """The contract, by a receiver that answers at once."""

    @pytest.fixture
    def rig(self, hooks: Hooks) -> WebhookRig:
        return WebhookRig(hooks)


class TestWebhookLater(ConnectorContract):
    """The contract, by a receiver that does everything later."""

    @pytest.fixture
    def rig(self, hooks: Hooks) -> WebhookRig:
        hooks.receiver.later = True
        return WebhookRig(hooks)


def test_a_change_is_a_signed_message_that_names_right_and_person(hooks: Hooks) -> None:
    assert hooks.connector().grant(RIGHT, ANN) is Answer.DONE
    (message,) = hooks.receiver.sent
    assert message == {
        "id": hooks.exchange().id,
        "connection": "hooks",
        "time": "2026-03-02T09:00:00+00:00",
        "operation": "grant",
        "attempt": 1,
        "right": {"originSystem": "AadApplication", "originId": "payroll", "roleOriginId": "clerk"},
        "person": {
            "id": "ann",
            "userPrincipalName": "ann@example.com",
            "displayName": "Ann",
            "mail": "ann@example.com",
        },
    }
    assert hooks.receiver.headers[0]["webhook-id"] == message["id"]
    assert hooks.connector().verify(RIGHT, ANN)
    hooks.connector().revoke(RIGHT, ANN)
    assert not hooks.connector().verify(RIGHT, ANN)


def test_what_is_tried_again_has_the_same_id_and_what_is_asked_anew_another(hooks: Hooks) -> None:
    hooks.receiver.answers = [(500, {}, b""), (202, {}, b"")]
    with pytest.raises(errors.Unavailable):
        hooks.connector().revoke(RIGHT, ANN)
    assert hooks.connector().revoke(RIGHT, ANN) is Answer.PENDING
    assert hooks.connector().revoke(RIGHT, ANN) is Answer.DONE
    hooks.world.clock.advance(days=90)
    hooks.receiver.real += 90 * 86_400
    hooks.connector().revoke(RIGHT, ANN)
    first, second, third, later = hooks.receiver.sent
    assert first["id"] == second["id"] == third["id"] != later["id"]
    assert [one["attempt"] for one in hooks.receiver.sent] == [1, 2, 3, 1]


def test_while_a_secret_is_changed_messages_are_signed_with_both(hooks: Hooks) -> None:
    new = SECRET.replace("Bw", "Cw", 1)
    hooks.secrets.text = f"{new} {SECRET}"
    hooks.connector().grant(RIGHT, ANN)
    for secret in (new, SECRET):
        check(secrets_of(secret), hooks.receiver.headers[0], hooks.receiver.bodies[0], hooks.receiver.real)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (410, b"", errors.Gone),
        (404, b'{"status": "gone"}', errors.Gone),
        (404, b"<html>no such page</html>", errors.Unavailable),
        (409, b'{"status": "needsPerson", "reason": "dynamic group"}', errors.NeedsPerson),
        (422, b'{"status": "needsPerson"}', errors.NeedsPerson),
        (422, b'{"status": "unknownPerson"}', errors.NotFound),
        (422, b"{}", errors.Unavailable),
        (429, b"", errors.Throttled),
        (503, b"", errors.Throttled),
        (500, b"[]", errors.Unavailable),
        (200, b"[]", errors.Unavailable),
        (200, b"{", errors.Unavailable),
        (200, b"[" * 60_000, errors.Unavailable),
        (200, b'{"status": "perhaps"}', errors.Unavailable),
        (200, b" " * 70_000, errors.Unavailable),
    ],
)
def test_every_other_answer_has_a_meaning(hooks: Hooks, status: int, body: bytes, error: type[Exception]) -> None:
    hooks.receiver.answers = [(status, {}, body)]
    with pytest.raises(error) as told:
        hooks.connector().revoke(RIGHT, ANN)
    assert type(told.value) is error
    if body.endswith(b'group"}'):
        assert str(told.value) == "dynamic group"


@pytest.mark.parametrize(("header", "seconds"), [("30", 30), ("999999", 3600), ("soon", 60), ("", 60)])
def test_how_long_a_system_asks_to_be_left_alone_is_told(hooks: Hooks, header: str, seconds: int) -> None:
    hooks.receiver.answers = [(429, {"Retry-After": header}, b"")]
    with pytest.raises(errors.Throttled) as told:
        hooks.connector().revoke(RIGHT, ANN)
    assert told.value.retry_after == seconds


def test_a_redirect_is_not_followed(hooks: Hooks) -> None:
    with receiving() as other:
        hooks.receiver.answers = [(307, {"Location": other.url}, b"")]
        with pytest.raises(errors.Unavailable, match="redirect"):
            hooks.connector().grant(RIGHT, ANN)
        assert other.sent == []


def test_whoever_does_not_answer_in_time_is_not_waited_for(hooks: Hooks) -> None:
    hooks.receiver.slow = True
    began = time.monotonic()
    with pytest.raises(errors.Unavailable, match="within 1 seconds"):
        hooks.connector().verify(RIGHT, ANN)
    assert time.monotonic() - began < 4


def test_whoever_answers_drop_by_drop_is_not_waited_for_either(hooks: Hooks) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        def drip() -> None:
            found, _ = server.accept()
            with found:
                for _ in range(100):
                    try:
                        found.sendall(b"H")
                    except OSError:
                        return
                    threading.Event().wait(0.1)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(errors.Unavailable):
            hooks.connector(url=f"http://127.0.0.1:{server.getsockname()[1]}/").verify(RIGHT, ANN)
        assert time.monotonic() - began < 4


def test_not_being_able_to_tell_is_never_a_no(hooks: Hooks) -> None:
    for body in (b"", b"{}", b'{"held": "no"}', b'{"held": null}'):
        hooks.receiver.answers = [(200, {}, body)]
        with pytest.raises(errors.Unavailable):
            hooks.connector().verify(RIGHT, ANN)


def test_with_the_systems_word_for_it_nothing_is_known_before_it_spoke(hooks: Hooks) -> None:
    connector = hooks.connector(verify="callback")
    with pytest.raises(errors.Unavailable, match="never said anything"):
        connector.verify(RIGHT, ANN)
    assert connector.word(RIGHT, ANN) is None
    hooks.receiver.later = True
    assert connector.revoke(RIGHT, ANN) is Answer.PENDING
    assert connector.verify(RIGHT, ANN) and connector.word(RIGHT, ANN) is None
    hooks.receiver.later = False
    assert connector.revoke(RIGHT, ANN) is Answer.DONE
    word = connector.word(RIGHT, ANN)
    assert not connector.verify(RIGHT, ANN) and word is not None
    assert (word.source, word.at) == ("answer", START)
    assert "verify" not in {one["operation"] for one in hooks.receiver.sent}
    assert hooks.connector().word(RIGHT, ANN) is None


def test_what_a_person_has_to_do_is_said_once_and_asked_again_when_it_is_tried_again(hooks: Hooks) -> None:
    connector = hooks.connector()
    hooks.receiver.later = True
    connector.revoke(RIGHT, ANN)
    told = dataclasses.replace(hooks.exchange(), state=ExchangeState.NEEDS_PERSON, reason="a nested group")
    hooks.world.services.writer.put_all([told])
    with pytest.raises(errors.NeedsPerson, match="a nested group"):
        connector.revoke(RIGHT, ANN)
    assert len(hooks.receiver.sent) == 1
    hooks.receiver.later = False
    assert connector.revoke(RIGHT, ANN) is Answer.DONE


def test_resources_are_looked_up_only_where_that_is_configured(hooks: Hooks) -> None:
    assert hooks.connector().look_up("AadApplication", "payroll") == Found("")
    assert hooks.receiver.sent == []
    found = hooks.connector(lookUp="yes").look_up("AadApplication", "payroll")
    assert found == Found("Payroll", roles=(("clerk", "Clerk"),))
    hooks.receiver.deleted = True
    assert hooks.connector(lookUp="yes").look_up("AadApplication", "payroll") is None
    hooks.receiver.answers = [
        (200, {}, json.dumps({"roles": [1, {}, {"originId": "x"}], "displayName": "A\nB"}).encode())
    ]
    assert hooks.connector(lookUp="yes").look_up("AadApplication", "p") == Found("A B", roles=(("x", "x"),))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {}, b""), []),
        ((401, {}, b""), ["127.0.0.1 refuses the message (401). Is the secret the same on both sides?"]),
        ((302, {}, b""), ["127.0.0.1 answers with a redirect, which is not followed."]),
        ((404, {}, b""), ["127.0.0.1 answers with status 404."]),
    ],
)
def test_a_check_says_in_words_what_is_wrong(hooks: Hooks, answer: Any, words: list[str]) -> None:
    hooks.receiver.answers = [answer]
    assert list(hooks.connector().check()) == words
    assert hooks.receiver.sent[0]["operation"] == "check"


def test_a_check_names_a_secret_that_is_none_without_showing_it(hooks: Hooks) -> None:
    hooks.secrets.text = "hunter2"
    (words,) = hooks.connector().check()
    assert "whsec_" in words and "hunter2" not in words


def test_the_receiver_of_the_documentation_works(hooks: Hooks) -> None:
    source = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)[0]
    assert len(source.strip().splitlines()) <= 40
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "HOOK_SECRET": SECRET}
    child = subprocess.Popen([sys.executable, "-c", source, str(port)], env=environment, stderr=subprocess.DEVNULL)
    hooks.world.clock.product, hooks.world.clock.seconds = datetime.now(UTC), time.time()
    connector = hooks.connector(url=f"http://127.0.0.1:{port}/")
    try:
        until = time.monotonic() + 10
        while list(connector.check()) and time.monotonic() < until:
            pass
        assert list(connector.check()) == []
        assert connector.grant(RIGHT, ANN) is Answer.DONE
        assert connector.verify(RIGHT, ANN) and not connector.verify(RIGHT, EVE)
        assert connector.revoke(RIGHT, ANN) is Answer.DONE
        assert not connector.verify(RIGHT, ANN)
        hooks.secrets.text = SECRET.replace("Bw", "Cw", 1)
        assert "Is the secret the same" in "".join(connector.check())
    finally:
        child.terminate()
        child.wait()
