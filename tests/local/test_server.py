"""The server in front of the tiny app, over real sockets."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any, cast

import pytest

from local.levers import Levers
from local.replies import Reply, json_reply
from local.server import Server
from tests.local import tiny


class _Levers:
    def handle(self, method: str, path: str, query: dict[str, str], body: bytes, cookie: str) -> Reply:
        return json_reply({"method": method, "path": path, "query": query, "body": body.decode()})


@pytest.fixture
def connection(free_port: int) -> Iterator[http.client.HTTPConnection]:
    server = Server(tiny.app, free_port, cast(Levers, _Levers()))
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=5)
    yield connection
    connection.close()
    server.stop()


def _ask(connection: http.client.HTTPConnection, method: str, path: str, **more: Any) -> tuple[int, Any]:
    connection.request(method, path, **more)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_serves_the_app_on_a_kept_connection(connection: http.client.HTTPConnection) -> None:
    for name in ("ann", "bob"):
        assert _ask(connection, "GET", f"/hello/{name}") == (200, {"name": name, "bytes": 0})


def test_an_unknown_path_is_404_in_graphs_shape(connection: http.client.HTTPConnection) -> None:
    for headers in ({}, {"Authorization": "Bearer ä".encode("latin-1")}):
        status, body = _ask(connection, "GET", "/nothing?x=1", headers=headers)
        assert (status, body["error"]["code"]) == (404, "ResourceNotFound")
        assert "/nothing" in body["error"]["message"]


def test_chunked_bodies_are_read(connection: http.client.HTTPConnection) -> None:
    headers = {"Content-Type": "application/json"}
    answer = _ask(connection, "POST", "/hello/x", body=iter([b"[1,", b"2]"]), headers=headers, encode_chunked=True)
    assert answer == (200, {"name": "x", "bytes": 5})
    assert _ask(connection, "GET", "/hello/y")[0] == 200


def test_too_large_and_malformed_lengths(connection: http.client.HTTPConnection) -> None:
    assert _ask(connection, "POST", "/hello/x", headers={"Content-Length": "10000001"})[0] == 413
    assert _ask(connection, "POST", "/hello/x", headers={"Content-Length": "-1"})[0] == 400


def test_levers_answer_this_machine_only(connection: http.client.HTTPConnection) -> None:
    status, body = _ask(connection, "GET", "/_local/mails?to=a%40b")
    assert (status, body["query"]) == (200, {"to": "a@b"})
    assert _ask(connection, "GET", "/_local/health", headers={"Host": "evil.example"})[0] == 403
    assert _ask(connection, "POST", "/_local/tick", headers={"Origin": "https://evil.example"})[0] == 403


def test_head_leaves_the_connection_usable(connection: http.client.HTTPConnection) -> None:
    for path in ("/_local/health", "/nothing", "/hello/x"):
        connection.request("HEAD", path)
        assert connection.getresponse().read() == b""
        assert _ask(connection, "GET", "/hello/x")[0] == 200


@pytest.mark.parametrize(
    "rubbish", [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", b"\x16\x03\n"]
)
def test_rubbish_does_not_stop_it(connection: http.client.HTTPConnection, rubbish: bytes) -> None:
    with socket.create_connection((connection.host, connection.port), timeout=5) as other:
        other.sendall(rubbish)
        assert b"400" in (answer := other.recv(65_536)) or b"431" in answer
    assert _ask(connection, "GET", "/hello/x")[0] == 200
