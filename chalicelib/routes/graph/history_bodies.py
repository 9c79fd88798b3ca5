"""The body that asks for a review history report (R152, R155)."""

from __future__ import annotations

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.history import Result
from chalicelib.domain.recurrence import Schedule
from chalicelib.domain.schedules import check
from chalicelib.routes.graph.reading import Reader
from chalicelib.routes.graph.review_schedule import read_schedule
from chalicelib.usecases.history import HistoryDraft

_MOST_SCOPES = 20
_RECURRENCE = "scheduleSettings/recurrence"


def history_draft(reader: Reader, default_zone: str) -> HistoryDraft:
    """What the body of a new report asks for. Raises InvalidInput naming the member and what it takes."""
    settings = reader.inner("scheduleSettings")
    recurs = settings is not None and settings.gives("recurrence")
    scopes = reader.many("scopes")
    if len(scopes) > _MOST_SCOPES:
        raise reader.refused("scopes", f"Has {len(scopes)} scopes; at most {_MOST_SCOPES} are allowed.")
    if settings is not None and not recurs:
        raise settings.refused("recurrence", "Must be given: on which dates the report is made.")
    since, until = reader.moment("reviewHistoryPeriodStartDateTime"), reader.moment("reviewHistoryPeriodEndDateTime")
    return HistoryDraft(
        display_name=reader.name(),
        results=_results(reader),
        scopes=tuple(_query(scope) for scope in scopes),
        since=None if recurs else since,  # each run of a recurring report has its own
        until=None if recurs else until,
        schedule=_schedule(settings, default_zone) if settings else None,
        report_range=settings.text("reportRange", longest=64) if settings else "",
    )


def _results(reader: Reader) -> tuple[Result, ...]:
    """The decisions to report; none given means all (R155)."""
    given = reader.members.get("decisions")
    if given is None:
        return tuple(Result)
    if type(given) is not list:
        raise reader.refused("decisions", "Must be a list.")
    words = {str(word).lower(): word for word in Result}
    for place, word in enumerate(given):
        if type(word) is not str or word.lower() not in words:
            raise reader.refused(f"decisions/{place}", f"Must be one of: {', '.join(Result)}.")
    chosen = {words[word.lower()] for word in given}
    return tuple(word for word in Result if word in chosen or not chosen)


def _query(scope: Reader) -> str:
    query = scope.text("query", longest=1_000)
    if scope.choice("queryType", ("MicrosoftGraph",), "MicrosoftGraph") and not query:
        raise scope.refused("query", "Must be given: which reviews are reported.")
    return query


def _schedule(settings: Reader, default_zone: str) -> Schedule:
    """The dates of a recurring report. What the reading of review schedules refuses is named by our paths."""
    recurrence = settings.inner("recurrence")
    span = recurrence.inner("range") if recurrence else None
    if recurrence is None or span is None or not span.gives("startDate"):
        raise settings.refused("recurrence/range/startDate", "Must be given: the date of the first report.")
    if not recurrence.gives("pattern"):
        raise settings.refused("recurrence/pattern", "Must be given: weekly or absoluteMonthly.")
    reader = Reader({"recurrence": recurrence.members}, settings.path)
    try:
        schedule = read_schedule(reader, default_zone, False)
        check(schedule)
    except InvalidInput as problem:
        inside = (problem.target or "").partition("recurrence")[2]
        raise InvalidInput(problem.message, f"{_RECURRENCE}{inside or '/range/startDate'}") from problem
    return schedule
