"""The key patterns of adoptions. Beside `keys`, same rules."""

from __future__ import annotations

from datetime import datetime

from chalicelib.storage.keys import instant


def adoption_begun(created: datetime, job_id: str) -> tuple[str, str]:
    return "ADOPTIONS", f"{instant(created)}#{job_id}"
