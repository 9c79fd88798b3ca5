"""`dev.py run`: the whole product on this machine, from an empty directory to READY, and back down again."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from chalicelib import logs
from local import emulator as emulators
from local.emulator import Emulator, EmulatorError
from local.resources import (
    REGION,
    Aws,
    ensure_bucket,
    ensure_evidence_bucket,
    ensure_queue,
    ensure_sender,
    ensure_signing_key,
    ensure_tables,
)
from local.state import Busy, State, read_json, write_json
from local.venvs import ROOT

HOST = "127.0.0.1"
LOOK_AHEAD = timedelta(days=3650)
ROWS = 500  # of the agenda; more than are ever overdue at once here


class PortTaken(Exception):
    """Something else listens on the wanted port."""


def parser() -> argparse.ArgumentParser:
    """The options of `run`."""
    options = argparse.ArgumentParser(prog="dev.py run", description="Run the product on this machine.")
    options.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000; 0: any free one)")
    options.add_argument("--state", type=Path, default=ROOT / ".state", metavar="DIR", help="where the data are kept")
    options.add_argument("--fresh", action="store_true", help="forget the kept data first")
    options.add_argument("--empty", action="store_true", help="no demonstration data")
    return options


def main(argv: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean stop, 1 with a message when it cannot start."""
    options = parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays what it is
            signal.signal(number, lambda *_: ended.set())
    try:
        with State(options.state.resolve()) as state:
            _keep_log(state)
            port = options.port or emulators.free_port()
            check_port(port)
            return _Run(state, port, options.fresh, options.empty).until(ended)
    except (Busy, PortTaken, EmulatorError) as problem:
        say(str(problem))
        return 1


def say(text: str) -> None:
    """Tell the developer; standard output carries READY only."""
    print(text, file=sys.stderr, flush=True)


def _keep_log(state: State) -> None:
    """Write what goes wrong to a file of the state as well, and every request and unit of work to another; at most two
    megabytes each. The terminal belongs to the developer: it has only what goes wrong."""
    for known in logging.getLogger().handlers:
        known.setLevel(logging.WARNING)
    for name, level in (("errors.log", logging.WARNING), ("product.log", logging.INFO)):
        handler = RotatingFileHandler(state.path(name), maxBytes=1_000_000, backupCount=1, encoding="utf-8")
        handler.setFormatter(logs.Plain("%(asctime)s %(name)s: %(message)s"))
        handler.setLevel(level)
        logging.getLogger().addHandler(handler)
    for product in logs.LOGGERS:
        logging.getLogger(product).setLevel(logging.INFO)


