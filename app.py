"""The front door: mounts the doors of `chalicelib.routes` and lists every timer, queue and stream handler.

Event handlers are declared here and not in a blueprint: Lambda would import a blueprint's module alone, without
this file, and the middleware would not run. What they do is imported where they do it: the function that answers
requests has no use for it, and a cold start would pay for it.
"""

from __future__ import annotations

import os
from typing import Any

from chalice.app import Rate

from chalicelib import logs, routes

app = routes.Front(app_name="access-reviews", configure_logs=False)
logs.install(app)
app.api.cors = False
app.mount()


if os.environ.get("_HANDLER", "app.app") != "app.app":  # a function of Lambda that gets no requests, while it starts
    from chalicelib import events  # noqa: F401


@app.schedule(Rate(1, unit=Rate.MINUTES))
def tick(event: Any) -> dict[str, int]:
    """Every minute: send work for whatever the agenda says is due."""
    from chalicelib import events

    return events.tick()


@app.on_sqs_message(queue=os.environ.get("ACCESS_REVIEWS_WORK_QUEUE_NAME", "access-reviews-work"), batch_size=1)
def work(event: Any) -> dict[str, Any]:
    """Continue one piece of work named by a queue message."""
    from chalicelib import events

    return events.work(event.to_dict())


@app.on_dynamodb_record(
    stream_arn=os.environ.get("ACCESS_REVIEWS_ITEMS_STREAM_ARN", "arn:aws:dynamodb:::table/items/stream/0"),
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=60,
)
def count_decisions(event: Any) -> dict[str, Any]:
    """Fold changed decision items into the counters of their review and reviewer."""
    from chalicelib import events

    return events.count_decisions(event.to_dict())


@app.on_sns_message(topic=os.environ.get("ACCESS_REVIEWS_MAIL_FEEDBACK_TOPIC", "access-reviews-mail-feedback"))
def hear_of_mails(event: Any) -> None:
    """Take in what SES tells of the mails that were sent."""
    from chalicelib import events

    events.hear_of_mails(event.to_dict())


@app.on_dynamodb_record(
    stream_arn=os.environ.get("ACCESS_REVIEWS_AUDIT_STREAM_ARN", "arn:aws:dynamodb:::table/audit/stream/0"),
    batch_size=100,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=1,
)
def publish_events(event: Any) -> dict[str, Any]:
    """Tell others what happened, as EventBridge events."""
    from chalicelib import events

    return events.publish_events(event.to_dict())


@app.on_cw_event(
    {
        "source": ["aws.signin", "aws.sso"],
        "detail-type": ["AWS Console Sign In via CloudTrail", "AWS Service Event via CloudTrail"],
        "detail": {"eventName": ["ConsoleLogin", "UserAuthentication", "Federate"]},
    }
)
def signed_in(event: Any) -> dict[str, str | None]:
    """Take in a sign-in to IAM Identity Center or the AWS console (docs/sources.md)."""
    from chalicelib import events

    return events.signed_in(event.to_dict())


@app.lambda_function()
def cognito_signed_in(event: Any, context: Any) -> dict[str, Any]:
    """Take in a sign-in to a user pool of Cognito that names this function as its trigger after authentication."""
    from chalicelib import events

    return events.cognito_signed_in(event)
