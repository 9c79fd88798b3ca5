"""The options `from` and `to` of lists of the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.domain import errors
from chalicelib.routes.graph.instants import as_instant

_LONGEST = timedelta(days=3_653)


def period(given: Mapping[str, str], latest: datetime, usual: timedelta) -> tuple[datetime, datetime]:
    """From when to when: to `latest` unless `to` is earlier, for the `usual` time unless `from` says otherwise.

    Raises InvalidInput naming the option that is no date, lies behind the other, or ten years before it.
    """
    until = min(_moment(given, "to", latest), latest)
    since = _moment(given, "from", until - usual)
    if since > until:
        raise errors.InvalidInput("from must not be later than to, or than now.", "from")
    if until - since > _LONGEST:
        raise errors.InvalidInput(f"from and to may lie {_LONGEST.days} days apart.", "from")
    return since, until


def _moment(given: Mapping[str, str], name: str, default: datetime) -> datetime:
    if name not in given:
        return default
    moment = as_instant(given[name])
    if moment is None:
        raise errors.InvalidInput(f"{name} must be a date or an instant such as 2026-03-02T09:00:00Z.", name)
    return moment
