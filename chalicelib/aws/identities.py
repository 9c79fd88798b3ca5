"""User names behind the ids that IAM Identity Center's sign-in events carry."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.clients import client

LOG = logging.getLogger("access_reviews")
MOST_REMEMBERED = 50_000


@dataclass
class IdentityStore:
    """Implements ports.Identities."""

    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def user_name(self, store_id: str, user_id: str) -> str:
        """See ports.Identities. A failure is logged once a sign-in and not remembered."""
        known = self._names.get((store_id, user_id))
        if known is not None:
            return known
        try:
            found = client("identitystore").describe_user(IdentityStoreId=store_id, UserId=user_id)
        except (BotoCoreError, ClientError) as problem:
            LOG.warning("the directory of IAM Identity Center cannot be read: %s", type(problem).__name__)
            return ""
        if len(self._names) >= MOST_REMEMBERED:
            self._names.clear()
        return self._names.setdefault((store_id, user_id), str(found.get("UserName", "")))
