"""What the directory, mail services and other sources tell, and people who join a review or leave it while it runs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.agenda import LOST, Due
from chalicelib.domain.sources import SourceKind
from chalicelib.usecases.sources import succeeded
from tests.scim.clients import new_client
from tests.simulation.rig import DIED, Rig
from tests.simulation.stories import Act, Story
from tests.simulation.stories.reviews import PLAIN, work
from tests.trail import delivered, federation

TOPIC = "arn:aws:sns:us-east-1:123456789012:access-reviews-mail-feedback"


def again(handler: str, event: Any) -> Act:
    """A handler that is invoked until it answers, as SNS, EventBridge and streams do; then what follows is done."""

    def act(rig: Rig) -> None:
        told = event(rig) if callable(event) else event
        for _ in range(3):
            if rig.invoke(handler, told) is not DIED:
                break
            rig.pass_time(rig.services.settings.lease_seconds + 1)
        rig.settle()

    return act


def opened(rig: Rig) -> None:
    """The review has opened and everybody was asked."""
    rig.settle()


def bounced(rig: Rig) -> Any:
    """What SES tells of a manager's start mail."""
    mia = rig.org.people["mia"]
    sent = next(one for one in rig.simulated.cloud.ses.sent if one["Destination"]["ToAddresses"] == [mia.mail])
    tags = {one["Name"]: [one["Value"]] for one in sent["EmailTags"]}
    mail = {
        "messageId": f"mail-{1 + rig.simulated.cloud.ses.sent.index(sent)}",
        "tags": tags,
        "destination": [mia.mail],
    }
    mail["timestamp"] = "1970-01-01T00:00:00.000Z"
    who = [{"emailAddress": mia.mail, "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]
    bounce = {"timestamp": mail["timestamp"], "bounceType": "Permanent", "bounceSubType": "General"}
    text = json.dumps({"eventType": "Bounce", "mail": mail, "bounce": {**bounce, "bouncedRecipients": who}})
    sns = {"TopicArn": TOPIC, "Message": text, "MessageId": "1", "Type": "Notification", "Subject": None}
    sns["MessageAttributes"] = {}
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{TOPIC}:1", "Sns": sns}
    return {"Records": [record]}


def left(rig: Rig) -> None:
    """A manager's account was switched off while the review is open."""
    opened(rig)
    gone = replace(rig.services.people.user(rig.org.people["mia"].id), enabled=False)
    rig.services.writer.put_all([gone, Due(when=rig.clock.now(), kind=LOST, id=gone.id)])


def away(rig: Rig) -> None:
    """A manager's absence begins in an hour, with a deputy."""
    opened(rig)
    rig.org.person("dora")
    mia, dora = rig.org.people["mia"], rig.org.people["dora"]
    start = rig.clock.now() + timedelta(hours=1)
    body = {"to": dora.principal_name, "reason": "holiday", "startDateTime": start.isoformat()}
    body["endDateTime"] = (start + timedelta(days=3)).isoformat()
    assert rig.world.call("PUT", "/api/v1/me/delegate", body, mia.principal_name).status == 200
    rig.later_on(hours=1, seconds=1)


def silent(rig: Rig) -> None:
    """A source that brings people has told nothing for more than a week."""
    succeeded(rig.services, SourceKind.SCIM, "okta", "Okta")
    rig.settle()
    rig.later_on(days=8)


def deleted_group(rig: Rig) -> None:
    """The identity provider deletes a group with members."""
    client = new_client(rig.world)
    members = [client.user(name)["id"] for name in ("nia", "noa", "ned")]
    reply = client.post("/Groups", {"displayName": "Crew", "members": [{"value": one} for one in members]})
    assert reply.status == 201, reply.text
    rig.settle()
    assert client.call("DELETE", f"/Groups/{reply.json['id']}").status == 204


def promoted(rig: Rig) -> None:
    """The identity provider names a manager before the manager exists; then it brings them."""
    client = new_client(rig.world)
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    client.user("nia", **{"schemas": [enterprise], enterprise: {"manager": {"value": "boss-1"}}})
    rig.settle()
    client.user("nova", externalId="boss-1")


def nothing(rig: Rig) -> None:
    """An empty organisation."""


STORIES = [
    Story(
        "a mail comes back", frozenset({"hear_of_mails", "work:lost"}), PLAIN, again("hear_of_mails", bounced), opened
    ),
    Story("a reviewer leaves", frozenset({"work:lost"}), PLAIN, work, left),
    Story("a reviewer is away", frozenset({"work:absence"}), PLAIN, work, away),
    Story("a source falls silent", frozenset({"work:source"}), nothing, work, silent),
    Story("a group is deleted", frozenset({"work:groupGone"}), nothing, work, deleted_group),
    Story("a manager arrives later", frozenset({"work:managers"}), nothing, work, promoted),
    Story(
        "a sign-in is told",
        frozenset({"signed_in"}),
        PLAIN,
        again("signed_in", lambda rig: delivered(federation(rig.clock.now(), "ann@example.com"))),
        opened,
    ),
]
