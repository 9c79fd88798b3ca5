"""docs/operations.md is true: an entry for each alarm and none beside, queries whose fields are in the log, every fact
and figure explained; and alarms look at figures that there are, and stay silent where nothing happens."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.logs import FACTS, METRICS, NAMESPACE
from chalicelib.routes.declared import ROUTES
from chalicelib.usecases.health import look_deep  # noqa: F401 - its routes are declared with it
from infrastructure import template

ROOT = Path(__file__).resolve().parents[2]
ABOUT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BASE = {"level", "time", "message", "function", "requestId", "correlationId", "_aws", "Stage"}
FAILURE = {"error", "detail", "cause", "where"}
WORDS = {
    "in",
    *(
        "fields",
        "filter",
        "sort",
        "stats",
        "by",
        "as",
        "asc",
        "desc",
        "or",
        "and",
        "count",
        "latest",
        "pct",
        "max",
        "sum",
    ),
    *("times", "last", "requests", "p95", "longest", "failed", "attempts"),  # names that a query gives
}
SECTION = re.compile(r"^### (\S+)\n\n(.*?)(?=^#|\Z)", re.S | re.M)


@cache
def ours() -> dict[str, Any]:
    """What the templates say: reading them takes half a second."""
    return template.ours()


@cache
def alarms() -> dict[str, dict[str, Any]]:
    """The alarms of the template by the end of their name, each with its properties."""
    found = {}
    for resource in ours()["Resources"].values():
        if resource.get("Type") == "AWS::CloudWatch::Alarm":
            name = resource["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
            found[name] = resource["Properties"]
    return found


def rules() -> dict[str, str]:
    """What a rule of EventBridge tells of, by the name of its entry."""
    told = [one["Properties"].get("Description", "") for one in ours()["Resources"].values()]
    found = {text.rpartition("#")[2]: text for text in told if isinstance(text, str) and "operations.md#" in text}
    return {name: text for name, text in found.items() if name not in alarms()}


def metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """What an alarm looks at."""
    if "Metrics" not in alarm:
        return [{name: alarm.get(name) for name in ("Namespace", "MetricName", "Dimensions")}]
    return [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]


def test_every_alarm_has_its_entry_and_every_entry_its_alarm() -> None:
    entries = dict(SECTION.findall(ABOUT))
    assert set(entries) == set(alarms()) | set(rules())
    for name, text in entries.items():
        told = alarms()[name]["AlarmDescription"] if name in alarms() else rules()[name]
        urgency = told.partition(":")[0]
        assert urgency in ("now", "today") and text.startswith(f"*{urgency}"), name
        assert told.endswith(f"docs/operations.md#{name}"), name
        assert re.search(r"\*\*(Look|Do|Look and do)\*\*", text) or "find out who" in text, name


@pytest.mark.parametrize("name", sorted(alarms()))
def test_an_alarm_looks_at_figures_that_there_are(name: str) -> None:
    alarm = alarms()[name]
    for metric in metrics(alarm):
        if metric["Namespace"] == NAMESPACE:
            assert metric["MetricName"] in METRICS
            assert metric["Dimensions"] == [{"Name": "Stage", "Value": {"Ref": "Stage"}}]
        for one in metric["Dimensions"] or []:
            assert _exists(one["Value"]), one
    assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    assert alarm.get("DatapointsToAlarm", 1) <= alarm["EvaluationPeriods"]
    period = alarm.get("Period", 300)
    assert period * alarm["EvaluationPeriods"] <= (86_400 if period < 3_600 else 7 * 86_400)


def _exists(value: Any) -> bool:
    """Is the thing a dimension names in the template?"""
    resources = ours()["Resources"]
    if "Ref" in value:
        return value["Ref"] in resources or value["Ref"] in ("Stage", "AWS::StackName")
    if "Fn::GetAtt" in value:
        return value["Fn::GetAtt"][0] in resources
    functions = [one.get("Properties", {}).get("FunctionName") for one in resources.values()]
    return value in functions


@pytest.mark.parametrize("name", sorted(alarms()))
def test_no_traffic_is_no_alarm(name: str) -> None:
    """But for the timer, which there is always."""
    alarm = alarms()[name]
    below = alarm["ComparisonOperator"].startswith("LessThan")
    assert (alarm["TreatMissingData"], below) == (
        ("breaching", True) if name == "tick-missing" else ("notBreaching", False)
    )
    assert alarm["Threshold"] > 0


@pytest.mark.parametrize(("name", "function"), [("tick-slow", "Tick"), ("work-slow", "Work")])
def test_an_alarm_about_time_comes_before_the_time_is_over(name: str, function: str) -> None:
    seconds = ours()["Resources"][function]["Properties"].get("Timeout", 30)
    assert alarms()[name]["Threshold"] < seconds * 1000


def test_every_figure_is_explained_and_is_alarmed_on_or_shown() -> None:
    explained = {name for row in _tables() for name in re.findall(r"`([A-Z]\w+)`", row) if name in METRICS}
    assert explained == set(METRICS)
    alarmed = {one["MetricName"] for alarm in alarms().values() for one in metrics(alarm)}
    assert set(METRICS) - alarmed == {"ReviewsOpen", "Decisions"}
    shown = {one[1] for widget in _dashboard() for one in widget["properties"].get("metrics", [])}
    assert set(METRICS) <= shown


def test_the_dashboard_shows_every_alarm_and_names_no_figure_that_there_is_not() -> None:
    told = json.dumps(_dashboard())
    assert set(re.findall(r"alarm:\$\{AWS::StackName\}-([a-z-]+)", told)) == set(alarms())
    own = {one[1] for widget in _dashboard() for one in widget["properties"].get("metrics", []) if one[0] == NAMESPACE}
    assert own == set(METRICS)
    functions = [one.get("Properties", {}).get("FunctionName") for one in ours()["Resources"].values()]
    for name in re.findall(r'"FunctionName", "([^"]+)"', told):
        assert {"Fn::Sub": name} in functions
    places = [(one["x"], one["y"]) for one in _dashboard()]
    assert len(set(places)) == len(places)


def _dashboard() -> list[dict[str, Any]]:
    body = ours()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def _tables() -> list[str]:
    return [line for line in ABOUT.splitlines() if line.startswith("| ")]


def test_every_member_of_a_line_is_explained() -> None:
    first = [line.split("|")[1] for line in _tables()]
    explained = {name for cell in first for name in re.findall(r"`(\w+)`", cell)}
    assert FACTS.keys() | BASE | FAILURE <= explained


@pytest.mark.parametrize("query", re.findall(r"```insights\n(.*?)```", ABOUT, re.S))
def test_a_query_asks_for_members_that_lines_have(query: str) -> None:
    names = set(re.findall(r"(?<![@\w])[A-Za-z]\w*", re.sub(r'"[^"]*"', "", re.sub(r"@\w+", "", query))))
    assert names - WORDS and names - WORDS <= FACTS.keys() | BASE | FAILURE


def test_messages_that_queries_name_are_written() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    for message in re.findall(r'message = "([^"]+)"', ABOUT):
        assert f'("{message}"' in code, message


def test_links_within_the_page_lead_somewhere_and_so_do_those_in_the_code() -> None:
    headings = re.findall(r"^##+ (.+)$", ABOUT, re.M)
    slugs: dict[str, int] = {}
    anchors = set()
    for one in headings:
        slug = re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-")
        anchors.add(slug if slug not in slugs else f"{slug}-{slugs[slug]}")
        slugs[slug] = slugs.get(slug, 0) + 1
    code = "".join(
        path.read_text("utf-8") for path in [*(ROOT / "chalicelib").rglob("*.py"), *ROOT.glob("infra*/*.py")]
    )
    asked = {*re.findall(r"\]\(#([\w-]+)\)", ABOUT), *re.findall(r"operations\.md#([\w-]+)", code)}
    asked |= set(re.findall(r"RUNBOOK\}#([\w-]+)", code))
    assert asked <= anchors


def test_routes_and_parts_of_health_that_the_page_names_exist() -> None:
    import app  # noqa: F401 - declares every route
    from chalicelib.aws.health import AwsSurroundings
    from chalicelib.settings import Settings

    known = {(one.method, re.sub(r"{\w+}", "{id}", one.path)) for one in ROUTES}
    for method, path in re.findall(r"`(GET|POST|DELETE)\s+(/[\w./{}-]+)`", ABOUT):
        assert (method, path) in known, path
    parts = [*AwsSurroundings(Settings()).looks(), "agenda", "connections", "sources"]
    assert ", ".join(f"`{one}`" for one in parts) in ABOUT


def test_what_watching_costs_is_counted_right() -> None:
    number = sum(len(metrics(alarm)) for alarm in alarms().values())
    assert f"({number} metrics;" in ABOUT


def test_the_template_reads_as_plain_yaml() -> None:
    for name in ("alarms", "dashboard"):
        file = ROOT / "infrastructure" / "templates" / f"{name}.yaml"
        assert yaml.safe_load(file.read_text("utf-8"))["Resources"]
