"""The floor of one decision: a Chalice app with one route that does what cannot be left out, and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jwt
from chalice.app import Chalice, Response

from bench.floor import Floor, Request
from bench.stage import nowhere

ROUTE = (
    "/v1.0/identityGovernance/accessReviews/definitions/{definition_id}/instances/{instance_id}/decisions/{decision_id}"
)


def floor_app(
    floor: Floor, issuer: str, audience: str, public: Mapping[str, Any], updates: Sequence[Request], remembers: bool
) -> Callable[[Any, None], Any]:
    """A bare Chalice handler: it verifies the token, makes the recorded UpdateItem of the decision's item and writes
    one line to a log. `remembers`: a token that was verified once is not verified again."""
    key = jwt.PyJWK.from_dict(dict(public), algorithm="RS256")
    app, log, update = Chalice("floor"), _log(), floor.dynamodb._make_api_call
    by_item = {_item(one.params): one.params for one in updates}
    verified: set[str] = set()

    @app.route(ROUTE, methods=["PATCH"])
    def decide(definition_id: str, instance_id: str, decision_id: str) -> Response:
        request: Any = app.current_request
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token not in verified:
            jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, audience=audience)
            if remembers:
                verified.add(token)
        json.loads(request.raw_body)
        update("UpdateItem", by_item[decision_id.replace("-", "")])
        log.info(json.dumps({"level": "INFO", "message": "PATCH", "route": ROUTE, "status": 204}))
        return Response(body="", status_code=204)

    return app


def _item(params: Mapping[str, Any]) -> str:
    """The item's id, 32 hex digits: the end of its key."""
    return str(params["Key"]["pk"]["S"] + params["Key"]["sk"]["S"])[-32:]


def _log() -> logging.Logger:
    log = logging.getLogger("bench.floor")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers = [logging.StreamHandler(nowhere())]
    return log
