"""`dev.py deploy` and `dev.py remove`, played on the emulator from the first deployment to the last."""

from __future__ import annotations

from pathlib import Path

import pytest

from infrastructure import deploy
from infrastructure.parameters import File
from tests.infrastructure.conftest import ADMIN, STACK, STAGE, Place

TABLES = ("directory", "entitlements", "reviews", "items", "audit")
EVIDENCE = f"{STACK}-evidence-000000000000"
LOCKED = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": "2040-01-01T00:00:00Z"}
Said = pytest.CaptureFixture[str]


@pytest.fixture
def deployed(place: Place) -> Place:
    """A deployment that is there, as one or the other test has left it."""
    assert place.stack() or place.deploy() == 0
    return place


def parameter(place: Place, name: str) -> str:
    return next(one["ParameterValue"] for one in place.stack()["Parameters"] if one["ParameterKey"] == name)


def fill(place: Place) -> None:
    """Something in each table, and evidence."""
    for table in TABLES:
        row = {"pk": {"S": table}, "sk": {"S": "1"}}
        place.client("dynamodb").put_item(TableName=f"{STACK}-{table}", Item=row)
    lock = {"ObjectLockEnabled": "Enabled"}  # which the emulator's CloudFormation overlooks
    place.client("s3").put_object_lock_configuration(Bucket=EVIDENCE, ObjectLockConfiguration=lock)
    place.client("s3").put_object(Bucket=EVIDENCE, Key="seals/1", Body=b"{}", **LOCKED)


def rows(place: Place) -> list[str]:
    """The tables that have something in them."""
    there = place.client("dynamodb").list_tables()["TableNames"]
    names = [name for name in (f"{STACK}-{table}" for table in TABLES) if name in there]
    return [name for name in names if place.client("dynamodb").scan(TableName=name)["Items"]]


def test_a_dry_run_shows_what_would_be_made_and_leaves_nothing(place: Place, capsys: Said):
    assert place.deploy("--dry-run", "--stack-name", "access-reviews-other") == 0
    said = capsys.readouterr().out
    assert "new: 5 x AWS::DynamoDB::Table" in said and "Nothing was changed." in said
    names = [one["StackName"] for one in place.client("cloudformation").describe_stacks()["Stacks"]]
    assert "access-reviews-other" not in names


def test_a_deployment_is_made_protected_and_told(place: Place, capsys: Said):
    assert place.deploy() == 0
    said, stack = capsys.readouterr().out, place.stack()
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    assert stack["EnableTerminationProtection"]
    assert parameter(place, "Stage") == STAGE and parameter(place, "DefaultTimeZone") == "Europe/Paris"
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    assert all(f"{name}: {value}" in said for name, value in outputs.items())
    assert ADMIN in said and "Next: sign in" in said


def test_packages_lie_in_a_private_versioned_bucket_named_by_their_content(deployed: Place):
    s3, bucket = deployed.client("s3"), "access-reviews-artefacts-000000000000-us-east-1"
    before = {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert deployed.again() == 0
    assert {one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]} == before


def test_a_person_is_asked_what_nobody_said_and_whether_it_is_meant(
    place: Place, capsys: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    answers = {"MailFrom": "reviews@contoso.example", "FirstAdministrator": ADMIN}
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answers.get(question.partition(" ")[0], ""))
    file = tmp_path / "asked.yaml"
    options = ["--region", "us-east-1", "--pause", "0.2", "--package", str(place.package), "--file", str(file)]
    assert deploy.main(["asked", *options]) == 1  # who presses return does not mean it
    said = capsys.readouterr().out
    assert "new: 5 x AWS::DynamoDB::Table" in said and "Nothing was changed." in said
    assert File.read(file).parameters["FirstAdministrator"] == ADMIN
    monkeypatch.setattr("builtins.input", lambda question: pytest.fail(f"asked again: {question}"))
    assert deploy.main(["asked", *options, "--dry-run"]) == 0


def test_deploying_again_asks_nothing_and_changes_nothing(deployed: Place, capsys: Said):
    capsys.readouterr()
    assert deployed.again() == 0
    assert "Nothing changes" in capsys.readouterr().out


def test_what_was_said_once_is_remembered(deployed: Place, capsys: Said):
    assert deployed.again("--set", "UndoDays=3") == 0
    assert "parameter UndoDays: '7' becomes '3'" in capsys.readouterr().out
    assert deployed.again("--set", "Contact=it@contoso.example") == 0
    assert (parameter(deployed, "UndoDays"), parameter(deployed, "FirstAdministrator")) == ("3", ADMIN)
    assert deployed.again("--set", "UndoDays=7", "--set", "Contact=") == 0


def test_wrong_parameters_are_refused_together_before_anything_is_made(deployed: Place, capsys: Said):
    before = deployed.stack()
    assert deployed.again("--set", "EvidenceLockMode=FOREVER", "--set", "UndoDays=-1", "--set", "DomainName=a.b") == 2
    said = capsys.readouterr().err
    assert all(name in said for name in ("EvidenceLockMode must be one of", "UndoDays must be", "DomainName needs"))
    assert deployed.again("--set", "UndoDay=3") == 1
    assert "There is no parameter UndoDay" in capsys.readouterr().err
    assert deployed.stack() == before


