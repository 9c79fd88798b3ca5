"""What Graph's addresses for review history take and answer."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib.domain.history import Result
from chalicelib.routes.graph.bodies import Body, Instant, Name, RecurrenceBody
from chalicelib.routes.graph.review_shapes import Identity, QueryScope
from chalicelib.routes.graph.shapes import ReviewRecurrence
from chalicelib.routes.shapes import Answer, Entity, Moment, MomentOrNull, Text, TextOrNull

Status = Literal["requested", "inprogress", "done", "error"]
ResultWord = Annotated[str, Meta(extra_json_schema={"enum": [result.value for result in Result]})]


class ScopeBody(Body):
    """Which reviews are reported, as a query over review definitions."""

    query: str | None = None
    query_type: str | None = None


class HistoryScheduleBody(Body):
    """On which dates a report is made again, and the range before each date that it covers, such as P1M."""

    recurrence: RecurrenceBody | None = None
    report_range: str | None = None


class HistoryBody(Body):
    """A report to make: of a period, or again and again."""

    display_name: Name = None
    decisions: list[ResultWord] | None = None
    scopes: list[ScopeBody] | None = None
    review_history_period_start_date_time: Instant = None
    review_history_period_end_date_time: Instant = None
    schedule_settings: HistoryScheduleBody | None = None


class HistoryRun(Entity, kw_only=True):
    """One run of a report. Its file is kept until it expires; a link to it lives for 24 hours."""

    status: Status | UnsetType = UNSET
    run_date_time: Moment = UNSET
    fulfilled_date_time: MomentOrNull = UNSET
    expiration_date_time: Moment = UNSET
    review_history_period_start_date_time: Moment = UNSET
    review_history_period_end_date_time: Moment = UNSET
    download_uri: TextOrNull = UNSET


class HistorySchedule(Answer, kw_only=True):
    """On which dates a report is made again, and the range before each date that it covers."""

    report_range: str
    recurrence: ReviewRecurrence


class HistoryReport(Entity, kw_only=True):
    """A report of reviews that have ended, made once or again and again."""

    display_name: Text = UNSET
    review_history_period_start_date_time: MomentOrNull = UNSET
    review_history_period_end_date_time: MomentOrNull = UNSET
    decisions: list[Result] | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    created_date_time: Moment = UNSET
    created_by: Identity | UnsetType = UNSET
    scopes: list[QueryScope] | UnsetType = UNSET
    schedule_settings: HistorySchedule | UnsetType | None = UNSET
    instances: list[HistoryRun] | UnsetType = UNSET
