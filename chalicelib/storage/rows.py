"""Which table and key each entity has, and its one stored form: JSON without the members that have their default."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from chalicelib import logs
from chalicelib.domain.agenda import Due
from chalicelib.settings import settings
from chalicelib.storage import (
    adoption_keys,
    connection_keys,
    dossier_keys,
    guard_keys,
    keys,
    mail_keys,
    removal_keys,
    role_keys,
    scim_keys,
    seal_keys,
    source_keys,
    task_keys,
)
from chalicelib.storage.seen import seen_columns, with_seen
from chalicelib.storage.tables import AuditRow, DirectoryRow, EntitlementRow, ReviewRow, Row

if TYPE_CHECKING:
    from chalicelib.domain.removals import Removal
    from chalicelib.domain.tasks import Task

_COLUMNS = ("version", "mails", "seen")  # members that are columns of their own
E = TypeVar("E")
Key = tuple[str, str]


class Place(NamedTuple):
    """Where entities of one type lie: table, key, their key in the other order (None: not listed there, or not now),
    the further columns that indexes are made of, and how a column that changes by itself gets into the entity: one
    that has such a column is saved without touching it."""

    table: type[Row]
    key: Callable[[Any], Key]
    other: Callable[[Any], Key | None] | None = None
    columns: Callable[[Any], Mapping[str, Any]] | None = None
    read: Callable[[Any, Any], Any] | None = None


def _forgotten(made: datetime) -> dict[str, datetime]:
    """When the table forgets an audit event; nothing in a deployment that keeps them without end (G39)."""
    days = settings().audit_retention_days
    return {"expires": made + timedelta(days=days)} if days else {}


def _listed_at(task: Task) -> datetime:
    from chalicelib.domain.tasks import listed

    return listed(task).when


def _needing(removal: Removal) -> Key | None:
    """Only removals that want something of a person are listed across reviews."""
    return removal_keys.needing_since(*removal.needs, removal.item_id) if removal.needs else None


_BY_NAME: dict[str, Place] = {
    "people.User": Place(
        DirectoryRow,
        lambda e: keys.user(e.id),
        lambda e: keys.display_name_index(e.display_name),
        lambda e: seen_columns(e.seen),
        lambda e, row: with_seen(e, row.seen),
    ),
    "people.PrincipalName": Place(DirectoryRow, lambda e: keys.principal_name(e.name)),
    "people.Group": Place(
        DirectoryRow, lambda e: keys.group(e.id), lambda e: scim_keys.group_name_index(e.display_name)
    ),
    "people.Membership": Place(
        DirectoryRow,
        lambda e: keys.membership(e.group_id, e.member_id),
        lambda e: keys.member_index(e.group_id, e.member_id),
    ),
    "people.RoleGrant": Place(DirectoryRow, lambda e: keys.role_grant(e.role, e.scope, e.principal_id)),
    "people.RoleEnded": Place(DirectoryRow, lambda e: role_keys.role_ended(e.ended, e.role, e.scope, e.principal_id)),
    "mail_texts.MailTexts": Place(DirectoryRow, lambda e: keys.mail_texts()),
    "sources.Source": Place(DirectoryRow, lambda e: source_keys.source(e.id)),
    "provisioning.ProvisioningClient": Place(DirectoryRow, lambda e: scim_keys.provisioning_client(e.id)),
    "provisioning.ClientUse": Place(DirectoryRow, lambda e: scim_keys.client_use(e.client_id)),
    "provisioning.ExternalId": Place(DirectoryRow, lambda e: scim_keys.external_id(e.client_id, e.kind, e.value)),
    "provisioning.AwaitedManager": Place(DirectoryRow, lambda e: scim_keys.awaited_manager(e.reference, e.user_id)),
    "provisioning.ListPosition": Place(DirectoryRow, lambda e: scim_keys.list_position(e.client_id, e.asked, e.start)),
    "sign_ins.UsedResource": Place(DirectoryRow, lambda e: source_keys.used(e.key)),
    "packages.Catalog": Place(EntitlementRow, lambda e: keys.catalog(e.id)),
    "packages.AccessPackage": Place(
        EntitlementRow, lambda e: keys.package(e.id), lambda e: keys.package_index(e.catalog_id, e.id)
    ),
    "packages.AssignmentPolicy": Place(
        EntitlementRow, lambda e: keys.policy(e.id), lambda e: keys.policy_index(e.package_id, e.id)
    ),
    "packages.UniqueName": Place(EntitlementRow, lambda e: keys.unique_name(e.scope, e.name)),
    "assignments.Assignment": Place(
        EntitlementRow,
        lambda e: keys.assignment(e.policy_id, e.id),
        lambda e: keys.assignment_index(e.target_id, e.created),
    ),
    "assignments.Moved": Place(EntitlementRow, lambda e: keys.moved(e.assignment_id)),
    "assignments.Timer": Place(EntitlementRow, lambda e: keys.timer(e.minute, e.assignment_id)),
    "assignments.Holding": Place(EntitlementRow, lambda e: keys.holding(e.target_id, e.package_id)),
    "connections.Connection": Place(EntitlementRow, lambda e: connection_keys.connection(e.name)),
    "resources.Resource": Place(
        EntitlementRow, lambda e: keys.resource(e.id), lambda e: connection_keys.resource_index(e.connector, e.id)
    ),
    "tasks.Task": Place(
        EntitlementRow,
        lambda e: task_keys.task(e.id),
        lambda e: task_keys.task_index(str(e.assignee), e.is_open, _listed_at(e), e.id),
    ),
    "tasks.ListedTask": Place(EntitlementRow, lambda e: task_keys.listed_task(e.is_open, e.when, e.task_id)),
    "exchanges.Exchange": Place(EntitlementRow, lambda e: task_keys.exchange(e.id)),
    "removals.Removal": Place(EntitlementRow, lambda e: removal_keys.removal(e.instance_id, e.item_id), _needing),
    "removals.Watch": Place(EntitlementRow, lambda e: removal_keys.watch(e.instance_id)),
    "resources.ResourceRequest": Place(EntitlementRow, lambda e: keys.resource_request(e.id)),
    "packages.Incompatibility": Place(EntitlementRow, lambda e: keys.incompatibility(e.listed_id, e.package_id)),
    "assignments.AssignmentRequest": Place(
        EntitlementRow, lambda e: keys.request(e.id), lambda e: keys.request_index(e.target_id, e.id)
    ),
    "guards.LastOnes": Place(EntitlementRow, lambda e: guard_keys.last_ones(e.key)),
    "guards.Exclusions": Place(ReviewRow, lambda e: guard_keys.exclusions(e.instance_id)),
    "guards.Restored": Place(ReviewRow, lambda e: guard_keys.restored(e.instance_id, e.item_id)),
    "reviews.ReviewDefinition": Place(ReviewRow, lambda e: keys.definition(e.id)),
    "series.SeriesOfPackage": Place(
        ReviewRow, lambda e: keys.series_pointer(e.package_id, e.policy_id, e.definition_id)
    ),
    "sources.WaitingOpening": Place(ReviewRow, lambda e: source_keys.waiting_opening(e.definition_id)),
    "series.NewestReview": Place(ReviewRow, lambda e: keys.newest_review(e.policy_id)),
    "series.MissedOccurrence": Place(ReviewRow, lambda e: keys.missed(e.definition_id, e.day)),
    "reviews.ReviewInstance": Place(ReviewRow, lambda e: keys.instance(e.id)),
    "reviews.InstanceState": Place(ReviewRow, lambda e: keys.state(e.instance_id)),
    "series.LiveReview": Place(ReviewRow, lambda e: keys.live_review(e.closes, e.instance_id)),
    "agenda.Due": Place(ReviewRow, lambda e: keys.due(e.when, e.kind, e.id)),
    "items.Cut": Place(ReviewRow, lambda e: keys.cut(e.instance_id, e.item_id)),
    "dossiers.Dossier": Place(ReviewRow, lambda e: dossier_keys.dossier(e.instance_id)),
    "dossiers.Disposition": Place(ReviewRow, lambda e: dossier_keys.disposition(e.instance_id, e.number)),
    "dossiers.Regranted": Place(
        ReviewRow, lambda e: dossier_keys.regranted(e.opens, e.instance_id, e.noticed, e.item_id)
    ),
    "mail_log.Notice": Place(ReviewRow, lambda e: mail_keys.notice(e.instance_id, e.kind, e.user_id, e.subject_id)),
    "mail_log.Told": Place(ReviewRow, lambda e: mail_keys.told(e.user_id, e.at, e.kind, e.subject_id)),
    "mail_log.Undelivered": Place(
        ReviewRow, lambda e: mail_keys.undelivered(e.since, e.instance_id, e.user_id, e.kind, e.subject_id)
    ),
    "mail_feedback.BadAddress": Place(ReviewRow, lambda e: mail_keys.bad_address(e.address)),
    "agenda.ImportBegun": Place(ReviewRow, lambda e: keys.import_begun(e.created, e.job_id)),
    "adoptions.AdoptionBegun": Place(ReviewRow, lambda e: adoption_keys.adoption_begun(e.created, e.job_id)),
    "parts.MyReview": Place(
        ReviewRow, lambda e: keys.my_review(e.user_id, e.opens, e.instance_id, e.set_id, e.on_behalf_of)
    ),
    "parts.ReviewerRow": Place(ReviewRow, lambda e: keys.reviewer(e.instance_id, e.set_id, e.user_id, e.on_behalf_of)),
    "delegation.StandingDelegate": Place(ReviewRow, lambda e: keys.standing_delegate(e.user_id)),
    "agenda.Job": Place(ReviewRow, lambda e: keys.job(e.id)),
    "history.EndedReview": Place(ReviewRow, lambda e: keys.ended(e.ends, e.instance_id)),
    "attempts.Attempt": Place(ReviewRow, lambda e: keys.attempt(e.actor_id, e.asked)),
    "history.LastReview": Place(ReviewRow, lambda e: keys.last_review(e.policy_id)),
    "seals.ChainHead": Place(ReviewRow, lambda e: seal_keys.chain_head()),
    "seals.Link": Place(ReviewRow, lambda e: seal_keys.chain_link(e.sequence)),
    "seals.Seal": Place(ReviewRow, lambda e: seal_keys.seal(e.review_id, e.sequence)),
    "seals.SealWork": Place(ReviewRow, lambda e: seal_keys.seal_work(e.review_id, e.kind)),
    "seals.Addition": Place(ReviewRow, lambda e: seal_keys.addition(e.review_id, e.id)),
    "history.HistoryDefinition": Place(ReviewRow, lambda e: keys.history_definition(e.id)),
    "history.HistoryInstance": Place(ReviewRow, lambda e: keys.history_instance(e.definition_id, e.id)),
    "audit.AuditEvent": Place(
        AuditRow,
        lambda e: keys.audit_event(e.time, e.id),
        columns=lambda e: {**keys.audit_indexes(e.actor_id, e.target_id), **_forgotten(e.time)},
    ),
}


class _Places(Mapping[type, Place]):
    """The places by type. They are told by module and name, so that reading a person imports nothing about seals."""

    def __init__(self) -> None:
        self._known: dict[type, Place] = {}

    def __getitem__(self, kind: type) -> Place:
        found = self._known.get(kind)
        if found is None:
            found = self._known[kind] = _BY_NAME[f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"]
        return found

    def __iter__(self) -> Iterator[type]:
        for name in _BY_NAME:
            module, _, kind = name.partition(".")
            yield getattr(importlib.import_module(f"chalicelib.domain.{module}"), kind)

    def __len__(self) -> int:
        return len(_BY_NAME)


PLACES: Mapping[type, Place] = _Places()


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    found = {}
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            found[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            found[field.name] = field.default_factory()
        else:
            found[field.name] = dataclasses.MISSING
    return found


def lean(value: Any, columns: tuple[str, ...] = ()) -> Any:
    """The value with every dataclass as a dict of the members that differ from their default. `columns` are members
    of the outermost one that are columns of their own; what is inside it may have members of the same names."""
    if dataclasses.is_dataclass(value):
        return {
            name: lean(getattr(value, name))
            for name, default in _defaults(type(value)).items()  # type: ignore[arg-type]
            if name not in columns and getattr(value, name) != default
        }
    if isinstance(value, (tuple, list)):
        return [lean(part) for part in value]
    return value


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _facts(entity: object) -> dict[str, Any]:
    """What is stored of an entity. A row of the agenda says in the same write unit what it is owed to, so that whatever
    comes of it is found in the log by that id."""
    found: dict[str, Any] = lean(entity, _COLUMNS)
    if type(entity) is Due and not entity.cause and logs.unit().correlation:
        found["cause"] = logs.unit().correlation
    return found


def to_text(entity: object) -> str:
    """The stored JSON of an entity; its version is a column of its own."""
    return msgspec.json.encode(_facts(entity)).decode()


def to_row(entity: object, version: int, operation: str) -> Row:
    """The row that stores `entity` as `version`. An id that is the sort key is not stored twice: what is read by
    the thousand (assignments) is a tenth smaller for it."""
    place = PLACES[type(entity)]
    pk, sk = place.key(entity)
    facts = _facts(entity)
    if facts.get("id") == sk:
        del facts["id"]
    row: Any = place.table(pk, sk, v=version, op=operation, data=msgspec.json.encode(facts).decode())
    for name, value in place.columns(entity).items() if place.columns else ():
        setattr(row, name, value)
    other = place.other(entity) if place.other else None
    if other:
        row.other_pk, row.other_sk = other
    stored: Row = row
    return stored


def from_row(kind: type[E], row: Row) -> E:
    """The entity of a row, with the version it was read at."""
    text = row.data or "{}"
    if "id" in _defaults(kind) and '"id":' not in text[:8]:  # type: ignore[arg-type]
        text = f'{{"id":"{row.sk}"{"," if len(text) > 2 else ""}{text[1:]}'
    entity: Any = _decoder(kind).decode(text)  # type: ignore[arg-type]
    object.__setattr__(entity, "version", int(row.v))  # nobody has it yet, and a copy of it costs 20 µs a row
    found: E = entity
    read = PLACES[kind].read
    return read(found, row) if read else found