def without(*things: str):
    """Somebody took these out of the template, and what needed them does without."""

    def changed(whole):
        whole["Resources"] = {name: one for name, one in whole["Resources"].items() if name not in things}
        for thing in things:
            for part in ("Resources", "Globals", "Outputs"):
                _forget(whole[part], thing)

    return changed


def test_nothing_precious_is_let_go_unless_somebody_gives_it_up_by_name(deployed: Place, capsys: Said):
    things = ("Items", "EvidenceBucket", "SealingKey", "UserPool")
    before = deployed.stack()
    assert deployed.change(without(*things)).again("--give-up", "UserPool") == 1
    said = capsys.readouterr()
    assert all(f"!!! {thing} " in said.out for thing in things)
    refused = [thing for thing in things if f"--give-up {thing}" in said.err]
    assert refused == ["Items", "EvidenceBucket", "SealingKey"]
    assert deployed.stack() == before


def test_what_was_let_go_is_taken_over_again(deployed: Place, capsys: Said):
    """As is what a failed update has left behind: CloudFormation could not make it a second time."""
    assert deployed.change(without("Items")).again("--give-up", "Items") == 0
    assert f"{STACK}-items" in deployed.client("dynamodb").list_tables()["TableNames"]
    capsys.readouterr()
    assert deployed.again() == 0
    said = capsys.readouterr().out
    assert f"takes over as it is:\n   Items: {STACK}-items\n" in said and "IMPORT_COMPLETE" in said
    assert deployed.again() == 0


def _forget(part: object, thing: str) -> None:
    """Replace references to a resource by a word."""
    for key, value in list(
        part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else []
    ):
        refers = isinstance(value, dict) and (
            value.get("Ref") == thing or (value.get("Fn::GetAtt") or [""])[0] == thing
        )
        if refers or (isinstance(value, str) and "${" + thing in value):
            part[key] = "arn:aws:s3:::gone"
        else:
            _forget(value, thing)


def test_a_table_that_would_be_replaced_is_refused(deployed: Place, capsys: Said):
    def renamed(whole):
        whole["Resources"]["Items"]["Properties"]["TableName"] = "another"

    assert deployed.change(renamed).again() == 1
    assert "Items is a table and would be REPLACED" in capsys.readouterr().err
    assert "another" not in deployed.client("dynamodb").list_tables()["TableNames"]


def test_a_failure_is_told_by_its_first_real_reason_and_the_old_release_goes_on(deployed: Place, capsys: Said):
    def broken(whole):
        whole["Resources"]["Another"] = {"Type": "AWS::Nowhere::Thing", "Properties": {}}

    capsys.readouterr()
    assert deployed.change(broken).again() == 1
    assert "AWS::Nowhere::Thing" in capsys.readouterr().err
    assert deployed.again() == 0


def test_the_wrong_name_removes_nothing(deployed: Place, capsys: Said):
    assert deployed.remove("--confirm", "production") == 1
    assert "Nothing was removed" in capsys.readouterr().err
    assert deployed.stack()["StackStatus"].endswith("_COMPLETE")


def test_a_removal_keeps_all_data_and_says_so_and_deploying_takes_them_over(deployed: Place, capsys: Said):
    fill(deployed)
    key = deployed.client("kms").describe_key(KeyId=f"alias/{STACK}-seals")["KeyMetadata"]["KeyId"]
    pool = next(one["OutputValue"] for one in deployed.stack()["Outputs"] if one["OutputKey"] == "UserPoolId")
    assert deployed.remove("--confirm", STAGE) == 0
    said = capsys.readouterr().out
    assert "8 x AWS::Lambda::Function" in said
    assert f"{STACK}-audit (table, about 1 rows" in said and f"{EVIDENCE} (bucket, 1 objects, locked until 2040" in said
    assert f"aws kms schedule-key-deletion --key-id {key}" in said
    assert not deployed.stack() and len(rows(deployed)) == 5
    assert not deployed.client("lambda").list_functions()["Functions"]
    assert deployed.deploy() == 0
    assert "takes over as it is" in capsys.readouterr().out
    outputs = {one["OutputKey"]: one["OutputValue"] for one in deployed.stack()["Outputs"]}
    assert outputs["UserPoolId"] == pool and outputs["SealingKeyArn"].endswith(key)
    assert len(rows(deployed)) == 5 and len(deployed.client("lambda").list_functions()["Functions"]) == 8
    assert deployed.again() == 0


def test_with_data_everything_goes_but_what_proves_what_happened(deployed: Place, capsys: Said):
    fill(deployed)
    assert deployed.remove("--confirm", STAGE, "--with-data") == 0
    said = capsys.readouterr().out
    assert f"{STACK}-directory (table" in said.partition("DELETED for good")[2].partition("What stays")[0]
    there = deployed.client("dynamodb").list_tables()["TableNames"]
    assert [name for name in there if name.startswith(STACK)] == [f"{STACK}-audit"] and rows(deployed)
    locked = deployed.client("s3").head_object(Bucket=EVIDENCE, Key="seals/1")
    assert locked["ObjectLockMode"] == "GOVERNANCE"
    assert deployed.deploy() == 0
    assert rows(deployed) == [f"{STACK}-audit"]


def test_a_stage_that_is_not_there_cannot_be_removed(place: Place, capsys: Said):
    assert place.remove("--stack-name", "nowhere", "--confirm", STAGE) == 1
    assert "There is no stack nowhere" in capsys.readouterr().err
