"""One botocore session for the process; clients are made when first needed (the first costs ~45 ms, later ones 5)."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.config import Config
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
