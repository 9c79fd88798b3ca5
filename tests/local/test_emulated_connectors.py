"""The contract of the AWS connectors over the emulator of `dev.py run`: what one tries there is what the tests over
moto promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.emulator import Emulator
from local.resources import Aws
from local.venvs import EMULATOR
from tests.connectors.contract import ConnectorContract
from tests.connectors.scripted import ScriptedClients
from tests.connectors.test_cognito import CognitoRig
from tests.connectors.test_iam import IamRig
from tests.connectors.test_identity_center import IdentityCenterRig

pytestmark = pytest.mark.skipif(
    not EMULATOR.python.exists(), reason="the emulator's environment is missing: `python3 dev.py test` makes it"
)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One emulator for all of them."""
    folder = tmp_path_factory.mktemp("emulator")
    emulator = Emulator(folder / "emulator", folder / "objects", folder / "emulator.log")
    yield Aws(emulator.start())
    emulator.stop()


@pytest.fixture
def clients(aws: Aws) -> ScriptedClients:
    """Clients of the emulator."""
    return ScriptedClients(create=lambda service, _region: aws.client(service))


class TestIdentityCenter(ConnectorContract):
    """moto's, in the emulator's process."""

    @pytest.fixture
    def rig(self, clients: ScriptedClients) -> Iterator[IdentityCenterRig]:
        rig = IdentityCenterRig(clients)
        yield rig
        for group in rig.aws.list_groups(**rig.store)["Groups"]:
            rig.aws.delete_group(**rig.store, GroupId=group["GroupId"])
        rig.aws.delete_user(**rig.store, UserId=rig.user)


class TestCognito(ConnectorContract):
    """MiniStack's."""

    @pytest.fixture
    def rig(self, clients: ScriptedClients) -> CognitoRig:
        return CognitoRig(clients)


class TestIam(ConnectorContract):
    """MiniStack's."""

    @pytest.fixture
    def rig(self, clients: ScriptedClients) -> Iterator[IamRig]:
        rig = IamRig(clients)
        yield rig
        _forget(rig.aws)


def _forget(iam: Any) -> None:
    for group in iam.list_groups()["Groups"]:
        for user in iam.get_group(GroupName=group["GroupName"])["Users"]:
            iam.remove_user_from_group(GroupName=group["GroupName"], UserName=user["UserName"])
        iam.delete_group(GroupName=group["GroupName"])
    for user in iam.list_users()["Users"]:
        iam.delete_user(UserName=user["UserName"])
