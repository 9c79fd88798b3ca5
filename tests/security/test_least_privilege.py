"""Each function may do what it does and nothing else; and what the product writes into its log tells no secret.

One run of the whole product (`story.py`) says what each function does. A policy that misses an action of it, or allows
one that nobody was seen to use, fails here, unless it stands in UNSEEN with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from chalicelib.aws.events import SOURCE
from chalicelib.logs import FACTS, METRICS
from tests.docs.test_connector_permissions import PAGES, ROOT, _asked
from tests.security.permissions import FUNCTIONS, POLICIES, allowed, fitting, patterns, statements
from tests.security.scene import PEOPLE
from tests.security.story import Story, played
from tests.world import token

LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
STREAM = {f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
KEPT = {"sqs:SendMessage"}  # what it could not do goes to the queue FailedEvents
# Allowed, and not seen in the run: why.
UNSEEN = {
    **{function: {"what Lambda itself does for it": LOG} for function in FUNCTIONS},
    "signed_in": {"what Lambda itself does for it": LOG | KEPT},
    "count_decisions": {"what Lambda itself does for it": LOG | STREAM | KEPT},
    "publish_events": {
        "what Lambda itself does for it": LOG | STREAM | KEPT,
        "an assignment that moved to another policy": {"dynamodb:GetItem"},
    },
    "api": {"what Lambda itself does for it": LOG, "a connection with a roleArn": {"sts:AssumeRole"}},
    "work": {
        "what Lambda itself does for it": LOG
        | {f"sqs:{name}" for name in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")},
        "a connection with a roleArn": {"sts:AssumeRole"},
        "a file of more than 5 MB": {"s3:ListMultipartUploadParts"},
    },
}


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """The story, played once."""
    yield played()


def test_each_function_has_its_own_policy() -> None:
    """The configuration names it, and no policy is there that nobody has."""
    stage = json.loads((POLICIES / "config.json").read_text(encoding="utf-8"))["stages"]["production"]
    named = {name: part["iam_policy_file"] for name, part in stage["lambda_functions"].items()}
    assert named == {"api_handler" if one == "api" else one: f"policy-{one}.json" for one in FUNCTIONS}
    assert {one.name for one in POLICIES.glob("policy-*.json")} == set(named.values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_allows_exactly_what_its_function_does(story: Story, function: str) -> None:
    seen = story.recorder.used[function]
    expected = {action for action, _ in seen}.union(*UNSEEN[function].values())
    assert allowed(function) == expected
    refused = {use for use in seen if not fitting(function, use)}
    assert not refused, f"{function} does this, and its policy names other things: {refused}"


@pytest.mark.parametrize("function", [one for one in FUNCTIONS if one not in ("api", "work")])
def test_a_small_function_reaches_no_table_that_it_does_not_use(story: Story, function: str) -> None:
    used = {pattern for use in story.recorder.used[function] for pattern in fitting(function, use)}
    named = {one for part in statements(function) for one in patterns(part)}
    assert not [one for one in named - used if "dynamodb" in one and "/stream/" not in one]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_policy_is_wider_than_the_product(function: str) -> None:
    """No wildcard in an action, none over all resources but where AWS takes nothing else; nobody changes or takes away
    what the audit trail has."""
    for part in statements(function):
        assert not [one for one in part["Action"] if "*" in one]
        assert part["Resource"] != ["*"] or part["Action"] in (["identitystore:DescribeUser"], ["ses:GetAccount"])
    for action in ("dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"):
        assert not fitting(function, (action, "table/access-reviews-audit"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_names_what_the_template_makes(function: str) -> None:
    """By its logical id, so that two deployments in one account reach nothing of one another; what no template makes
    is of this account and region, but for what other accounts decide on: roles to assume, buses to tell."""
    outside = (["sts:AssumeRole"], ["events:PutEvents"], ["events:DescribeEventBus"])
    for part in statements(function):
        for given, one in zip(part["Resource"], patterns(part), strict=True):
            made = given != "*" and ("Fn::GetAtt" in given or re.search(r"\$\{\w+[.}]", given["Fn::Sub"]))
            assert made or given == "*" or ":us-east-1:123456789012:" in one or part["Action"] in outside
    (log,) = [patterns(part) for part in statements(function) if set(part["Action"]) == LOG]
    name = f"access-reviews-{function.replace('_', '-')}"
    assert log == [f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{name}:*"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_fits_into_a_role_whatever_the_deployment_is_called(function: str) -> None:
    """IAM takes 10,240 characters without blanks; a stack's name may be 40 characters longer than these tests'."""
    written = [{**part, "Resource": patterns(part)} for part in statements(function)]
    names = sum(one.count("access-reviews") for part in written for one in part["Resource"])
    assert len(json.dumps(written, separators=(",", ":"))) + 40 * names < 10_240


@pytest.mark.parametrize("function", FUNCTIONS)
def test_mails_and_events_are_sent_in_no_other_name(function: str) -> None:
    """Identities and buses may be shared with other software of the account. A request has many events, so many
    sources."""
    for part in statements(function):
        if part["Action"] == ["ses:SendEmail"]:
            assert part["Condition"] == {"StringEqualsIgnoreCase": {"ses:FromAddress": {"Ref": "MailFrom"}}}
        if part["Action"] == ["events:PutEvents"]:
            assert part["Condition"] == {"ForAllValues:StringEquals": {"events:source": SOURCE}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_could_not_be_done_may_be_kept_by_who_has_nobody_to_tell(function: str) -> None:
    """Timers, streams and events: nobody waits for their answer. `work` has its queue's dead letters."""
    waits = function in ("api", "work", "cognito_signed_in")
    assert bool(fitting(function, ("sqs:SendMessage", "access-reviews-failed"))) is not waits


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nobody_takes_evidence_away_and_only_the_worker_adds_some(function: str) -> None:
    """Who has broken into the API may read seals, and can neither sign, put one into the vault nor take one out."""
    about = "access-reviews-evidence/seals/0000000001.json"
    assert bool(fitting(function, ("s3:PutObjectRetention", about))) is (function == "work")
    assert not {one for one in allowed(function) if "s3:Delete" in one or "Bypass" in one or "LegalHold" in one}
    assert ("kms:Sign" in allowed(function)) is (function == "work")
    for part in statements(function):
        assert "kms:Sign" not in part["Action"] or part["Resource"] == [{"Fn::GetAtt": ["SealingKey", "Arn"]}]


