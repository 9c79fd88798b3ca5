"""The whole product in one run: every route by somebody who may use it, and everything that timers, queues, streams,
the mail service, sign-ins and systems outside make it do. Every AWS call is attributed, every line of the log kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from chalicelib import bootstrap, logs
from chalicelib.aws.clients import client
from tests.connectors.receiver import CALLBACK_SECRET, SECRET, receiving
from tests.routes.test_callbacks import Hooked
from tests.security.matrix import ask, rights
from tests.security.permissions import Recorder
from tests.security.scene import Scene, set_scene
from tests.ses import Post
from tests.simulation.point import Call, Proceed
from tests.simulation.worlds import simulated
from tests.trail import console, delivered, sign_in
from tests.usecases.test_sign_ins import post_authentication
from tests.world import TIMER_EVENT, World

REASON, NOTE = "Moved on to the harbour project.", "Ask her manager about the harbour."
WHO_MAY = ("admin", "subject", "reviewer", "absent", "scim")


@dataclass
class Story:
    """What was seen: AWS calls by function, the log, every secret there was, and by key the tags and content of each
    file that was written into the bucket."""

    recorder: Recorder
    lines: list[str] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=lambda: {SECRET, CALLBACK_SECRET, REASON, NOTE})


@contextmanager
def logged(lines: list[str]) -> Iterator[None]:
    """Every line that any logger writes inside, the product's from DEBUG on."""

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, ours = Keeping(), [logging.getLogger(name) for name in ("access_reviews", "access-reviews")]
    handler.setFormatter(logs.Lines("test", "test"))
    before = [one.level for one in ours]
    logging.getLogger().addHandler(handler)
    for one in ours:
        one.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        for one, level in zip(ours, before, strict=True):
            one.setLevel(level)


def played() -> Story:
    """The story, to its end."""
    story = Story(Recorder())
    with simulated("memory") as product, logged(story.lines):
        world, calls = product.world, product.point
        bucket = world.services.settings.bucket
        with (
            calls.hooked(partial(_note_file, story, bucket)),
            calls.hooked(_identities),
            calls.hooked(story.recorder.hook),
            story.recorder.listening(world),
        ):
            scene = set_scene(world)
            with calls.hooked(scene.note):
                scene.keep(product)
                _routes(scene)
            story.secrets |= {header["authorization"] for who in WHO_MAY if (header := scene.authorization(who))}
            story.secrets |= {world.services.settings.cursor_secret, scene.scim, scene.stage.ids["download"]}
            _decisions(scene)
            _files(world, story)
            _systems(world)
            _others(world)
            _figures(world)
    return story


def _note_file(story: Story, bucket: str, call: Call, proceed: Proceed) -> Any:
    """Keep what is written into a bucket."""
    if call.operation == "PutObject" and call.parameters["Bucket"] == bucket:
        story.files[call.parameters["Key"]] = (call.parameters.get("Tagging", ""), bytes(call.parameters["Body"]))
    return proceed()


def _identities(call: Call, proceed: Proceed) -> Any:
    """The directory of IAM Identity Center, which the in-memory AWS has not."""
    return {"UserName": "rita@example.com"} if call.operation == "DescribeUser" else proceed()


def _routes(scene: Scene) -> None:
    """Every route once by somebody who may. What it began is worked off before the world is put back."""
    for name, cells in rights().items():
        who = next((one for one in WHO_MAY if cells[one].startswith("2")), "admin")
        reply = ask(scene, name, who)
        assert str(reply.status) == cells[who], (name, reply.text)
        if scene.written and not name.startswith("GET "):
            _work(scene.world)
        scene.restore()


def _work(world: World) -> None:
    """What is due and waits; some of it waits for people, so that it is never at an end."""
    import app as front

    front.tick(TIMER_EVENT, None)
    world.drain()


