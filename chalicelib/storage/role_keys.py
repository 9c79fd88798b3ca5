"""The key patterns of roles that ended. Beside `keys`, same rules."""

from __future__ import annotations

from datetime import datetime

from chalicelib.storage import keys


def roles_ended() -> str:
    return "ROLES-ENDED"


def role_ended(ended: datetime, role: str, scope: str, principal_id: str) -> tuple[str, str]:
    return roles_ended(), f"{keys.instant(ended)}#{role}#{scope}#{principal_id}"
