"""One botocore session for the process; clients are made when first needed (the first costs ~45 ms, later ones 5)."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.session import Session, get_session

from chalicelib.settings import settings

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=5,
    retries={"max_attempts": 3, "mode": "standard"},
    max_pool_connections=32,
    s3={"addressing_style": "path"},
)
# Links are signed with version 2 unless one asks; young regions and encrypted buckets refuse those.
_S3 = _CONFIG.merge(Config(signature_version="s3v4"))


@cache
def session() -> Session:
    """The session every AWS client but PynamoDB's comes from."""
    return get_session()


@cache
def client(service: str) -> Any:
    """The process-wide client of an AWS service, at the configured endpoint."""
    configured = settings()
    config = _S3 if service == "s3" else _CONFIG
    return session().create_client(
        service, region_name=configured.region, endpoint_url=configured.endpoint_url or None, config=config
    )


@cache
def client_elsewhere(service: str, region: str, role_arn: str, external_id: str) -> Any:
    """The process-wide client of a service in another region or, by the role to assume there, another account
    ("": this product's own). For connectors, who get it from the composition root."""
    configured = settings()
    asked = _assuming(role_arn, external_id) if role_arn else session()
    return asked.create_client(
        service,
        region_name=region or configured.region,
        endpoint_url=configured.endpoint_url or None,
        config=_CONFIG,
    )


@cache
def _assuming(role_arn: str, external_id: str) -> Session:
    """A session with the short-lived credentials of a role, fetched when first needed and anew before they end."""
    own, other = session(), Session()

    def create_client(name: str, **chosen: Any) -> Any:
        configured = settings()
        named = {"region_name": configured.region, "endpoint_url": configured.endpoint_url or None, "config": _CONFIG}
        return own.create_client(name, **named | chosen)

    fetcher = AssumeRoleCredentialFetcher(
        client_creator=create_client,
        source_credentials=own.get_credentials(),
        role_arn=role_arn,
        extra_args={"RoleSessionName": "access-reviews"} | ({"ExternalId": external_id} if external_id else {}),
    )
    other._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    return other
