"""IAM Identity Center for the emulator, which lacks it: moto's, in the emulator's own process.

So it has the emulator's address, its lock and its way of saving. It costs nothing until the first request that is
for it: moto is imported then. Runs in the emulator's virtual environment.
"""

from __future__ import annotations

import logging
import pickle
from typing import Any

LOG = logging.getLogger(__name__)
SERVICES = {b"AWSIdentityStore": "identitystore", b"SWBExternalService": "sso-admin"}
STATE = "identity_center"  # the name of the file it is saved in
REGION = "us-east-1"


class IdentityCenter:
    """Answers requests of the services `identitystore` and `sso-admin`; has what MiniStack's modules have, so that it
    is saved and restored with them."""

    def __init__(self) -> None:
        self._used = False

    def wrap(self, application: Any) -> Any:
        """The ASGI application, which answers these services' requests too."""

        async def routed(scope: Any, receive: Any, send: Any) -> Any:
            service = _service(scope)
            if service is None:
                return await application(scope, receive, send)
            body = await _body(receive)
            self._used = True
            status, headers, text = _answer(service, scope, body)
            start = {"type": "http.response.start", "status": status, "headers": _pairs(headers, text)}
            await send(start)
            await send({"type": "http.response.body", "body": text})

        return routed

    def get_state(self) -> dict[str, Any] | None:
        """What to save; None when it was never used. moto's own objects, which only moto reads again."""
        if not self._used:
            return None
        store, admin = _backends()
        return {"backends": pickle.dumps((store.identity_stores, _variables(admin)))}

    def load_persisted_state(self, data: dict[str, Any]) -> None:
        """Go on from what was saved; what another version of moto saved may be of no use to this one."""
        store, admin = _backends()
        try:
            stores, variables = pickle.loads(data["backends"])
        except Exception:
            LOG.exception("What IAM Identity Center held cannot be read; it starts empty.")
            return
        store.identity_stores.update(stores)
        vars(admin).update(variables)
        self._used = True


def _service(scope: Any) -> str | None:
    if scope["type"] != "http":
        return None
    target = dict(scope.get("headers", ())).get(b"x-amz-target", b"")
    return SERVICES.get(target.partition(b".")[0])


async def _body(receive: Any) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _answer(service: str, scope: Any, body: bytes) -> tuple[int, dict[str, Any], bytes]:
    """What moto answers. It runs on the event loop, one request at a time: it isolates them no further."""
    from botocore.awsrequest import AWSPreparedRequest
    from botocore.compat import HTTPHeaders
    from moto.core.exceptions import HTTPException
    from moto.core.request import normalize_request
    from moto.identitystore.responses import IdentityStoreResponse
    from moto.ssoadmin.responses import SSOAdminResponse

    headers = HTTPHeaders()
    for name, value in scope["headers"]:
        headers[name.decode("latin-1").title()] = value.decode("latin-1")
    address = f"https://{service.removesuffix('-admin')}.{REGION}.amazonaws.com/"
    request = normalize_request(AWSPreparedRequest("POST", address, headers, body, False))
    dispatch = (IdentityStoreResponse if service == "identitystore" else SSOAdminResponse).dispatch
    try:
        status, found, text = dispatch(request, address, request.headers)
    except HTTPException as problem:
        status, found, text = problem.code, dict(problem.get_headers()), problem.get_body()
    return int(status), dict(found), text.encode() if isinstance(text, str) else text


def _pairs(headers: dict[str, Any], text: bytes) -> list[tuple[bytes, bytes]]:
    named = {str(name).lower(): str(value) for name, value in headers.items()} | {"content-length": str(len(text))}
    return [(name.encode(), value.encode()) for name, value in named.items()]


def _backends() -> tuple[Any, Any]:
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.identitystore.models import identitystore_backends
    from moto.ssoadmin.models import ssoadmin_backends

    return identitystore_backends[DEFAULT_ACCOUNT_ID][REGION], ssoadmin_backends[DEFAULT_ACCOUNT_ID][REGION]


def _variables(admin: Any) -> dict[str, Any]:
    """The part of the administration's state that people make."""
    kept = ("account_assignments", "deleted_account_assignments", "permission_sets", "instances")
    return {name: getattr(admin, name) for name in kept}
