"""How each function is run: time, retries, and where what could not be done is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib import events
from chalicelib.settings import Settings
from infrastructure import template
from tests.packages import packaged

KEPT = {"Fn::GetAtt": ["FailedEvents", "Arn"]}
GATEWAY_RESOURCES = 300  # of one REST API, unless AWS is asked for more


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The template that is deployed."""
    found: dict[str, Any] = json.loads((packaged(tmp_path_factory, "x86_64") / "template.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def functions(whole: dict[str, Any]) -> dict[str, Any]:
    """The properties of its functions, by their logical ids."""
    return {name: one["Properties"] for name, one in whole["Resources"].items() if one["Type"] == template.FUNCTION}


def source(function: dict[str, Any]) -> dict[str, Any]:
    """The properties of the one thing that calls a function."""
    (found,) = function["Events"].values()
    result: dict[str, Any] = found["Properties"]
    return result


def test_work_is_not_begun_by_another_while_it_may_still_be_done(
    whole: dict[str, Any], functions: dict[str, Any]
) -> None:
    """Work stops itself in time to say what is left; then Lambda ends it; then its lease does; its message comes back
    after all of that, as AWS advises: six times the time-out."""
    settings, limit = Settings(), functions["Work"]["Timeout"]
    assert settings.invocation_seconds + 30 <= limit <= settings.lease_seconds
    queue = whole["Resources"]["WorkQueue"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * limit
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_nobody_waits_for_an_answer_that_cannot_come(functions: dict[str, Any]) -> None:
    """API Gateway hears 29 seconds, Cognito five; the timer comes back after sixty."""
    assert functions["APIHandler"]["Timeout"] <= 29
    assert functions["CognitoSignedIn"]["Timeout"] <= 5
    assert functions["Tick"]["Timeout"] <= 60


def test_each_function_has_its_name_its_memory_and_its_time(functions: dict[str, Any]) -> None:
    ours = template.ours()["Resources"]
    assert len(functions) == 8
    for name in functions:
        assert {"FunctionName", "MemorySize", "Timeout"} <= set(ours[name]["Properties"])


@pytest.mark.parametrize(("function", "handler"), [("Work", events.work), ("PublishEvents", events.publish_events)])
def test_who_answers_with_failures_one_by_one_is_understood(
    functions: dict[str, Any], function: str, handler: Any
) -> None:
    """Without the one, a failure among others would be taken for none."""
    assert handler({"Records": []}) == {"batchItemFailures": []}
    assert source(functions[function])["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_decisions_are_counted_by_shards_whose_name_comes_with_a_window(functions: dict[str, Any]) -> None:
    """An event names its shard only inside a tumbling window, whose last call may have no records and must be answered
    with a state too; two calls at a time for a shard would count out of order."""
    found = source(functions["CountDecisions"])
    assert found["TumblingWindowInSeconds"] > 0 and found["ParallelizationFactor"] == 1
    assert "FunctionResponseTypes" not in found
    for event in ({"Records": []}, {}):
        assert events.count_decisions({"shardId": "shard", "state": {}, "isFinalInvokeForWindow": True, **event}) == {
            "counted": 0,
            "state": {},
        }


@pytest.mark.parametrize("name", ["CountDecisions", "PublishEvents"])
def test_a_record_nobody_can_take_holds_its_shard_up_for_a_while_only(functions: dict[str, Any], name: str) -> None:
    """It is kept as a pointer into the stream, where it stays for 24 hours."""
    found = source(functions[name])
    assert found["BisectBatchOnFunctionError"] is True and 0 < found["MaximumRetryAttempts"] < 100
    assert found["MaximumRecordAgeInSeconds"] <= 12 * 3600
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == KEPT
    assert found["StartingPosition"] == "TRIM_HORIZON"


@pytest.mark.parametrize("name", ["Tick", "SignedIn", "HearOfMails"])
def test_an_event_nobody_could_take_is_kept(functions: dict[str, Any], name: str) -> None:
    """Neither when the function fails nor when it cannot even be started is it lost."""
    found, called = functions[name]["EventInvokeConfig"], source(functions[name])
    assert found["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": KEPT}
    place = called["RedrivePolicy"]["deadLetterTargetArn"] if "Topic" in called else called["DeadLetterConfig"]["Arn"]
    assert place == KEPT


def test_a_timer_that_failed_waits_for_the_next(functions: dict[str, Any]) -> None:
    """Which does what it did not: agenda rows stay until they are done. Old firings do not pile up behind new ones."""
    found = functions["Tick"]["EventInvokeConfig"]
    assert found["MaximumRetryAttempts"] == 0 and found["MaximumEventAgeInSeconds"] == 60
    assert source(functions["Tick"])["RetryPolicy"]["MaximumEventAgeInSeconds"] == 60


def test_a_new_account_can_deploy_it(whole: dict[str, Any], functions: dict[str, Any]) -> None:
    """Where all functions share ten instances, of which none can be reserved, the API is left some."""
    assert whole["Parameters"]["ApiConcurrency"]["Default"] == 0
    assert whole["Parameters"]["WorkConcurrency"]["Default"] < 10
    assert source(functions["Work"])["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "WorkConcurrency"}}
    assert [name for name, one in functions.items() if "ReservedConcurrentExecutions" in one] == ["APIHandler"]


def test_api_gateway_and_cloudformation_take_it(whole: dict[str, Any]) -> None:
    """Within quotas nobody has to ask for more of: every part of a path is a resource of API Gateway."""
    paths = whole["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    parts = {tuple(path.split("/")[: depth + 1]) for path in paths for depth in range(path.count("/") + 1)}
    assert len(parts) <= GATEWAY_RESOURCES
    assert len(template.text(whole).encode()) < template.LIMIT / 2
    assert len(whole["Resources"]) < template.MOST_RESOURCES / 2


def test_a_template_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="1,000,000 bytes"):
        template.text({"Resources": {}, "Description": "x" * template.LIMIT})


def test_only_the_code_is_put_into_the_template_that_is_deployed(whole: dict[str, Any]) -> None:
    """So that the same package makes the same template, and an empty change set."""
    deployed = template.with_code(whole, "bucket", "key.zip")
    again = json.loads(template.text(deployed).replace("s3://bucket/key.zip", "./deployment.zip"))
    assert again == whole and template.text(deployed).count("s3://bucket/key.zip") == 8


def test_files_of_templates_say_one_thing_once(tmp_path: Path) -> None:
    """Objects are laid over one another, member by member; a function of CloudFormation is one value."""
    base = {"A": {"x": 1, "y": {"Ref": "B"}}, "L": [1]}
    assert template.merged(base, {"A": {"y": {"Fn::Sub": "c"}, "z": 2}}, {"L": [2]}) == {
        "A": {"x": 1, "y": {"Fn::Sub": "c"}, "z": 2},
        "L": [2],
    }
