"""Which tokens are believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.aws import tokens
from chalicelib.aws.tokens import TokenVerifier
from chalicelib.domain.errors import Unauthenticated
from tests.world import signing_key

ISSUER = "https://issuer.example.com"
AUDIENCE = "portal"
NOW = 1_000_000.0
CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "email": "ada@example.com",
    "token_use": "id",
    "iat": NOW,
    "exp": NOW + 600,
}
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE_KEY = ec.generate_private_key(ec.SECP256R1())


class Issuer:
    """Publishes keys and counts how often they are read."""

    def __init__(self, **keys: Any) -> None:
        self.keys = keys or {"one": signing_key()}
        self.reads: list[str] = []
        self.down = False

    def fetch(self, url: str) -> bytes:
        self.reads.append(url)
        if self.down:
            raise TimeoutError
        return json.dumps({"keys": [_jwk(kid, key) for kid, key in self.keys.items()]}).encode()

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(ISSUER, AUDIENCE, fetch=self.fetch)


def _jwk(kid: str, key: Any) -> dict[str, Any]:
    kinds = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return {**json.loads(kinds.to_jwk(key.public_key())), "kid": kid, "use": "sig"}


def token(key: Any = None, kid: str | None = "one", algorithm: str = "RS256", **changes: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    headers = {"kid": kid} if kid else None
    return jwt.encode(claims, key or signing_key(), algorithm=algorithm, headers=headers)


def part(content: object) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def forged(algorithm: str, key: bytes) -> str:
    """A token with a MAC of the public key, as a confused verifier would accept it."""
    text = f"{part({'alg': algorithm, 'kid': 'one', 'typ': 'JWT'})}.{part(CLAIMS)}"
    mac = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def refusal(text: str, verifier: TokenVerifier | None = None, now: float = NOW) -> str:
    """The message of the refusal, which must not tell anything of the token."""
    with pytest.raises(Unauthenticated) as caught:
        (verifier or Issuer().verifier()).verify(text, now)
    message = caught.value.message
    assert not any(piece in message for piece in text.split(".") if len(piece) > 8)
    assert caught.value.__cause__ is None
    return message


def test_believes_a_good_token() -> None:
    assert Issuer().verifier().verify(token(), NOW)["email"] == "ada@example.com"


def test_believes_an_elliptic_curve() -> None:
    verifier = Issuer(one=CURVE_KEY).verifier()
    assert verifier.verify(token(CURVE_KEY, algorithm="ES256"), NOW)["email"] == "ada@example.com"


def test_believes_one_audience_among_several_and_a_token_without_use_or_iat() -> None:
    assert Issuer().verifier().verify(token(aud=["other", AUDIENCE], token_use=None, iat=None), NOW)


def test_refuses_a_wrong_signature() -> None:
    refusal(token(OTHER_KEY))
    good = token()
    head, _, signature = good.split(".")
    refusal(f"{head}.{part({**CLAIMS, 'email': 'eve@example.com'})}.{signature}")
    refusal(good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_refuses_an_unsigned_token(algorithm: str) -> None:
    head = part({"alg": algorithm, "kid": "one", "typ": "JWT"})
    refusal(f"{head}.{part(CLAIMS)}.")
    refusal(f"{head}.{part(CLAIMS)}.c2lnbmF0dXJl")


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_refuses_a_mac_made_with_the_public_key(encoding: serialization.Encoding) -> None:
    public = signing_key().public_key()
    key = public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    refusal(forged("HS256", key))
    refusal(forged("HS256", json.dumps(_jwk("one", signing_key())).encode()))


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_refuses_other_algorithms_of_the_same_key(algorithm: str) -> None:
    refusal(token(algorithm=algorithm))


def test_refuses_an_algorithm_that_is_not_the_keys() -> None:
    refusal(token(CURVE_KEY, algorithm="ES256"))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"iss": "https://issuer.example.com/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "portal2"}, "application"),
        ({"aud": None}, "application"),
        ({"aud": ["other"]}, "application"),
        ({"aud": []}, "application"),
        ({"token_use": "access"}, "ID token"),
        ({"exp": NOW - 60}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": True}, "exp"),
        ({"exp": "4102444800"}, "exp"),
        ({"exp": 10**400}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"nbf": NOW + 61}, "not valid yet"),
        ({"iat": NOW + 61}, "not valid yet"),
        ({"nbf": [1]}, "nbf"),
    ],
)
def test_refuses_claims(changes: dict[str, Any], word: str) -> None:
    assert word in refusal(token(**changes))


def test_allows_for_clocks_a_minute_apart() -> None:
    verifier = Issuer().verifier()
    assert verifier.verify(token(exp=NOW - 59, nbf=NOW - 600, iat=NOW - 600), NOW)
    assert verifier.verify(token(nbf=NOW + 60, iat=NOW + 60), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "Bearer",
        "ä.ö.ü",
        "\ud800",
        "x" * 20_000,
        f"{part([1])}.{part(CLAIMS)}.x",
        f"{part({'alg': 'RS256', 'kid': ['one']})}.{part(CLAIMS)}.x",
        f"{part({'alg': 'RS256', 'kid': 1})}.{part(CLAIMS)}.x",
        f"{part({'alg': ['RS256'], 'kid': 'one'})}.{part(CLAIMS)}.x",
        f"{part('[' * 8_000)}.{part(CLAIMS)}.x",
    ],
)
def test_refuses_garbage(text: str) -> None:
    refusal(text)


def test_refuses_signed_garbage() -> None:
    for content in (b"[1]", b"no json", b"\xff", b"[" * 8_000, b'{"aud": {}}'):
        refusal(jwt.PyJWS().encode(content, signing_key(), algorithm="RS256", headers={"kid": "one"}))


def test_refuses_a_token_that_names_no_key() -> None:
    refusal(token(kid=None))


def test_an_unknown_key_reads_the_key_set_once_in_thirty_seconds() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    for second in range(30):
        refusal(token(OTHER_KEY, kid=f"unknown {second}"), verifier, NOW + second)
    assert len(issuer.reads) == 1
    refusal(token(OTHER_KEY, kid="unknown"), verifier, NOW + 30)
    assert len(issuer.reads) == 2


def test_follows_a_rotation() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    verifier.verify(token(), NOW)
    issuer.keys = {"two": OTHER_KEY}
    refusal(token(OTHER_KEY, kid="two"), verifier, NOW + 10)
    assert verifier.verify(token(OTHER_KEY, kid="two"), NOW + 30)
    refusal(token(sub="not seen before"), verifier, NOW + 31)
    assert len(issuer.reads) == 2


def test_forgets_keys_after_an_hour() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    later = {"exp": NOW + 9_000}
    verifier.verify(token(**later), NOW)
    verifier.verify(token(sub="a", **later), NOW + 3_599)
    assert len(issuer.reads) == 1
    issuer.keys = {"two": OTHER_KEY}
    refusal(token(sub="b", **later), verifier, NOW + 3_600)
    assert len(issuer.reads) == 2


def test_an_issuer_that_does_not_answer_is_asked_again_after_a_pause() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    issuer.down = True
    refusal(token(), verifier, NOW)
    refusal(token(), verifier, NOW + 1)
    assert len(issuer.reads) == 1
    issuer.down = False
    assert verifier.verify(token(), NOW + 30)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [1]}', b"\xff", b"[" * 100_000])
def test_refuses_everything_while_the_key_set_is_garbage(content: bytes) -> None:
    refusal(token(), TokenVerifier(ISSUER, AUDIENCE, fetch=lambda url: content))


def test_ignores_keys_for_other_uses() -> None:
    good = _jwk("one", signing_key())
    others = [
        {**good, "kid": "enc", "use": "enc"},
        {**good, "kid": "alg", "alg": "RS512"},
        {"kty": "oct", "kid": "mac", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "broken", "n": "x"},
        {key: value for key, value in good.items() if key != "kid"},
    ]
    verifier = TokenVerifier(ISSUER, AUDIENCE, fetch=lambda url: json.dumps({"keys": [*others, good]}).encode())
    assert verifier.verify(token(), NOW)
    for kid in ("enc", "alg", "mac", "broken"):
        refusal(token(kid=kid), verifier)


def test_a_token_seen_before_needs_no_fetch_and_ends_with_its_expiry() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    text = token()
    verifier.verify(text, NOW)["email"] = "changed by the caller"
    issuer.down = True
    assert verifier.verify(text, NOW + 599)["email"] == "ada@example.com"
    assert len(issuer.reads) == 1
    assert "expired" in refusal(text, verifier, NOW + 660)


def test_remembers_a_bounded_number_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_REMEMBERED", 2)
    verifier = Issuer().verifier()
    first, second, third = (token(sub=name) for name in "abc")
    for text in (first, second, first, third):
        verifier.verify(text, NOW)
    kept = {hashlib.sha256(text.encode()).hexdigest() for text in (first, third)}
    assert verifier._verified.keys() == kept


def test_reads_the_issuers_address_or_the_one_that_was_set() -> None:
    issuer = Issuer()
    issuer.verifier().verify(token(), NOW)
    TokenVerifier(ISSUER, AUDIENCE, "https://keys.example.com/set", issuer.fetch).verify(token(), NOW)
    assert issuer.reads == [f"{ISSUER}/.well-known/jwks.json", "https://keys.example.com/set"]


def test_reads_data_addresses() -> None:
    content = base64.b64encode(Issuer().fetch("")).decode()
    verifier = TokenVerifier(ISSUER, AUDIENCE, f"data:application/json;base64,{content}")
    assert verifier.verify(token(), NOW)
    refusal(token(), TokenVerifier(ISSUER, AUDIENCE, "no address"))
