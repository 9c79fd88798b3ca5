"""The composition root: the only file that knows both the use cases' ports and the adapters behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.aws.clock import SystemClock
from chalicelib.domain.errors import NotConfigured, ReviewError
from chalicelib.settings import ConfigurationError, Settings, settings
from chalicelib.usecases import ports
from chalicelib.usecases.ports import Clock, Services

if TYPE_CHECKING:
    from chalicelib.domain.connections import Connection, ConnectorKind

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


class _OnDemand(Services):
    """The services of a process; each is imported and made when something first reaches for it: the adapters are two
    thirds of what there is to import, and few requests need more than four of them."""

    @cached_property
    def settings(self) -> Settings:
        return settings()

    @cached_property
    def clock(self) -> ports.Clock:
        return clock()

    @cached_property
    def writer(self) -> ports.Writer:
        from chalicelib.storage.writer import TableWriter

        return TableWriter()

    @cached_property
    def people(self) -> ports.People:
        from chalicelib.storage.people import DirectoryTable

        return DirectoryTable()

    @cached_property
    def sources(self) -> ports.Sources:
        from chalicelib.storage.sources import SourceTable

        return SourceTable()

    @cached_property
    def provisioning(self) -> ports.Provisioning:
        from chalicelib.storage.provisioning import ProvisioningTable

        return ProvisioningTable()

    @cached_property
    def sign_ins(self) -> ports.SignIns:
        from chalicelib.storage.sign_ins import SignInTable

        return SignInTable()

    @cached_property
    def identities(self) -> ports.Identities:
        from chalicelib.aws.identities import IdentityStore

        return IdentityStore()

    @cached_property
    def entitlements(self) -> ports.Entitlements:
        from chalicelib.storage.entitlements import EntitlementTable

        return EntitlementTable(self.clock)

    @cached_property
    def reviews(self) -> ports.Reviews:
        from chalicelib.storage.reviews import ReviewTable

        return ReviewTable(self.clock, self.settings.state_cache_seconds)

    @cached_property
    def adoptions(self) -> ports.Adoptions:
        from chalicelib.storage.adoptions import AdoptionTable

        return AdoptionTable()

    @cached_property
    def reports(self) -> ports.Reports:
        from chalicelib.storage.reports import ReportTable

        return ReportTable()

    @cached_property
    def items(self) -> ports.Items:
        from chalicelib.storage.items import ItemTable

        return ItemTable()

    @cached_property
    def audit(self) -> ports.Audit:
        from chalicelib.storage.audit import AuditTable

        return AuditTable()

    @cached_property
    def files(self) -> ports.Files:
        from chalicelib.aws.files import BucketFiles

        return BucketFiles(self.settings.bucket)

    @cached_property
    def queue(self) -> ports.Queue:
        from chalicelib.aws.queue import WorkQueue

        return WorkQueue(self.settings.work_queue_url)

    @cached_property
    def mailer(self) -> ports.Mailer:
        from chalicelib.aws.mailer import SesMailer

        found = self.settings
        return SesMailer(found.mail_from, found.organisation, found.mail_configuration_set)

    @cached_property
    def renderer(self) -> ports.Renderer:
        from chalicelib.emails.renderer import MailRenderer

        return MailRenderer(self.settings, self.clock, self.people.mail_texts)

    @cached_property
    def bus(self) -> ports.Bus:
        from chalicelib.aws.events import EventBridge

        return EventBridge(self.settings.event_bus)

    @cached_property
    def addresses(self) -> ports.Addresses:
        from chalicelib.storage.addresses import AddressTable

        return AddressTable()

    @cached_property
    def secrets(self) -> ports.Secrets:
        from chalicelib.aws.secrets import AwsSecrets

        return AwsSecrets(self.clock)

    @cached_property
    def connections(self) -> ports.Connections:
        from chalicelib.storage.connections import ConnectionTable

        return ConnectionTable()

    @cached_property
    def connectors(self) -> ports.Connectors:
        from chalicelib.connectors.recorded import RecordedConnector
        from chalicelib.connectors.registry import ConnectorRegistry

        return ConnectorRegistry(self.connections, self.clock, _makers, {"recorded": RecordedConnector(self.people)})

    @cached_property
    def guards(self) -> ports.Guards:
        from chalicelib.storage.guards import GuardTable

        return GuardTable()

    @cached_property
    def tasks(self) -> ports.Tasks:
        from chalicelib.storage.tasks import TaskTable

        return TaskTable()

    @cached_property
    def exchanges(self) -> ports.Exchanges:
        from chalicelib.storage.tasks import TaskTable

        return TaskTable()

    @cached_property
    def removals(self) -> ports.Removals:
        from chalicelib.storage.removals import RemovalTable

        return RemovalTable()

    @cached_property
    def dossiers(self) -> ports.Dossiers:
        from chalicelib.storage.dossiers import DossierTable

        return DossierTable()

    @cached_property
    def seals(self) -> ports.Seals:
        from chalicelib.storage.seals import SealTable

        return SealTable()

    @cached_property
    def signer(self) -> ports.Signer:
        from chalicelib.aws.signing import KmsSigner

        return KmsSigner(self.settings.signing_key)

    @cached_property
    def vault(self) -> ports.Vault:
        from chalicelib.aws.vault import LockedBucket

        found = self.settings
        return LockedBucket(found.evidence_bucket, found.evidence_lock_mode, found.evidence_retention_days)

    @cached_property
    def papers(self) -> ports.Papers:
        from chalicelib.evidence.papers import PackPapers

        return PackPapers(self.settings.organisation)

    @cached_property
    def surroundings(self) -> ports.Surroundings:
        from chalicelib.aws.health import AwsSurroundings

        return AwsSurroundings(self.settings)

    @cached_property
    def warm(self) -> dict[str, Any]:
        return {}


@cache
def services() -> Services:
    """The services of this process. Raises ConfigurationError."""
    settings()
    return object.__new__(_OnDemand)  # its members are made later, all but those a test gives it itself


def _makers() -> dict[str, tuple[ConnectorKind, Callable[[Connection], ports.Connector]]]:
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
