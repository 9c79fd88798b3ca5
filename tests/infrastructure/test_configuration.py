"""Settings: one table that is true, and every problem told at once, wherever the product starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from chalicelib.settings import ConfigurationError, Settings, fields_of, load, unknown, variable
from infrastructure import configuration, template
from tests.docs.traceability import ROOT

GOOD = {
    "STAGE": "production",
    "WORK_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/work",
    "PORTAL_URL": "https://abc.execute-api.eu-central-1.amazonaws.com/api",
    "OIDC_ISSUER": "https://login.example.com/tenant/v2.0",
    "OIDC_AUDIENCE": "portal",
    "CURSOR_SECRET": "a secret of the tests",
    "SIGNING_KEY": "alias/seals",
    "EVIDENCE_BUCKET": "evidence",
}
BAD = [
    ("STAGE", "Production", "lower-case letters"),
    ("PORTAL_URL", "", "https address"),
    ("PORTAL_URL", "reviews.example.com", "https address"),
    ("PORTAL_URL", "http://reviews.example.com", "https address"),
    ("PORTAL_URL", "https://reviews.example.com/", "not end with /"),
    ("PORTAL_URL", "https://reviews.example.com?a=b", "neither ? nor #"),
    ("OIDC_ISSUER", "https://[login", "https address"),
    ("OIDC_ISSUER", "https:///tenant", "https address"),
    ("OIDC_SCOPES", "email profile", "openid among them"),
    ("OIDC_CLAIM", "", "name of a claim"),
    ("MAIL_FROM", "Reviews <a@example.com>", "mail address"),
    ("MAIL_FROM", "reviews", "mail address"),
    ("LOGO_URL", "http://example.com/logo.png", "https address"),
    ("CONTACT", "x" * 201, "at most 200"),
    ("ORGANISATION", " ", "name"),
    ("DEFAULT_TIME_ZONE", "Europe/Atlantis", "IANA"),
    ("DEFAULT_TIME_ZONE", "../../etc/passwd", "IANA"),
    ("CURSOR_SECRET", "short", "16 characters"),
    ("MAIL_ENABLED", "perhaps", "true or false"),
    ("UNDO_DAYS", "a week", "whole number"),
    ("UNDO_DAYS", "-1", "from 0 to 365"),
    ("EVIDENCE_RETENTION_DAYS", "0", "from 1 to"),
    ("EVIDENCE_LOCK_MODE", "governance", "one of: GOVERNANCE, COMPLIANCE"),
    ("AUDIT_RETENTION_DAYS", "29", "at least 30"),
    ("STATE_CACHE_SECONDS", "nan", "from 0 to 30"),
    ("LEASE_SECONDS", "200", "longer than an invocation"),
    ("SHARD_ITEMS", "2000,x", "whole numbers with commas"),
    ("SHARD_ITEMS", "1,2,3,4", "up to three"),
    ("SHARD_ITEMS", "5,4", "each more than the one before"),
    ("PRIVATE_HOSTS", "https://intranet.example.com", "without https://"),
]
OLD = {"d": {"S": "N"}, "h": {"L": []}}
NEW = {**OLD, "pk": {"S": "0" * 46}, "sk": {"S": "0"}, "c": {"S": "x"}, "ct": {"N": "1"}}
FIRED = {"account": "1", "region": "x", "detail": {}, "detail-type": "x", "source": "x", "time": "x", "resources": []}
NOTICE = {"TopicArn": "a:b", "Message": "{}", "Subject": "", "MessageAttributes": {}}
CHANGED = {"SequenceNumber": "1", "Keys": {}, "OldImage": OLD, "NewImage": NEW}
EVENTS = {
    "tick": {**FIRED, "version": "0", "id": "1"},
    "work": {"Records": [{"body": '{"kind": "series", "id": "1"}', "messageId": "1"}]},
    "count_decisions": {"Records": [{"eventName": "MODIFY", "dynamodb": CHANGED}]},
    "hear_of_mails": {"Records": [{"Sns": NOTICE}]},
    "publish_events": {"Records": [{"eventName": "REMOVE", "dynamodb": {"Keys": {}}}]},
    "signed_in": {**FIRED, "version": "0", "id": "1"},
    "cognito_signed_in": {"userName": "ann"},
}
PLAY = """
import io, json, logging, sys
seen = io.StringIO()
logging.getLogger("access_reviews").addHandler(logging.StreamHandler(seen))
import app
from chalice.local import LocalGateway
from chalice.config import Config
told = {}
for name, event in json.loads(sys.argv[1]).items():
    start = len(seen.getvalue())
    try:
        answer = getattr(app, name)(event, None)
    except Exception as problem:
        answer = str(problem)
    told[name] = {"answer": answer, "log": seen.getvalue()[start:]}
