"""The composition root: the only file that knows both the use cases' ports and the adapters behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from chalicelib.aws.clock import SystemClock
from chalicelib.domain.connections import Connection, ConnectorKind
from chalicelib.domain.errors import NotConfigured, ReviewError
from chalicelib.settings import ConfigurationError, settings
from chalicelib.usecases.ports import Clock, Connector, Services

_clock: list[Clock] = []


def use_clock(clock: Clock) -> None:
    """Use another clock than the machine's; the local stage and tests call this before the first request."""
    _clock[:] = [clock]
    services.cache_clear()


def clock() -> Clock:
    """The time, also where nothing else can be had."""
    return _clock[0] if _clock else SystemClock()


def as_refusal(problem: Exception) -> ReviewError | None:
    """What a failure means to whoever asked: see aws/trouble. Without a configuration nobody can be served."""
    from chalicelib.aws.trouble import as_refusal

    return NotConfigured(str(problem)) if isinstance(problem, ConfigurationError) else as_refusal(problem)


@cache
def services() -> Services:
    """The services of this process. Adapters are imported here so that a cold start pays only for what it uses."""
    from chalicelib.aws.events import EventBridge
    from chalicelib.aws.files import BucketFiles
    from chalicelib.aws.health import AwsSurroundings
    from chalicelib.aws.identities import IdentityStore
    from chalicelib.aws.mailer import SesMailer
    from chalicelib.aws.queue import WorkQueue
    from chalicelib.aws.secrets import AwsSecrets
    from chalicelib.aws.signing import KmsSigner
    from chalicelib.aws.vault import LockedBucket
    from chalicelib.connectors.recorded import RecordedConnector
    from chalicelib.connectors.registry import ConnectorRegistry
    from chalicelib.emails.renderer import MailRenderer
    from chalicelib.evidence.papers import PackPapers
    from chalicelib.storage.addresses import AddressTable
    from chalicelib.storage.adoptions import AdoptionTable
    from chalicelib.storage.audit import AuditTable
    from chalicelib.storage.connections import ConnectionTable
    from chalicelib.storage.dossiers import DossierTable
    from chalicelib.storage.entitlements import EntitlementTable
    from chalicelib.storage.guards import GuardTable
    from chalicelib.storage.items import ItemTable
    from chalicelib.storage.people import DirectoryTable
    from chalicelib.storage.provisioning import ProvisioningTable
    from chalicelib.storage.removals import RemovalTable
    from chalicelib.storage.reports import ReportTable
    from chalicelib.storage.reviews import ReviewTable
    from chalicelib.storage.seals import SealTable
    from chalicelib.storage.sign_ins import SignInTable
    from chalicelib.storage.sources import SourceTable
    from chalicelib.storage.tasks import TaskTable
    from chalicelib.storage.writer import TableWriter

    chosen = settings()
    time = clock()
    people, connections, tasks = DirectoryTable(), ConnectionTable(), TaskTable()
    return Services(
        settings=chosen,
        clock=time,
        writer=TableWriter(),
        people=people,
        sources=SourceTable(),
        provisioning=ProvisioningTable(),
        sign_ins=SignInTable(),
        identities=IdentityStore(),
        entitlements=EntitlementTable(time),
        adoptions=AdoptionTable(),
        reviews=ReviewTable(time, chosen.state_cache_seconds),
        reports=ReportTable(),
        items=ItemTable(),
        audit=AuditTable(),
        files=BucketFiles(chosen.bucket),
        queue=WorkQueue(chosen.work_queue_url),
        mailer=SesMailer(chosen.mail_from, chosen.organisation, chosen.mail_configuration_set),
        renderer=MailRenderer(chosen, time, people.mail_texts),
        bus=EventBridge(chosen.event_bus),
        addresses=AddressTable(),
        guards=GuardTable(),
        secrets=AwsSecrets(time),
        connections=connections,
        connectors=ConnectorRegistry(connections, time, _makers, {"recorded": RecordedConnector(people)}),
        tasks=tasks,
        exchanges=tasks,
        removals=RemovalTable(),
        dossiers=DossierTable(),
        seals=SealTable(),
        signer=KmsSigner(chosen.signing_key),
        papers=PackPapers(chosen.organisation),
        surroundings=AwsSurroundings(chosen),
        vault=LockedBucket(chosen.evidence_bucket, chosen.evidence_lock_mode, chosen.evidence_retention_days),
    )


def _makers() -> dict[str, tuple[ConnectorKind, Callable[[Connection], Connector]]]:
    """The kinds of connections there are, each with what makes its connector."""
    from chalicelib.aws.clients import client_elsewhere
    from chalicelib.connectors import cognito, iam, identity_center, manual, webhook

    return {
        "identityCenter": (identity_center.KIND, lambda found: identity_center.connector(found, client_elsewhere)),
        "cognito": (cognito.KIND, lambda found: cognito.connector(found, client_elsewhere)),
        "iam": (iam.KIND, lambda found: iam.connector(found, client_elsewhere)),
        "webhook": (webhook.KIND, lambda found: webhook.connector(found, services())),
        "manual": (manual.KIND, lambda found: manual.connector(found, services())),
    }