def _decisions(scene: Scene) -> None:
    """Reasons and notes that nobody but reviewers may read; the review closes, removes, and is told of."""
    here = "/v1.0/identityGovernance/accessReviews/definitions/{definition}/instances/{review}"
    body = {"decision": "Deny", "justification": REASON, "@accessReviews.privateNote": NOTE}
    path = scene.stage.address(f"{here}/decisions/{{item}}")
    assert scene.world.call("PATCH", path, body, "rita@example.com").status == 204
    scene.world.post(
        scene.stage.address(f"{here}/acceptRecommendations"), {"justification": REASON}, "carl@example.com"
    )
    post = Post(scene.world)
    post.close()  # it would listen to botocore, below which the in-memory AWS answers
    assert scene.product is not None
    with scene.product.point.hooked(lambda call, proceed: _sent(post, call, proceed())):
        scene.world.post(scene.stage.address(f"{here}/sendReminder"))
        scene.world.tick()
    for mail in list(post.sent):
        post.tell("Delivery", mail["destination"][0])
    post.bounce(post.sent[-1]["destination"][0])
    scene.world.post(scene.stage.address(f"{here}/stop"))
    for _ in range(3):
        scene.world.tick()
        scene.world.clock.advance(hours=1)
    scene.world.clock.advance(days=2)
    scene.world.tick()
    scene.world.published()


def _sent(post: Post, call: Call, answer: Any) -> Any:
    """Note a mail, so that the mail service can tell of it."""
    if call.operation == "SendEmail":
        tags = {one["Name"]: [one["Value"]] for one in call.parameters["EmailTags"]}
        to = call.parameters["Destination"]["ToAddresses"]
        post.sent.append({"messageId": answer["MessageId"], "tags": tags, "destination": to})
    return answer


def _files(world: World, story: Story) -> None:
    """A file by upload, and the files one downloads."""
    started = world.post("/api/v1/imports/people", {}).json
    story.secrets.add(started["uploadUrl"])
    key = started["uploadUrl"].partition("?")[0].partition("/imports/")[2]
    client("s3").put_object(
        Bucket=world.services.settings.bucket,
        Key=f"imports/{key}",
        Body=b"userPrincipalName,displayName\nz@example.com,Z\n",
    )
    world.tick()
    assert world.get(f"/api/v1/imports/{started['id']}").json["created"] == 1
    exported = world.post("/api/v1/audit/exports", {}).json["id"]
    world.tick()
    link = world.get(f"/api/v1/audit/exports/{exported}").json
    story.secrets.add(link["downloadUrl"])


def _systems(world: World) -> None:
    """A system behind a webhook, whose secrets lie in both places there are for them: it works, fails, calls back."""
    with receiving() as receiver:
        receiver.real = world.clock.real()
        hooked = Hooked(world, receiver)
        bootstrap.use_clock(world.clock)  # the worker is another process: it reads secrets for itself
        hooked.assign()
        hooked.callback(operationId=hooked.asked(), status="done")
        world.tick()
    client("secretsmanager").create_secret(Name="access-reviews/hooks", SecretString=SECRET)
    body = {"settings": {"url": receiver.url, "secret": "secretsmanager:access-reviews/hooks", "seconds": "1"}}
    assert world.call("PATCH", "/api/v1/connectors/hooks", body).status == 200
    world.clock.advance(minutes=10)
    hooked.assign(hooked.org.person("bea"))
    hooked.callback(operationId="none", status="failed", reason=REASON)


def _others(world: World) -> None:
    """Sign-ins of AWS, messages that nobody can read, and records that were there before."""
    import app as front

    now = world.clock.now()
    assert front.signed_in(delivered(sign_in(now)), None)["result"] == "updated"
    for _ in range(2):
        front.signed_in(delivered(console(now, type="IAMUser", userName="carl", arn="x")), None)
    attributes = {"sub": "3f1c", "email": "carl@example.com"}
    front.cognito_signed_in(post_authentication(request={"userAttributes": attributes, "newDeviceUsed": False}), None)
    front.cognito_signed_in({"triggerSource": "PostAuthentication_Authentication"}, None)
    record = {"body": '{"kind": "unknown", "id": "x"}', "messageId": "1", "attributes": {}, "receiptHandle": "1"}
    front.work({"Records": [{**record, "eventSource": "aws:sqs", "eventSourceARN": ""}]}, None)
    world.tick()
    world.published()


def _figures(world: World) -> None:
    """An hour of the timer, for every figure is taken in a minute of its own."""
    import app as front

    world.clock.set((world.clock.now() + timedelta(hours=1)).replace(minute=0))
    for _ in range(60):
        world.clock.advance(minutes=1)
        front.tick(TIMER_EVENT, None)