def check_port(port: int) -> None:
    """Raises PortTaken when the port of 127.0.0.1 cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as problem:
            raise PortTaken(f"Port {port} is not free ({problem}). Choose another with --port.") from problem


class _Run:
    """One run over a locked state."""

    def __init__(self, state: State, port: int, fresh: bool, empty: bool) -> None:
        self._state = state
        self._port = port
        self._fresh = fresh
        self._empty = empty
        self._emulator = Emulator(state.path("emulator"), state.path("objects"), state.path("emulator.log"))

    def until(self, ended: threading.Event) -> int:
        """Start, serve until `ended`, stop."""
        emulators.await_former(self._state.path("emulator"))
        self._prepare_state()
        write_json(self._state.path("running.json"), {"pid": os.getpid(), "port": self._port})
        try:
            url = self._emulator.start()
            server, workers = self._assemble(Aws(url))
            workers.start()
            server.start()
            print(f"READY http://{HOST}:{self._port}", flush=True)
            while not ended.wait(0.5):
                if not self._emulator.alive():
                    say(f"The emulator ended by itself; see {self._state.path('emulator.log')}.")
                    break
            say("Stopping ...")
            workers.interrupt()
            server.stop()
            workers.stop()
        finally:
            clean = self._emulator.stop()
        if clean:
            self._state.drop("running.json")
        say("Stopped; the state is kept." if clean else "The emulator did not stop cleanly; the last save stands.")
        return 0 if clean and ended.is_set() else 1

    def _prepare_state(self) -> None:
        """Forget, tell or set aside what a former run left, before anything reads it."""
        state = self._state
        if self._fresh:
            state.clear()
        folder = state.path("emulator")
        if state.path("running.json").exists():
            say(_after_a_crash(folder))
        if not state.path("seeded.json").exists():  # half a seed helps nobody, and nobody has seen it
            state.drop("emulator")
            state.drop("objects")
            state.drop("mails.jsonl")
        told = emulators.set_aside_if_damaged(folder, f"{datetime.now(UTC):%Y%m%dT%H%M%S}")
        if told:
            say(told)

    def _assemble(self, aws: Aws) -> tuple[Any, Any]:
        """Everything between the emulator and the first request: environment, resources, seed, server, workers."""
        from local.signin import SignIn

        os.environ.update(_environment(aws.url, self._port, self._secret()))
        os.environ["ACCESS_REVIEWS_WORK_QUEUE_URL"] = queue = ensure_queue(aws.client("sqs"))
        os.environ["ACCESS_REVIEWS_BUCKET"] = ensure_bucket(aws.client("s3"))
        os.environ["ACCESS_REVIEWS_EVIDENCE_BUCKET"] = ensure_evidence_bucket(aws.client("s3"))
        os.environ["ACCESS_REVIEWS_SIGNING_KEY"] = ensure_signing_key(aws.client("kms"))
        os.environ["ACCESS_REVIEWS_MAIL_FROM"] = ensure_sender(aws.client("sesv2"))
        signin = SignIn(aws.client("cognito-idp"), self._state.path("sign-in.json"))
        os.environ.update(signin.environment(REGION, aws.url))
        streams = ensure_tables(aws.client("dynamodb"))
        os.environ["ACCESS_REVIEWS_ITEMS_STREAM_ARN"], os.environ["ACCESS_REVIEWS_AUDIT_STREAM_ARN"] = streams
        return self._open(aws, signin, queue, streams)

    def _open(self, aws: Aws, signin: Any, queue: str, streams: Sequence[str]) -> tuple[Any, Any]:
        from chalicelib import bootstrap
        from chalicelib.aws import clients
        from local import server as servers
        from local.clock import OffsetClock
        from local.handlers import declared
        from local.levers import Levers
        from local.mail_service import MailService
        from local.mails import Mailbox
        from local.pages import Pages
        from local.provider import Provider
        from local.queue_worker import QueueWorker
        from local.stream_worker import StreamWorker
        from local.workers import Workers

        clock = OffsetClock(self._state.path("clock.json"), self._fresh)
        mailbox = Mailbox(self._state.path("mails.jsonl"), lambda: bootstrap.services().clock.now())
        mailbox.listen(clients.session())
        bootstrap.use_clock(clock)
        front = importlib.import_module("app")
        for handler in front.app.log.handlers:
            handler.setStream(sys.stderr)
        handlers = declared(front)
        mail_service = MailService(handlers)
        mail_service.listen(clients.session())
        queue_worker = QueueWorker(handlers, aws.client("sqs"), queue)
        reader = aws.client("dynamodbstreams")
        stream_workers = [
            StreamWorker(handlers, name, reader, arn) for name, arn in zip(handlers.streams, streams, strict=True)
        ]
        self._seed(bootstrap.services(), stream_workers[0].drain)
        bootstrap.use_clock(clock)  # the past had another
        workers = Workers(handlers, clock, queue_worker, stream_workers, _agenda(bootstrap.services), mail_service)
        call = servers.gateway_call(front.app)
        pages = Pages(Provider(signin, self._port), mailbox, bootstrap.services, self._port)
        levers = Levers(clock, workers, mailbox, signin, pages, bootstrap.services, call)
        try:
            return servers.Server(front.app, self._port, levers), workers
        except OSError as problem:  # somebody took it while we were starting
            raise PortTaken(f"Port {self._port} is not free ({problem}). Choose another with --port.") from problem

    def _seed(self, services: Any, count: Callable[[], object]) -> None:
        """Fill an empty directory, then begin to save. `count` hands the items' stream over."""
        if not services.people.list_users(1, None).items:
            demonstration = importlib.import_module("local.demonstration")
            say(
                "Preparing the first administrator ..."
                if self._empty
                else "Preparing a month of demonstration data ..."
            )
            if self._empty:
                demonstration.seed_administrator(services)
            else:
                demonstration.seed(services.clock.now(), count)
        self._emulator.save()
        write_json(self._state.path("seeded.json"), {"seeded": True})

    def _secret(self) -> str:
        """The secret that signs cursors, the same for the life of the state."""
        path = self._state.path("secrets.json")
        kept = {"cursor": secrets.token_urlsafe(32)} | (read_json(path) or {})
        write_json(path, kept)
        return str(kept["cursor"])


def _agenda(services: Any) -> Callable[[datetime], datetime | None]:
    """When the product's agenda has its first row after an instant; None within the next ten years: never."""

    def upcoming(now: datetime) -> datetime | None:
        rows = services().reviews.due_until(now + LOOK_AHEAD, ROWS)
        return min((row.when for row in rows if row.when > now), default=None)

    return upcoming


def _after_a_crash(folder: Path) -> str:
    """What to tell when the last run did not stop cleanly."""
    if emulators.saved_at_end(folder):
        return "The last run was cut off, but its data were saved; nothing is lost."
    saved = emulators.last_save(folder)
    if saved is None:
        return "The last run was cut off before its data were saved once: starting with new data."
    return (
        f"The last run was cut off. It goes on from the save of {saved:%Y-%m-%d %H:%M:%S} UTC; later changes are lost."
    )


def _environment(url: str, port: int, secret: str) -> dict[str, str]:
    """The product's settings, to be set before any of its modules is imported."""
    direct = ",".join(filter(None, [os.environ.get("NO_PROXY", ""), HOST, "localhost"]))
    settings = {
        "STAGE": "local",
        "REGION": REGION,
        "ENDPOINT_URL": url,
        "PORTAL_URL": f"http://{HOST}:{port}",
        "ORGANISATION": "Meridian Works",
        "CURSOR_SECRET": secret,
        "PRIVATE_HOSTS": "127.0.0.1,localhost",
        "FIRST_ADMINISTRATOR": "admin@example.com",
        "CLOSING_WAIT_SECONDS": "2",
        "STOP_DELAY_SECONDS": "1",
        "STATE_CACHE_SECONDS": "1",
        "LEASE_SECONDS": "20",
        "INVOCATION_SECONDS": "15",
    }
    return {f"ACCESS_REVIEWS_{name}": value for name, value in settings.items()} | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": emulators.LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": emulators.LOCAL_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
