"""Moving forward when people were last seen, and which resources' use is told of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pynamodb.exceptions import UpdateError

from chalicelib.domain.people import User
from chalicelib.domain.sign_ins import Seen, UsedResource
from chalicelib.storage import keys, source_keys
from chalicelib.storage.base import fetch_many
from chalicelib.storage.seen import SOURCE, wire
from chalicelib.storage.tables import DirectoryRow


class SignInTable:
    """Implements ports.SignIns."""

    def move(self, user: User, seen: Seen) -> bool:
        """See ports.SignIns."""
        column: Any = DirectoryRow.seen
        before, after = wire(user.seen), wire(seen)
        condition = DirectoryRow.pk.exists()
        if not before:
            actions = [column.set(after)]
            condition &= column.does_not_exist()
        else:
            changed = [name for name, value in after.items() if before.get(name) != value]
            actions = [column[name].set(after[name]) for name in changed]
            for name in changed:
                if name != SOURCE:
                    condition &= column[name].does_not_exist() | (column[name] < after[name])
        try:
            DirectoryRow(*keys.user(user.id)).update(actions=actions, condition=condition)
        except UpdateError as problem:
            if problem.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def used(self, resource_keys: Iterable[str]) -> dict[str, UsedResource]:
        """See ports.SignIns."""
        return {one.key: one for one in fetch_many(UsedResource, map(source_keys.used, resource_keys))}
