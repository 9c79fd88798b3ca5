"""A client made from the shortened descriptions is the client made from botocore's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.loaders import Loader

from infrastructure import botocore_data, wheels

REGIONS = ("eu-central-1", "cn-north-1")


def _session(data: Path) -> botocore.session.Session:
    found = botocore.session.Session()
    loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    found.register_component("data_loader", loader)
    return found


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> list[botocore.session.Session]:
    """One of all descriptions, and one of those of our services, shortened."""
    whole = Path(botocore.__file__).parent / "data"
    data = tmp_path_factory.mktemp("data")
    for file in whole.glob("*.json"):
        shutil.copy(file, data)
    for service in wheels.SERVICES:
        shutil.copytree(whole / service, data / service)
    botocore_data.shorten(data)
    return [_session(whole), _session(data)]


@pytest.mark.parametrize("service", wheels.SERVICES)
def test_every_service_is_reached_and_asked_in_the_same_way(sessions: list[Any], service: str) -> None:
    made = [
        [
            one.create_client(service, region_name=region, aws_access_key_id="x", aws_secret_access_key="x")
            for region in REGIONS
        ]
        for one in sessions
    ]
    told = [[_told(client) for client in clients] for clients in made]
    assert told[0] == told[1]


def _told(client: Any) -> Any:
    model = client.meta.service_model
    return (
        client.meta.endpoint_url,
        client.meta.region_name,
        client._request_signer.signing_name,
        client._request_signer.region_name,
        model.signature_version,
        [(one.name, one.type) for one in model.client_context_parameters],
        {name: model.operation_model(name).http for name in model.operation_names},
        {name: sorted(getattr(model.shape_for(name), "members", ())) for name in model.shape_names},
    )
