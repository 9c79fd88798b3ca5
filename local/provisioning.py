"""The provisioning client of the local stage. Its token follows from the state's secret: it can be told again."""

from __future__ import annotations

from contextlib import suppress

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import event
from chalicelib.domain.people import SYSTEM
from chalicelib.domain.provisioning import ProvisioningClient, Secret, hash_of, new_token
from chalicelib.usecases.ports import Create, Services
from chalicelib.usecases.provisioning_clients import CATEGORY, KIND

WHO = "scim"
_ID = ids.guid(KIND, "local")


def provisioning_token(services: Services) -> str:
    """A token for /scim/v2. The client is made when it is first asked for, and after it was deleted."""
    token = new_token(_ID, services.settings.cursor_secret)
    if services.provisioning.client(_ID) is None:
        now = services.clock.now()
        secret = Secret(hash=hash_of(token), created=now)
        client = ProvisioningClient(
            id=_ID,
            display_name="Identity provider of this machine",
            created=now,
            created_by=SYSTEM.id,
            secrets=(secret,),
        )
        operation = services.clock.new_id()
        made = event(now, SYSTEM, CATEGORY, "Add provisioning client", (KIND, _ID), operation)
        with suppress(errors.Conflict):  # another request was as fast
            services.writer.commit(operation, Create(client), Create(made))
    return token
