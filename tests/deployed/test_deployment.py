"""The package of this checkout, deployed to the emulator by CloudFormation and used as people and AWS use it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: python3 dev.py test installs it")

from msgraph.generated.models.access_review_instance_decision_item import AccessReviewInstanceDecisionItem

from infrastructure import letters, restore
from infrastructure.account import Account
from infrastructure.restored import TABLES
from local.resources import REGION
from tests.deployed.clients import Callers
from tests.deployed.graph import assign, furnish, graph, reviewed
from tests.deployed.looking import (
    EM,
    Story,
    both,
    checked,
    ended,
    figures,
    holdings,
    import_of,
    marked,
    open_review,
    sealed,
    went_on,
)
from tests.deployed.releases import turn_into_next
from tests.deployed.stack import NAME, Deployment, Stack, copy_of, session_of, until
from tests.world import TIMER_EVENT

BOSS, DEPUTY = "boss@example.com", "deputy@example.com"
PEOPLE = "userPrincipalName,displayName,mail,manager\n" + "".join(
    f"{name}@example.com,{name.title()},{name}@example.com,{manager}\n"
    for name, manager in (("boss", ""), ("deputy", ""), ("ann", BOSS), ("bob", BOSS))
)
RESTORED = f"{NAME}-then"


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


@pytest.fixture
def stack(deployed: Deployment) -> Stack:
    return deployed.stack


def test_what_is_wrong_is_told_through_the_gateway(stack: Stack) -> None:
    """The errors of the front door, in Graph's shape, as a client of the deployed API sees them."""
    catalogs, nobody = f"{EM}/catalogs", "00000000-0000-0000-0000-000000000000"
    wrong = (
        (401, "InvalidAuthenticationToken", stack.call("GET", "/v1.0/users", as_=None)),
        (401, "InvalidAuthenticationToken", stack.call("GET", "/v1.0/users", as_=None, authorization="Bearer x.y.z")),
        (404, "ResourceNotFound", stack.call("GET", f"/v1.0/users/{nobody}")),
        (404, "ResourceNotFound", stack.call("GET", "/nowhere")),  # this one API Gateway says by itself
        (405, "MethodNotAllowed", stack.call("DELETE", "/openapi.json")),
        (400, "BadRequest", stack.call("POST", catalogs, b"{", content_type="application/json")),
        (413, "RequestEntityTooLarge", stack.call("POST", catalogs, b"x" * 6_000_000, content_type="application/json")),
        (415, "UnsupportedMediaType", stack.call("POST", catalogs, b"{}", content_type="text/plain")),
    )
    for status, code, reply in wrong:
        assert (reply.status, reply.error["code"]) == (status, code), reply
        assert reply.error["innerError"]["request-id"], reply


def test_people_come_in_by_a_worker_that_sqs_invokes(stack: Stack, story: Story) -> None:
    """An import is a job: the API queues it, the event source mapping of the template delivers it."""
    begun = stack.call("POST", "/api/v1/imports/people", PEOPLE.encode(), content_type="text/csv")
    assert begun.status == 202, begun
    done = until(lambda: ended(stack, f"/api/v1/imports/{begun.json['id']}"), 30, "the import has ended")
    assert (done["status"], done["created"], done["bad"]) == ("done", 4, 0), done
    story.people = {
        user["userPrincipalName"].partition("@")[0]: user["id"] for user in stack.get("/v1.0/users")["value"]
    }


def test_one_id_leads_from_a_request_through_its_messages_to_the_lines_of_the_worker(stack: Stack) -> None:
    """What docs/operations.md promises of the log, as CloudWatch has it."""
    begun = stack.call("POST", "/api/v1/imports/people", PEOPLE.encode(), content_type="text/csv")
    until(lambda: ended(stack, f"/api/v1/imports/{begun.json['id']}"), 30, "the import has ended")
    wanted = begun.headers["request-id"]
    lines = until(lambda: both(stack, wanted), 10, "the lines of the request and of its work")
    assert lines["api"]["status"] == 202 and lines["api"]["route"] == "/api/v1/imports/people"
    assert lines["work"].items() >= {"message": "work", "kind": "job", "job": begun.json["id"]}.items()