def test_what_connectors_need_is_given_by_who_uses_them() -> None:
    """Their pages have it; an installation without them cannot touch users, groups or pools."""
    theirs = set().union(
        *(_asked((ROOT / "docs" / "connectors" / page).read_text("utf-8")) for page, _ in PAGES.values())
    )
    assert len(theirs) > 10 and not theirs & {action for function in FUNCTIONS for action in allowed(function)} - {
        "identitystore:DescribeUser"
    }


def test_the_log_tells_no_secret_no_token_and_no_reason(story: Story) -> None:
    """P20: what an operator reads, and what is kept for months."""
    secrets = story.secrets | {token(f"{who}@example.com") for who in PEOPLE.values()}
    assert len(story.lines) >= 3 and len(secrets) > 20
    found = [(secret[:12], line) for secret in secrets for line in story.lines if secret in line]
    assert not found and not [line for line in story.lines if "Bearer" in line or "whsec_" in line]


def test_the_log_has_ids_kinds_and_numbers_and_names_nobody(story: Story) -> None:
    """P20: a line has the members that `logs` lists and no others; no address and no name of a person is in it."""
    lines = [json.loads(line) for line in story.lines]
    base = {"level", "time", "message", "function", "requestId", "correlationId", "_aws", "Stage", *METRICS}
    failure = {"error", "detail", "where", "cause"}
    assert not {name for line in lines for name in line} - base - failure - FACTS.keys()
    names = [f'"{who.title()}"' for who in PEOPLE.values()]
    assert not [line for line in story.lines if "@" in line or any(name in line for name in names)]
    assert {"request", "work", "tick", "decisions counted"} <= {line["message"] for line in lines}
