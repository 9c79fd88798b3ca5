"""Signed messages: the scheme's own example, two secrets while one is changed, and everything forged."""

from __future__ import annotations

import base64

import pytest

from chalicelib.domain.errors import InvalidInput, Unauthenticated
from chalicelib.domain.signatures import check, secrets_of, signed

OLD, NEW = (f"whsec_{base64.b64encode(bytes([value]) * 32).decode()}" for value in (1, 2))
BODY, NOW = b'{"test": 2432232314}', 1_614_265_330


def test_the_example_of_the_scheme_comes_out() -> None:
    """From the reference implementations of Standard Webhooks, whatever else we changed here."""
    (secret,) = secrets_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, BODY)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    check([secret], headers, BODY, NOW)


def test_while_a_secret_is_changed_both_are_good() -> None:
    both, old, new = secrets_of(f"{NEW}\n{OLD}\n"), secrets_of(OLD), secrets_of(NEW)
    headers = signed(both, "one", NOW, BODY)
    for known in (old, new, both):
        check(known, headers, BODY, NOW)
    check(both, signed(old, "one", NOW, BODY), BODY, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "two"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(NOW - 301)},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,\u00e9\u4e2d"},
        {"webhook-signature": " ".join(["v1,x"] * 1_000)},
    ],
)
def test_what_was_changed_on_the_way_is_refused(changed: dict[str, str]) -> None:
    secrets = secrets_of(OLD)
    with pytest.raises(Unauthenticated):
        check(secrets, signed(secrets, "one", NOW, BODY) | changed, BODY, NOW)


def test_another_body_another_secret_and_another_time_are_refused() -> None:
    secrets, headers = secrets_of(OLD), signed(secrets_of(OLD), "one", NOW, BODY)
    for known, body, real in ((secrets, b"{}", NOW), (secrets_of(NEW), BODY, NOW), ((), BODY, NOW)):
        with pytest.raises(Unauthenticated):
            check(known, headers, body, real)
    for real in (NOW - 301, NOW + 301):
        with pytest.raises(Unauthenticated):
            check(secrets, headers, BODY, real)
    for real in (NOW - 300, NOW + 300):
        check(secrets, headers, BODY, real)


@pytest.mark.parametrize("text", ["", "  ", "hunter2", "whsec_hunter2", "whsec_aHVudGVy", f"{OLD} hunter2", OLD[6:]])
def test_what_is_no_secret_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidInput) as told:
        secrets_of(text)
    assert "hunter" not in told.value.message