def test_the_deployment_says_how_it_is_and_letters_are_replayed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every part but the issuer, which is made up; a dead letter and a timer's call given up go on their way."""
    parts = {one["name"]: one["status"] for one in stack.get("/api/v1/health/deep")["parts"]}
    assert parts.pop("signIn") == "failed" and set(parts.values()) == {"ok"}, parts
    failed = {"requestContext": {"functionArn": stack.function("tick")}, "requestPayload": TIMER_EVENT}
    lost = {"WorkDeadLetters": {"kind": "lost", "id": "nobody"}, "FailedEvents": failed}
    for queue, body in lost.items():
        stack.aws.client("sqs").send_message(QueueUrl=stack.physical(queue), MessageBody=json.dumps(body))
    (told,) = [one for one in stack.get("/api/v1/health/deep")["parts"] if one["name"] == "deadLetters"]
    assert told["detail"].startswith("1 of work, 1 of timers"), told
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.emulator.url)
    assert letters.main(["replay", "test", "--stack", NAME, "--all", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "replayed lost nobody (1 letters): sent to the work queue" in out and f"given to {NAME}-tick" in out
    assert letters.main(["list", "test", "--stack", NAME]) == 0 and "no letters" in capsys.readouterr().out


def test_the_graph_client_makes_what_is_reviewed(deployed: Deployment, story: Story) -> None:
    """Catalog, package, policy with reviews from today on, assignments: the unmodified msgraph-sdk."""
    asyncio.run(_made(deployed, story))


async def _made(deployed: Deployment, story: Story) -> None:
    async with graph(deployed.stack) as client:
        story.ids = await furnish(client, "Finance", reviewed(deployed.today, story.people["deputy"]))
        story.held = {name: await assign(client, story.ids, story.people[name]) for name in ("ann", "bob")}
        assignments = client.identity_governance.entitlement_management.assignments
        for one in story.held.values():
            found = await assignments.by_access_package_assignment_id(one).get()
            assert found.state.value == "delivered"


def test_an_update_and_the_way_back_cost_no_request(deployed: Deployment, story: Story, tmp_path: Path) -> None:
    """To the next release and back to this one while clients call and an import is under way: no request fails, no
    write is lost, each build goes on with rows and messages of the other (docs/upgrades.md)."""
    stack, callers = deployed.stack, Callers(deployed.stack)
    following = copy_of(deployed.package, tmp_path / "next")
    turn_into_next(following)
    before = len(stack.all(f"{EM}/catalogs"))
    with callers.calling():
        people = [import_of(stack, "early")]
        assert stack.deploy(following) == "UPDATE_COMPLETE", stack.troubles()
        until(lambda: marked(stack), 90, "the next release has written")
        people.append(import_of(stack, "late"))
        assert stack.deploy(deployed.package) == "UPDATE_COMPLETE", stack.troubles()
        done = [until(lambda path=path: went_on(stack, path), 90, "the import has ended") for path in people]
    assert not callers.failed, callers.failed[:3]
    assert [(one["status"], one["created"]) for one in done] == [("done", 20)] * 2, done
    assert len(stack.all(f"{EM}/catalogs")) == before + callers.written
    assert len(callers.answers) > 10


def test_the_rule_itself_fires_and_the_review_opens(stack: Stack, story: Story) -> None:
    """Nobody here calls the timer: EventBridge's rule does, within its minute; SQS brings the work to the worker, SES
    gets the mail, and the reviewer finds her items."""
    story.review = until(lambda: open_review(stack), 90, "the rule has fired and the review is open")
    mail = until(lambda: [one for one in stack.mails() if one["To"] == [BOSS]], 15, "the reviewer was mailed")[0]
    assert "Finance" in mail["Subject"] + mail["BodyText"], mail
    assert f"{stack.physical('RestAPI')}.execute-api." in mail["BodyText"], "its link leads to this deployment"


def test_the_reviewer_decides_and_the_stream_moves_the_counters(deployed: Deployment, story: Story) -> None:
    asyncio.run(_decided(deployed.stack, story))
    own = f"/api/v1/reviews/{story.review}"
    until(lambda: figures(deployed.stack, own) == (1, 1, 0), 75, "the table's stream has invoked the counters")


async def _decided(stack: Stack, story: Story) -> None:
    async with graph(stack, BOSS) as client:
        definitions = client.identity_governance.access_reviews.definitions
        (definition,) = (await definitions.filter_by_current_user_with_on("reviewer").get()).value
        found = definitions.by_access_review_schedule_definition_id(definition.id)
        decisions = found.instances.by_access_review_instance_id(story.review).decisions
        items = {one.principal.display_name: one.id for one in (await decisions.get()).value}
        for name, decision in (("Ann", "Deny"), ("Bob", "Approve")):
            item = decisions.by_access_review_instance_decision_item_id(items[name])
            await item.patch(AccessReviewInstanceDecisionItem(decision=decision, justification="known"))


def test_all_tables_are_restored_to_one_instant_beside_their_own(
    stack: Stack, story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`dev.py restore`: nothing of what works changes. (MiniStack knows one instant only, now.)"""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.emulator.url)
    given = ["test", "--latest", "--prefix", RESTORED, "--region", REGION, "--pause", "0.1"]
    assert restore.main(given) == 0, capsys.readouterr().err
    told = capsys.readouterr().out
    story.restored = dict(one.split("=", 1) for one in told.split("--set ")[1:] for one in [one.strip()])
    assert story.restored["RestoredTables"] == RESTORED and len(story.restored) == 3
    tables = stack.aws.client("dynamodb")
    for name in TABLES.values():
        before, after = (tables.describe_table(TableName=f"{one}-{name}")["Table"] for one in (NAME, RESTORED))
        for member in ("KeySchema", "StreamSpecification", "DeletionProtectionEnabled", "ItemCount"):
            assert after.get(member) == before.get(member), (name, member)
    forgets = tables.describe_time_to_live(TableName=f"{RESTORED}-audit")["TimeToLiveDescription"]
    assert (forgets["TimeToLiveStatus"], forgets["AttributeName"]) == ("ENABLED", "expires")
    assert restore.main(given) == 1, "what is there is not restored over"


def test_a_stopped_review_is_applied_and_sealed(stack: Stack, story: Story) -> None:
    """Removal done; both seals signed by the template's key, in the locked bucket."""
    own = f"/api/v1/reviews/{story.review}"
    assert stack.post(f"{own}/stop", {"unanswered": "keep"}).status in (200, 204)
    until(lambda: sealed(stack, own), 120, "the review is applied and sealed")
    assert holdings(stack, story) == {"ann": "expired", "bob": "delivered"}
    assert stack.get(own)["outcome"]["removed"] == 1
    told = [one for one in stack.mails() if one["To"] == ["ann@example.com"]]
    assert told and "ended" in told[-1]["Subject"], told
    files = stack.aws.client("s3")
    bucket = stack.physical("EvidenceBucket")
    keys = [one["Key"] for one in files.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys
    for key in keys:
        kept = files.get_object_retention(Bucket=bucket, Key=key)["Retention"]
        assert kept["Mode"] == "GOVERNANCE", key


def test_the_evidence_pack_is_verified(stack: Stack, story: Story, tmp_path: Path) -> None:
    """Fetched through the API, checked by the script an auditor runs, against the public key KMS gives out."""
    checked(stack, story.review, tmp_path)


def test_after_the_loss_of_every_table_the_restored_ones_go_on(
    deployed: Deployment, stack: Stack, story: Story, tmp_path: Path
) -> None:
    """The tables of a running deployment are gone, days after the instant they are restored to: the review of then is
    open again with the decisions of then, late messages do no harm, nobody loses access by that, the chain of seals
    goes on behind what the vault has, and its pack is verified."""
    source = restore.Source(Account(session_of(stack), REGION), NAME, stack.physical("EvidenceBucket"))
    later = [one["kind"] for one in restore.sealed_later(source, RESTORED)]
    assert later == ["decisions", "removals"], "what the evidence knows more of is told"
    tables = stack.aws.client("dynamodb")
    for name in TABLES.values():
        tables.update_table(TableName=f"{NAME}-{name}", DeletionProtectionEnabled=False)
        tables.delete_table(TableName=f"{NAME}-{name}")
    assert stack.deploy(deployed.package, **story.restored) == "UPDATE_COMPLETE", stack.troubles()
    own = f"/api/v1/reviews/{story.review}"
    for kind in ("instance", "seal", "series"):  # what the queue still held
        message = json.dumps({"version": 1, "kind": kind, "id": story.review})
        stack.aws.client("sqs").send_message(QueueUrl=stack.physical("WorkQueue"), MessageBody=message)
    assert until(lambda: stack.get(own), 60, "the API answers")["status"] == "InProgress"
    assert figures(stack, own) == (1, 1, 0)
    assert holdings(stack, story) == {"ann": "delivered", "bob": "delivered"}
    assert stack.post(f"{own}/stop", {"unanswered": "keep"}).status in (200, 204)
    until(lambda: sealed(stack, own), 120, "the review is applied and sealed")
    assert holdings(stack, story) == {"ann": "expired", "bob": "delivered"}
    seals = [one["statement"] for one in until(lambda: stack.get(f"{own}/seals")["value"][2:], 15, "it is sealed so")]
    assert [one["facts"]["what"] for one in seals] == ["endedAgain"], "the chain says that it ended twice"
    checked(stack, story.review, tmp_path)
