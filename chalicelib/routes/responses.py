"""How every answer looks on the wire: our headers, JSON, and the one shape of errors (Graph's)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from time import perf_counter
from typing import Any

import msgspec
from chalice.app import Chalice, Request, Response

from chalicelib import bootstrap, logs
from chalicelib.domain import errors, ids
from chalicelib.routes.declared import JSON, SCIM

LOG = logging.getLogger("access_reviews")
_CLIENTS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CHALICE_CODES = {
    405: "MethodNotAllowed",
    415: "UnsupportedMediaType",
    404: "ResourceNotFound",
    400: "BadRequest",
}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


def json_response(body: Mapping[str, Any], status: int, extra: Mapping[str, str] | None = None) -> Response:
    """A JSON answer with our headers."""
    headers: dict[str, Any] = {**HEADERS, "Content-Type": JSON, **(extra or {})}
    return Response(body=msgspec.json.encode(body).decode(), status_code=status, headers=headers)


def error_body(problem: errors.ReviewError, now: datetime, request_id: str) -> dict[str, Any]:
    """Graph's error shape."""
    body: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.target:
        body["target"] = problem.target
    body["innerError"] = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": logs.unit().client or request_id,
    }
    return {"error": body}


def refuse(problem: errors.ReviewError, request_id: str) -> Response:
    """The response for a refusal."""
    clock = bootstrap.clock()
    named = request_id or ids.guid_of(clock.new_id())  # outside API Gateway a request has no id of its own
    return json_response(error_body(problem, clock.now(), named), problem.status, _headers_of(problem))


def refusal(problem: Exception) -> errors.ReviewError:
    """What a view raised, as something whoever asked can act upon: AWS was busy or did not answer, so they try again.
    Everything else is raised once more: it is a fault of ours."""
    if isinstance(problem, errors.ReviewError):
        return problem
    found = bootstrap.as_refusal(problem)
    if found is None:
        raise problem
    LOG.warning("a request was given up (%s): %s", type(problem).__name__, found.code)
    return found


SCIM_ROOT = "/scim/"
_SCIM_TYPES = {"userName": "uniqueness", "externalId": "uniqueness"}


def refuse_scim(problem: errors.ReviewError) -> Response:
    """The response for a refusal at the SCIM door (RFC 7644, section 3.12)."""
    body: dict[str, Any] = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(problem.status)}
    kind = getattr(problem, "scim_type", "")
    if not kind and isinstance(problem, errors.Conflict):
        kind = _SCIM_TYPES.get(problem.target or "", "")
    if not kind and isinstance(problem, errors.InvalidInput):
        kind = "invalidValue"
    body |= {"scimType": kind} if kind else {}
    headers: dict[str, Any] = {**HEADERS, "Content-Type": SCIM, **_headers_of(problem)}
    body["detail"] = f"{problem.target}: {problem.message}" if problem.target else problem.message
    return Response(body=msgspec.json.encode(body).decode(), status_code=problem.status, headers=headers)


def _headers_of(problem: errors.ReviewError) -> dict[str, str]:
    if isinstance(problem, errors.Throttled | errors.Unavailable):
        return {"Retry-After": str(problem.retry_after)}
    return {"WWW-Authenticate": "Bearer"} if isinstance(problem, errors.Unauthenticated) else {}


def install(app: Chalice) -> None:
    """Make every answer of the app, refusals by Chalice itself included, have our headers and error shape, and its
    line in the log."""

    @app.middleware("http")
    def shape(event: Request, get_response: Callable[[Request], Response]) -> Response:
        began, request_id = perf_counter(), logs.unit().correlation
        asked = event.headers.get("client-request-id", "")
        logs.unit().client = asked if _CLIENTS_ID.fullmatch(asked) else ""
        scim = str(event.context.get("resourcePath", "")).startswith(SCIM_ROOT)
        response = _reshaped(get_response(event), request_id, scim)
        response.headers.update(_ids(request_id))
        LOG.info("request", extra={"facts": _access(event, response, began)})
        return response


def _ids(request_id: str) -> dict[str, str]:
    """What the client can name when it asks us what happened, as Graph answers it: our id and its own."""
    client = logs.unit().client
    found = {"request-id": request_id, "client-request-id": client}
    return {name: value for name, value in found.items() if value}


def _access(event: Request, response: Response, began: float) -> dict[str, Any]:
    """The facts of a request's line. Of its address only ids are told: other parts may be names."""
    found: dict[str, Any] = {
        "method": event.method,
        "route": event.context.get("resourcePath", ""),
        "status": response.status_code,
        "ms": round((perf_counter() - began) * 1000, 1),
    }
    subjects = [one for one in (event.uri_params or {}).values() if ids.is_guid(one)]
    if subjects:
        found["subjects"] = subjects
    if logs.unit().client:
        found["clientRequestId"] = logs.unit().client
    return found


def _reshaped(response: Response, request_id: str, scim: bool = False) -> Response:
    """Chalice's own errors (`Code`, `Message`) in our shape; everything else unchanged."""
    if response.status_code < 400 or response.headers.get("Cache-Control") == "no-store":
        return response
    body = response.body if isinstance(response.body, dict) else _loads(response.body)
    problem = errors.ReviewError(str(body.get("Message", "The request was refused.")))
    problem.status = response.status_code
    problem.code = CHALICE_CODES.get(response.status_code, "InternalServerError")
    if problem.status >= 500:
        problem.message = "Something went wrong on our side."
    shaped = refuse_scim(problem) if scim else refuse(problem, request_id)
    shaped.headers.update({k: v for k, v in response.headers.items() if k.lower() == "allow"})
    return shaped


def _loads(body: Any) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
