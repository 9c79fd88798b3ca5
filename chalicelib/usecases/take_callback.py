"""What a system answers later to a message of ours. It is only a hint to look now, unless the connection says that
this system's word counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.domain import ids
from chalicelib.domain.audit import AuditEvent, event
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from chalicelib.domain.exchanges import Exchange, ExchangeState
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.signatures import check, secrets_of
from chalicelib.domain.wording import one_line
from chalicelib.usecases.hurry_delivery import hurry_delivery
from chalicelib.usecases.ports import Change, Create, Save, Services

_NEED = 20  # hex digits of an exchange's id that name its need
_MOST_REASON = 500
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a callback says of an operation of ours."""

    operation_id: str
    state: ExchangeState
    reason: str = ""


def check_signature(services: Services, name: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raises Unauthenticated unless the connection's callback secret signed this within five minutes of now; the same
    for a connection that does not exist or takes no callbacks."""
    connection = services.connections.connection(name)
    reference = connection.settings.get("callbackSecret", "") if connection else ""
    try:
        secrets = secrets_of(services.secrets.read(reference)) if reference else ()
    except InvalidInput as problem:  # it is ours to mend, and nobody else's to know
        raise Unauthenticated("The secret of callbacks cannot be used.") from problem
    check(secrets, headers, body, services.clock.real())


def take_callback(services: Services, name: str, said: Said) -> None:
    """Note what a system says and have the delivery look. Only the first word about an operation counts, and none about
    one that another followed: repeated, late and reordered callbacks change nothing.

    `name` is the connection whose signature was checked. Raises NotFound for an operation that was never its.
    """
    for attempt in range(_TRIES):
        found = _exchange(services, name, said.operation_id)
        if found.id != said.operation_id:
            return
        if found.state is not ExchangeState.SENT:  # whoever heard it first may have died before the delivery did
            return hurry_delivery(services, found.right, found.person_id)
        try:
            services.writer.commit(f"callback:{found.id}:{found.version}", *_heard(services, found, said))
        except Conflict:
            if attempt == _TRIES - 1:
                raise
            continue
        return hurry_delivery(services, found.right, found.person_id)


def _exchange(services: Services, name: str, operation_id: str) -> Exchange:
    """What was asked last about the right this operation was about. Raises NotFound."""
    found = services.exchanges.exchange(ids.bare(operation_id)[:_NEED]) if ids.is_guid(operation_id) else None
    if found is None or found.connection != name:
        raise NotFound("There is no such operation.")
    return found


def _heard(services: Services, found: Exchange, said: Said) -> list[Change]:
    now, reason = services.clock.now(), one_line(said.reason, _MOST_REASON)
    if said.state is ExchangeState.NEEDS_PERSON:
        reason = reason or "The system gave no reason."
    after = replace(found, state=said.state, reason=reason, heard=now, by_callback=True)
    return [Save(after), Create(_event(services, after))]


def _event(services: Services, heard: Exchange) -> AuditEvent:
    details = {
        "person": heard.person_id,
        "operation": heard.operation.value,
        "operationId": heard.id,
        "status": heard.state.value,
    }
    target, operation = ("connection", heard.connection), f"callback:{heard.id}:{heard.version}"
    category, activity = "EntitlementManagement", "Receive callback"
    return event(services.clock.now(), SYSTEM, category, activity, target, operation, details=details)
