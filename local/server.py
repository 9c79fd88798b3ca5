"""The HTTP server of the local stage: Chalice's, fast on kept connections, answering as API Gateway in front of us.

Stock Chalice writes headers and body apart, which costs 44 ms on every kept connection; it answers an unknown path
with AWS's 403, where our gateway responses make it a 404 in Graph's shape.
"""

from __future__ import annotations

import gzip
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    ForbiddenError,
    LocalChalice,
    LocalDevServer,
    LocalGateway,
    ThreadedHTTPServer,
)

from local.handlers import MILLISECONDS, report
from local.levers import Levers
from local.replies import Reply, error

HOST = "127.0.0.1"
MAX_BODY = 10_000_000  # bytes; API Gateway's limit
COMPRESSED_FROM = 1_024  # bytes; minimum_compression_size in .chalice/config.json
OWN_HOSTS = frozenset({"127.0.0.1", "localhost"})


def configuration(app: Chalice) -> Config:
    """What Chalice's local gateway wants to know."""
    return Config.create(
        chalice_stage="local", chalice_app=lambda: app, lambda_timeout=MILLISECONDS // 1000, lambda_memory_size=256
    )


def gateway_call(app: Chalice) -> Callable[[str, str, Mapping[str, str]], tuple[int, str]]:
    """A function that asks the app itself, without a socket: method, path, headers to status and text."""
    gateway = LocalGateway(app, configuration(app))

    def call(method: str, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
        try:
            answer = gateway.handle_request(method, path, {"Host": HOST, **headers}, None)
        except ForbiddenError:
            return 404, f"There is no {path}."
        return int(answer["statusCode"]), str(answer["body"])

    return call


def _packed(body: Any, headers: dict[str, Any], accepted: str) -> Any:
    """Compress as API Gateway does with `minimum_compression_size`."""
    content = body.encode() if isinstance(body, str) else body
    if "gzip" not in accepted or len(content) < COMPRESSED_FROM:
        return body
    headers["Content-Encoding"] = "gzip"
    return gzip.compress(content, 5)


class _Server(ThreadedHTTPServer):
    request_queue_size = 128
    levers: Levers
    busy = 0
    _count = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is logged."""
        problem = sys.exception()
        if problem and not isinstance(problem, ConnectionError | TimeoutError):
            report("A request failed.", problem)

    def working(self, change: int) -> None:
        with self._count:
            self.busy += change


class _Handler(ChaliceRequestHandler):
    disable_nagle_algorithm = True
    wbufsize = -1  # one write per response
    server: _Server

    def log_message(self, *_: Any) -> None:
        """No access log: the terminal belongs to the developer."""

    def _generic_handle(self) -> None:
        self.server.working(1)
        try:
            self._answer()
            self.wfile.flush()
        finally:
            self.server.working(-1)

    def _answer(self) -> None:
        headers, body = dict(self.headers), self._body()
        if isinstance(body, Reply):
            self.close_connection = True  # the rest of the request was not read
            self._reply(body)
        elif self.path.startswith("/_local/"):
            self._reply(self._lever(body))
        else:
            self._product(headers, body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle

    def _body(self) -> bytes | Reply:
        """The request's body, or the answer to one that cannot be read."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        text = self.headers.get("content-length", "0")
        if not text.isascii() or not text.isdigit():
            return error(400, "BadRequest", "Content-Length is no number.")
        if int(text) > MAX_BODY:
            return error(413, "RequestEntityTooLarge", f"At most {MAX_BODY} bytes are taken.")
        body: bytes = self.rfile.read(int(text))
        return body

    def _chunks(self) -> bytes | Reply:
        body = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(100).partition(b";")[0], 16)
            except ValueError:
                return error(400, "BadRequest", "The chunked body is malformed.")
            if not 0 <= size <= MAX_BODY - len(body):
                return error(413, "RequestEntityTooLarge", f"At most {MAX_BODY} bytes are taken.")
            body += self.rfile.read(size)
            ended = self.rfile.readline(1000)
            if size == 0:
                while ended.strip():  # trailing headers
                    ended = self.rfile.readline(1000)
                return bytes(body)

    def _product(self, headers: dict[str, str], body: bytes) -> None:
        try:
            response = self.local_gateway.handle_request(self.command, self.path, headers, body or None)
        except (ForbiddenError, UnicodeEncodeError):  # the latter: Chalice quotes an odd Authorization header
            path = urlsplit(self.path).path
            self._reply(error(404, "ResourceNotFound", f"Resource not found for {self.command} {path}."))
            return
        response = self._handle_binary(response)
        all_headers = {**response["headers"], **response["multiValueHeaders"]}
        response["body"] = _packed(response["body"], all_headers, self.headers.get("accept-encoding", ""))
        if self.command == "HEAD":
            response["body"] = b""
        self._send_http_response(response["statusCode"], all_headers, response["body"])

    def _lever(self, body: bytes) -> Reply:
        """Levers obey this machine's programs and own pages, not other sites open in a browser."""
        host = urlsplit(f"//{self.headers.get('host', '')}").hostname
        origin = self.headers.get("origin")
        if host not in OWN_HOSTS or (origin and urlsplit(origin).netloc != self.headers.get("host")):
            return error(403, "Forbidden", "The local stage is moved from this machine only.")
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return self.server.levers.handle(self.command, parts.path, query, body, self.headers.get("cookie", ""))

    def _reply(self, reply: Reply) -> None:
        headers: dict[str, Any] = {"Content-Type": reply.content_type, "Cache-Control": "no-store"}
        headers |= {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", **reply.headers}
        if self.close_connection:
            headers["Connection"] = "close"
        self._send_http_response(reply.status, headers, b"" if self.command == "HEAD" else reply.body)


class Server:
    """Serves an app on 127.0.0.1. Raises OSError when the port is taken."""

    def __init__(self, app: Chalice, port: int, levers: Levers) -> None:
        # LocalChalice keeps the current request per thread; the class must be mixed in before the first request.
        if not isinstance(app, LocalChalice):
            app.__class__ = type("LocalApp", (LocalChalice, app.__class__), {})
        config = configuration(app)
        self._server = LocalDevServer(app, config, HOST, port, handler_cls=_Handler, server_cls=_Server).server
        self._server.levers = levers
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="http")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, seconds: float = 20.0) -> None:
        """Take no more connections and wait for requests at work, at most `seconds`."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        limit = time.monotonic() + seconds
        while self._server.busy and time.monotonic() < limit:
            time.sleep(0.02)
