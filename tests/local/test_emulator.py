"""The real emulator: kept state, kill -9, damage, orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from chalicelib.aws import clients
from chalicelib.aws.files import BucketFiles
from chalicelib.aws.tokens import TokenVerifier
from chalicelib.settings import Settings
from local import emulator as emulators
from local.emulator import Emulator
from local.resources import REGION, Aws, ensure_bucket
from local.signin import SignIn
from local.venvs import EMULATOR, ROOT

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

pytestmark = pytest.mark.skipif(
    not EMULATOR.python.exists(), reason="the emulator's environment is missing: `python3 dev.py test` makes it"
)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Emulator]]:
    """Starts emulators over one state; those left at the end are stopped."""
    monkeypatch.setenv("EMULATOR_SAVE_SECONDS", "0.1")
    started: list[Emulator] = []

    def begin() -> Emulator:
        emulator = Emulator(tmp_path / "emulator", tmp_path / "objects", tmp_path / "emulator.log")
        emulator.start()
        started.append(emulator)
        return emulator

    yield begin
    for emulator in started:
        emulator.stop()


def _until(found: Callable[[], Any]) -> Any:
    """What `found` gives as soon as it is true, within 15 s."""
    limit = time.monotonic() + 15
    while not (value := found()):
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.05)
    return value


def _table(emulator: Emulator) -> Any:
    client = Aws(emulator.url).client("dynamodb")
    client.create_table(
        TableName="items",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return client


def _records(emulator: Emulator) -> list[Any]:
    streams = Aws(emulator.url).client("dynamodbstreams")
    arn = streams.list_streams(TableName="items")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    first = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records: list[Any] = streams.get_records(ShardIterator=first["ShardIterator"])["Records"]
    return records


def _keys(emulator: Emulator) -> list[str]:
    found = Aws(emulator.url).client("dynamodb").scan(TableName="items")["Items"]
    return sorted(item["pk"]["S"] for item in found)


def test_a_graceful_stop_keeps_tables_streams_and_objects(start: Callable[[], Emulator]) -> None:
    first = start()
    _table(first).put_item(TableName="items", Item={"pk": {"S": "a"}})
    files = Aws(first.url).client("s3")
    files.create_bucket(Bucket="bucket")
    files.put_object(Bucket="bucket", Key="k", Body=b"v")
    assert first.stop() and not first.alive()
    second = start()
    assert _keys(second) == ["a"] and len(_records(second)) == 1
    assert Aws(second.url).client("s3").get_object(Bucket="bucket", Key="k")["Body"].read() == b"v"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="sockets are listed on Linux only")
def test_listens_on_this_machine_only(start: Callable[[], Emulator]) -> None:
    port = start().url.rpartition(":")[2]
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {entry[1] for entry in listening if entry[3] == "0A" and int(entry[1][-4:], 16) == int(port)}
    assert addresses == {f"0100007F:{int(port):04X}"}


def test_kill_9_goes_back_to_the_last_save(start: Callable[[], Emulator], tmp_path: Path) -> None:
    first = start()
    client = _table(first)
    client.put_item(TableName="items", Item={"pk": {"S": "a"}})
    first.save()
    _until(lambda: '"a"' in _text(tmp_path / "emulator" / "dynamodb.json"))
    client.put_item(TableName="items", Item={"pk": {"S": "b"}})
    _until(lambda: '"b"' in _text(tmp_path / "emulator" / "dynamodb.json"))
    os.kill(first.pid, signal.SIGKILL)
    assert first.stop() is False
    second = start()
    assert _keys(second) == ["a", "b"] and len(_records(second)) == 2


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_nothing_is_saved_before_it_is_asked_for(start: Callable[[], Emulator], tmp_path: Path) -> None:
    first = start()
    _table(first)
    os.kill(first.pid, signal.SIGKILL)
    first.stop()
    assert emulators.last_save(tmp_path / "emulator") is None
    assert emulators.saved_at_end(tmp_path / "emulator") is False


def test_a_killed_launcher_loses_nothing_and_blocks_nobody(start: Callable[[], Emulator], tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from local.emulator import Emulator\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "emulator = Emulator(folder / 'emulator', folder / 'objects', folder / 'emulator.log')\n"
        "print(emulator.start(), flush=True)\n"
        "time.sleep(600)\n"
    )
    launcher = subprocess.Popen([sys.executable, "-c", script, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert launcher.stdout is not None
    orphan = Emulator(tmp_path, tmp_path, tmp_path)
    orphan.url = launcher.stdout.readline().strip()
    _table(orphan).put_item(TableName="items", Item={"pk": {"S": "a"}})
    launcher.kill()
    launcher.communicate()
    assert _keys(start()) == ["a"]


def test_damaged_state_is_moved_aside(tmp_path: Path) -> None:
    folder = tmp_path / "emulator"
    folder.mkdir()
    (folder / "sqs.json").write_text("{}")
    assert emulators.set_aside_if_damaged(folder, "now") == ""
    (folder / "dynamodb.json").write_text('{"half')
    assert "dynamodb.json" in emulators.set_aside_if_damaged(folder, "now")
    assert not folder.exists() and (tmp_path / "emulator.damaged-now" / "sqs.json").exists()


def test_a_signed_link_to_the_bucket_works_for_whoever_has_it(
    start: Callable[[], Emulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file written in parts, downloaded by its link with a name of its own; an altered link opens nothing."""
    address = start().url
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", emulators.LOCAL_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", emulators.LOCAL_KEY)
    monkeypatch.setattr(clients, "session", get_session)
    monkeypatch.setattr(clients, "settings", lambda: Settings(endpoint_url=address))
    clients.client.cache_clear()
    try:
        files = BucketFiles(ensure_bucket(clients.client("s3")))
        upload = files.begin_parts("exports/a.csv")
        parts = (b"x" * (5 * 1024 * 1024), b"the end")
        for number, data in enumerate(parts, start=1):
            files.put_part("exports/a.csv", upload, number, data)
        files.finish_parts("exports/a.csv", upload)
        link = files.download_address("exports/a.csv", "results.csv")
    finally:
        clients.client.cache_clear()
    with DIRECT.open(link) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="results.csv"'
        assert answer.read() == b"".join(parts)
    with pytest.raises(urllib.error.HTTPError):
        DIRECT.open(link.replace("results.csv", "other.csv"))