gateway = LocalGateway(app.app, Config())
for path in ("/", "/api/v1/sign-in", "/v1.0/users", "/scim/v2/Users"):
    found = gateway.handle_request("GET", path, {"Authorization": "Bearer x"}, b"")
    told[path] = {"status": found["statusCode"], "body": found["body"]}
print(json.dumps(told))
"""


def environment(**changed: str) -> dict[str, str]:
    return {variable(name): value for name, value in {**GOOD, **changed}.items()}


def test_a_good_configuration_is_taken_as_it_is():
    assert load(environment(UNDO_DAYS="3")).undo_days == 3


def test_the_defaults_pass_their_own_checks():
    for name, one in fields_of().items():
        check = one.metadata["check"]
        assert not check or check(one.default) == "", name


@pytest.mark.parametrize(("name", "value", "words"), BAD)
def test_a_value_that_cannot_be_is_refused_by_name_and_not_shown(name: str, value: str, words: str):
    with pytest.raises(ConfigurationError) as told:
        load(environment(**{name: value}))
    assert [variable(name)] == [problem.split()[0] for problem in told.value.problems]
    assert words in str(told.value)
    assert len(value) < 4 or value not in str(told.value)


def test_all_problems_are_told_at_once():
    wrong = {"UNDO_DAYS": "x", "PORTAL_URL": "x", "MAIL_FROM": "x", "CURSOR_SECRET": "", "OIDC_ISSUER": ""}
    with pytest.raises(ConfigurationError) as told:
        load(environment(**wrong))
    assert {problem.split()[0] for problem in told.value.problems} == {variable(name) for name in wrong}


def test_a_variable_nobody_knows_is_named_and_refused_by_nobody():
    """While a release is replaced its configuration may meet the code of the other one."""
    mistyped = {**environment(), "ACCESS_REVIEWS_UNDO_DAY": "3", "ACCESS_REVIEWS_WORK_QUEUE_NAME": "work"}
    assert unknown(mistyped) == ["ACCESS_REVIEWS_UNDO_DAY"]
    assert load(mistyped) == load(environment())


@pytest.fixture(scope="module")
def badly_started() -> dict[str, dict[str, object]]:
    """What each function of the package says with three wrong settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCESS_REVIEWS_")}
    wrong = environment(OIDC_ISSUER="", DEFAULT_TIME_ZONE="Nowhere", UNDO_DAYS="soon")
    command = [sys.executable, "-c", PLAY, json.dumps(EVENTS)]
    done = subprocess.run(command, cwd=ROOT, env={**kept, **wrong}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("function", EVENTS)
def test_every_function_says_all_problems_in_its_log(function: str, badly_started: dict[str, dict[str, object]]):
    said = str(badly_started[function]["log"])
    for name in ("OIDC_ISSUER", "DEFAULT_TIME_ZONE", "UNDO_DAYS"):
        assert f"configuration: {variable(name)}" in said
    answer = badly_started[function]["answer"]
    if function == "work":
        assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}  # nothing is lost: it comes again
    elif function == "cognito_signed_in":
        assert answer == EVENTS[function]  # nobody is kept from signing in
    else:
        assert variable("UNDO_DAYS") in str(answer)


@pytest.mark.parametrize("path", ["/", "/api/v1/sign-in", "/v1.0/users", "/scim/v2/Users"])
def test_the_api_answers_503_in_the_shape_of_its_surface_with_all_problems(path, badly_started):
    answer = badly_started[path]
    assert answer["status"] == 503, answer
    body = json.loads(answer["body"])
    message = body["detail"] if path.startswith("/scim") else body["error"]["message"]
    assert message.startswith("This deployment is not configured")
    for name in ("OIDC_ISSUER", "DEFAULT_TIME_ZONE", "UNDO_DAYS"):
        assert variable(name) in message
    assert "soon" not in message


def test_the_page_is_that_of_settings_and_template():
    text = configuration.PAGE.read_text(encoding="utf-8")
    assert text == configuration.page(text), "run python3 -m infrastructure.configuration"


def test_every_setting_says_what_it_does_and_the_template_sets_settings_only():
    assert all(one.metadata["effect"].endswith((".", ")")) for one in fields_of().values())
    ours = template.ours()
    assert set(configuration.variables(ours)) <= {variable(name) for name in Settings.__dataclass_fields__}


def test_what_a_deployment_needs_its_template_sets():
    given = configuration.variables(template.ours())
    assert {variable(name) for name, one in fields_of().items() if one.metadata["needed"]} <= set(given)


def test_every_variable_that_pages_name_exists():
    known = {variable(name) for name in fields_of()}
    also = {"ACCESS_REVIEWS_DYNALITE", "ACCESS_REVIEWS_BROWSER_REQUIRED", "ACCESS_REVIEWS_CHROMIUM"}  # of tests
    for file in (ROOT / "docs").rglob("*.md"):
        named = set(re.findall(r"ACCESS_REVIEWS_[A-Z_]*[A-Z]", file.read_text(encoding="utf-8")))
        assert named <= known | also, file
