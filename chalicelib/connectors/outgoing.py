"""One POST to one system outside: to the host that was configured and no other, to an address that is not of a
private network, without following redirects, bounded in time and in size."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from urllib.parse import urlsplit

from chalicelib.domain.errors import InvalidInput, Unavailable

MOST_BYTES = 65_536  # of an answer
_HTTPS, _HTTP = 443, 80


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go. `private`: the deployment allows this host to lie in a private network."""

    host: str
    port: int
    path: str
    secure: bool
    private: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def target_of(address: str, allowed: Collection[str]) -> Target:
    """The target of a complete address. Hosts in `allowed` may be private, have another port than 443, and, on this
    machine alone, do without TLS. Raises InvalidInput naming what is wrong."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise InvalidInput("Must be a complete https address.", "settings/url") from None
    private, secure = host in allowed, parts.scheme == "https"
    if not host or parts.scheme not in ("https", "http") or parts.username or parts.password or parts.fragment:
        raise InvalidInput("Must be a complete https address without user name and fragment.", "settings/url")
    if not secure and not (private and host in ("127.0.0.1", "::1", "localhost")):
        raise InvalidInput("Must begin with https://.", "settings/url")
    if port not in (None, _HTTPS) and not private:
        raise InvalidInput(
            "Must not have another port than 443 unless this deployment allows the host.", "settings/url"
        )
    if not private and _is_private_name(host):
        raise InvalidInput("Must not lie in a private network unless this deployment allows the host.", "settings/url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port or (_HTTPS if secure else _HTTP), path, secure, private)


def post(target: Target, headers: Mapping[str, str], body: bytes, seconds: float) -> Reply:
    """Send a body and read the answer, both within `seconds`.

    Raises Unavailable in words for an administrator: the host is unknown, private, does not answer in time, is not who
    its certificate should say, or answers with more than 64 KiB.
    """
    connection = _connection(target, _resolved(target), seconds)
    watch = Timer(seconds, _cut, [connection])  # a time-out of the socket's alone begins again with every byte
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, {"Host": _host_header(target), **headers})
        answer = connection.getresponse()
        found = answer.read(MOST_BYTES + 1)
        if len(found) > MOST_BYTES:
            raise Unavailable(f"{target.host} answers with more than {MOST_BYTES} bytes.")
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, found)
    except ssl.SSLCertVerificationError as problem:
        raise Unavailable(f"{target.host} does not show a good certificate: {problem.verify_message}.") from problem
    except (OSError, HTTPException, ValueError) as problem:  # ValueError: the socket was cut while it was read
        if not watch.is_alive() or isinstance(problem, TimeoutError):
            raise Unavailable(f"{target.host} does not answer within {seconds:g} seconds.") from problem
        raise Unavailable(f"{target.host} does not answer ({type(problem).__name__}).") from problem
    finally:
        watch.cancel()
        connection.close()


def _cut(connection: HTTPConnection) -> None:
    """End what a connection waits for."""
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _resolved(target: Target) -> str:
    """The address the host has now; the connection goes there, so that nothing can change in between. Raises
    Unavailable for one in a private network."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise Unavailable(f"The host {target.host} is unknown.") from problem
    addresses = [str(one[4][0]) for one in found]
    if not target.private and any(_is_private(one) for one in addresses):
        raise Unavailable(f"{target.host} lies in a private network, which this deployment does not allow.")
    return addresses[0]


def _is_private_name(host: str) -> bool:
    """Is the host written as an address that is not public, or as a name that means this machine?"""
    try:
        return _is_private(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _is_private(address: str) -> bool:
    """Is it anything but a public address: private, of this machine, link-local (where clouds keep their metadata),
    or one of these inside an address of version 6? Raises ValueError for what is none."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inside is None and found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            return _is_private(str(inside))
    return not found.is_global or found.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (_HTTPS if target.secure else _HTTP) else f"{host}:{target.port}"


def _connection(target: Target, address: str, seconds: float) -> HTTPConnection:
    if target.secure:
        return _Pinned(target.host, address, target.port, seconds)
    return HTTPConnection(address, target.port, timeout=seconds)


class _Pinned(HTTPSConnection):
    """TLS to an address that was chosen before, with the certificate of the host it was chosen for."""

    def __init__(self, host: str, address: str, port: int, seconds: float) -> None:
        super().__init__(address, port, timeout=seconds, context=ssl.create_default_context())
        self._name = host

    def connect(self) -> None:
        """See HTTPSConnection."""
        HTTPConnection.connect(self)
        context: ssl.SSLContext = self._context  # type: ignore[attr-defined]
        self.sock = context.wrap_socket(self.sock, server_hostname=self._name)
