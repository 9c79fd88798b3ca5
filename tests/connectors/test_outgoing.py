"""Where messages may go: never into a private network, never to another address than the one that was checked."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.connectors import outgoing
from chalicelib.connectors.outgoing import Target, post, target_of
from chalicelib.domain.errors import InvalidInput, Unavailable

HOST = "hooks.example.com"
PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.com/",
        "https://hooks.example.com:8443/",
        "https://me:secret@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://",
        "https://[::1",
        "https://hooks.example.com:port/",
        "ftp://hooks.example.com/",
        "hooks.example.com",
        "https://localhost/",
        "https://db.internal/",
        "https://127.0.0.1/",
        "https://10.0.0.7/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[fd00:ec2::254]/",
        "https://[::ffff:10.0.0.7]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:a9fe:a9fe::]/",
        "https://224.0.0.1/",
        "https://0.0.0.0/",
    ],
)
def test_such_an_address_cannot_be_configured(address: str) -> None:
    with pytest.raises(InvalidInput) as told:
        target_of(address, ())
    assert told.value.target == "settings/url"


def test_an_address_keeps_its_path_and_query() -> None:
    assert target_of("https://Hooks.Example.com/a/b?c=d", ()) == Target(HOST, 443, "/a/b?c=d", True, False)
    assert target_of("https://hooks.example.com", ()) == Target(HOST, 443, "/", True, False)


def test_a_deployment_may_allow_a_host_of_its_own_network() -> None:
    allowed = {"127.0.0.1", "hooks.corp.example"}
    assert target_of("http://127.0.0.1:8300/x", allowed) == Target("127.0.0.1", 8300, "/x", False, True)
    assert target_of("https://hooks.corp.example:8443/", allowed).port == 8443
    with pytest.raises(InvalidInput, match="https"):  # names of people never go over a network in the clear
        target_of("http://hooks.corp.example/", allowed)


@pytest.mark.parametrize(
    "addresses", [["10.0.0.7"], [PUBLIC, "10.0.0.7"], ["169.254.169.254"], ["fe80::1%1"], ["fd00::1"], ["::"]]
)
def test_a_name_that_leads_into_a_private_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: [_info(one, 443) for one in addresses])
    with pytest.raises(Unavailable, match="private network"):
        post(target_of(f"https://{HOST}/", ()), {}, b"{}", 1)


def test_a_host_that_is_unknown_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", unknown)
    with pytest.raises(Unavailable, match=f"The host {HOST} is unknown"):
        post(target_of(f"https://{HOST}/", ()), {}, b"{}", 1)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that gives a public address first and a private one later gains nothing: it is asked once."""
    asked, reached = [], []

    def resolve(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        return [_info(PUBLIC if len(asked) == 1 else "10.0.0.7", 443)]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unavailable):
        post(target_of(f"https://{HOST}/", ()), {}, b"{}", 1)
    assert (asked, reached) == ([HOST], [PUBLIC])


class Tls:
    """A server on this machine that answers 200 to everything with a certificate for one host."""

    def __init__(self, folder: Path, host: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        made = made.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        made = made.not_valid_after(now + datetime.timedelta(days=1))
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.file = folder / "both.pem"
        self.file.write_bytes(private + certificate)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.hosts: list[bytes] = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        while True:
            try:
                found, _ = self.server.accept()
                with found, context.wrap_socket(found, server_side=True) as told:
                    sent = b""
                    while not sent.endswith(b"{}"):
                        sent += told.recv(65_536)
                    self.hosts += [one for one in sent.split(b"\r\n") if one.startswith(b"Host:")]
                    told.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            except ssl.SSLError:
                continue
            except OSError:
                return


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tls]:
    """A server for HOST, which is trusted, and where every name leads."""
    found = Tls(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.file))
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: [_info("127.0.0.1", found.port)])
    yield found
    found.server.close()


def test_the_certificate_must_be_the_hosts_and_the_host_is_named(tls: Tls) -> None:
    reply = post(Target(HOST, tls.port, "/", True, True), {}, b"{}", 5)
    assert (reply.status, reply.body) == (200, b"{}")
    assert tls.hosts == [f"Host: {HOST}:{tls.port}".encode()]
    with pytest.raises(Unavailable, match="certificate"):
        post(Target("other.example.com", tls.port, "/", True, True), {}, b"{}", 5)


def _info(address: str, port: int) -> Any:
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)