def test_the_pool_signs_a_person_in_with_the_nonce_and_renews(start: Callable[[], Emulator], tmp_path: Path) -> None:
    """The product's own verifier takes the tokens; what is no refresh token renews nothing."""
    emulator = start()
    signin = SignIn(Aws(emulator.url).client("cognito-idp"), tmp_path / "sign-in.json")
    given = signin.environment(REGION, emulator.url)
    issuer, keys = given["ACCESS_REVIEWS_OIDC_ISSUER"], given["ACCESS_REVIEWS_OIDC_KEYS_URL"]
    verifier = TokenVerifier(issuer, signin.client_id, keys)
    tokens = signin.sign_in("ann@example.com", "the nonce")
    claims = verifier.verify(tokens["id_token"], time.time())
    assert (claims["email"], claims["nonce"]) == ("ann@example.com", "the nonce")
    again = signin.renew(tokens["refresh_token"])
    assert verifier.verify(again["id_token"], time.time())["email"] == "ann@example.com"
    with pytest.raises(LookupError):
        signin.renew("none")


def test_identity_center_answers_at_the_emulators_address_and_is_kept(start: Callable[[], Emulator]) -> None:
    first = start()
    instance = Aws(first.url).client("sso-admin").list_instances()["Instances"][0]
    store = {"IdentityStoreId": instance["IdentityStoreId"]}
    people = Aws(first.url).client("identitystore")
    group = people.create_group(**store, DisplayName="Ledger readers", Description="Read the books")["GroupId"]
    name = {"GivenName": "Ann", "FamilyName": "Smith"}
    ann = people.create_user(**store, UserName="ann@example.com", DisplayName="Ann Smith", Name=name)["UserId"]
    people.create_group_membership(**store, GroupId=group, MemberId={"UserId": ann})
    with pytest.raises(people.exceptions.ResourceNotFoundException):
        people.describe_group(**store, GroupId="11111111-2222-3333-4444-555555555555")
    assert first.stop()
    second = start()
    assert Aws(second.url).client("sso-admin").list_instances()["Instances"][0] == instance
    members = Aws(second.url).client("identitystore").list_group_memberships(**store, GroupId=group)
    assert [one["MemberId"] for one in members["GroupMemberships"]] == [{"UserId": ann}]


def test_identity_center_survives_kill_9_from_its_last_save(start: Callable[[], Emulator], tmp_path: Path) -> None:
    first = start()
    people = Aws(first.url).client("identitystore")
    people.create_group(IdentityStoreId="d-1234567890", DisplayName="Ledger readers", Description="Read the books")
    first.save()
    _until((tmp_path / "emulator" / "identity_center.json").exists)
    os.kill(first.pid, signal.SIGKILL)
    first.stop()
    groups = Aws(start().url).client("identitystore").list_groups(IdentityStoreId="d-1234567890")["Groups"]
    assert [group["DisplayName"] for group in groups] == ["Ledger readers"]
