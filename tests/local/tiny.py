"""A small Chalice app with one handler of each kind, and recorders of what they were given."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, Rate, Response

app = Chalice(app_name="tiny")
seen: dict[str, list[Any]] = {"tick": [], "work": [], "stream": []}
fail_once: set[str] = set()
refuse: set[str] = set()
refuse_always: set[str] = set()
to_send: list[str] = []
send: list[Any] = []


def forget() -> None:
    """Begin a test with nothing recorded."""
    for recorded in (*seen.values(), fail_once, refuse, refuse_always, to_send, send):
        recorded.clear()


@app.route("/hello/{name}", methods=["GET", "POST"])
def hello(name: str) -> Response:
    request = app.current_request
    return Response({"name": name, "bytes": len(request.raw_body or b"")}, status_code=200)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def tick(event: Any) -> dict[str, int]:
    """Sends one prepared message a call."""
    seen["tick"].append(event.to_dict())
    if not to_send:
        return {"due": 0}
    send[0](to_send.pop(0))
    return {"due": 1}


@app.on_sqs_message(queue="work")
def work(event: Any) -> dict[str, Any]:
    """Fails once for bodies in `fail_once`, names those in `refuse` as failed, in `refuse_always` every time."""
    record = event.to_dict()["Records"][0]
    body = record["body"]
    seen["work"].append(body)
    if body in fail_once:
        fail_once.remove(body)
        raise RuntimeError("asked to fail")
    failures = [{"itemIdentifier": record["messageId"]}] if body in refuse | refuse_always else []
    refuse.discard(body)
    return {"batchItemFailures": failures}


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:::table/t/stream/0")
def count(event: Any) -> None:
    seen["stream"].append(event.to_dict())
    if "stream" in fail_once:
        fail_once.remove("stream")
        raise RuntimeError("asked to fail")
