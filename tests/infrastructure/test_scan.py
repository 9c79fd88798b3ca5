"""The template that is deployed is what the linter and the security scanner ask for, or an exception has its reason;
and they would say so: what is made unsafe on purpose is found."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from infrastructure import scan
from infrastructure.scan import SCANNER, Finding
from tests.packages import packaged

pytestmark = pytest.mark.skipif(not SCANNER.python.exists(), reason="no .venv-package; `python3 dev.py test` makes it")
# What is taken away from a resource, and the check that notices.
UNSAFE: dict[str, tuple[str, str, Any, str]] = {
    "an open bucket": ("FilesBucket", "PublicAccessBlockConfiguration", None, "CKV_AWS_53"),
    "a bucket that anybody reads": ("FilesBucket", "AccessControl", "PublicRead", "CKV_AWS_20"),
    "a bucket that keeps no versions": ("EvidenceBucket", "VersioningConfiguration", None, "CKV_AWS_21"),
    "a topic without the key of one's own": ("MailFeedback", "KmsMasterKeyId", None, "CKV_AWS_26"),
    "a table that cannot be put back": ("Items", "PointInTimeRecoverySpecification", None, "CKV_AWS_28"),
    "a log without an end": ("ApiLog", "RetentionInDays", None, "CKV_AWS_66"),
    "requests that nobody notes": ("RestAPI", "AccessLogSetting", None, "CKV_AWS_76"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What is found in the template of the package, and in one made unsafe, `unsafe`."""
    folder = packaged(tmp_path_factory, "x86_64")
    whole = json.loads((folder / "template.json").read_text(encoding="utf-8"))
    given = scan.variants(whole)
    unsafe = copy.deepcopy(given["customer"])
    for resource, name, value, _ in UNSAFE.values():
        about = unsafe["Resources"][resource]["Properties"]
        about.pop(name, None)
        about.update({} if value is None else {name: value})
    unsafe["Resources"]["WorkRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Action": "*", "Resource": "*"}
    )
    unsafe["Resources"]["WorkQueue"]["Properties"]["Visibility"] = 1
    return scan.findings({**given, "unsafe": unsafe})


def test_nothing_is_found_that_is_not_accepted_with_a_reason(found: list[Finding]) -> None:
    assert scan.judged([one for one in found if one.about != "unsafe"]) == []


@pytest.mark.parametrize("what", UNSAFE)
def test_what_is_made_unsafe_is_found(found: list[Finding], what: str) -> None:
    resource, _, _, check = UNSAFE[what]
    known = [one for one in found if one.about == "unsafe" and one.check == check]
    assert any(one.resource.startswith(resource) for one in known), [str(one) for one in found if resource in str(one)]


def test_a_role_that_may_do_everything_is_found(found: list[Finding]) -> None:
    assert any((one.about, one.resource, one.check) == ("unsafe", "WorkRole", "CKV_AWS_107") for one in found)


def test_a_property_that_does_not_exist_is_found(found: list[Finding]) -> None:
    """By cfn-lint, which no exception stops."""
    assert any(one.about == "unsafe" and one.check == "E3002" and "WorkQueue" in one.resource for one in found)
    assert not [one for one in scan.accepted() if one.check[0] != "C"]


def test_an_exception_that_nothing_needs_is_a_problem() -> None:
    assert len(scan.judged([])) == len(scan.accepted()) > 5
    assert all(len(one.reason) > 60 for one in scan.accepted())
