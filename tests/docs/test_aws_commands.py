"""Commands of AWS's own client that documents show exist, with these options: held against botocore's models."""

from __future__ import annotations

import re
import shlex

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.docs.markdown import name, pages, text

EVERYWHERE = {"region", "profile", "query", "output", "no-cli-pager", "cli-input-json", "cli-binary-format"}
CALL = re.compile(r"(?:`|^ *|\$\()(aws [a-z0-9-]+ [a-z0-9-]+[^`\n|)]*)", re.M)


def calls() -> dict[str, list[str]]:
    """Every call that a document shows, with the pages that show it."""
    found: dict[str, list[str]] = {}
    for page in pages():
        for call in CALL.findall(text(page).replace("\\\n", " ")):
            found.setdefault(" ".join(call.split()), []).append(name(page))
    return found


@pytest.mark.parametrize("call", calls())
def test_a_command_of_aws_exists_with_its_options(call: str) -> None:
    _, service, command, *rest = shlex.split(call, comments=True)
    if service in ("s3", "configure", "sso") or command in ("wait", "tail"):
        return  # the client's own, no operation of a service
    model = get_session().get_service_model(service)
    operations = {xform_name(one, "-"): one for one in model.operation_names}
    assert command in operations, calls()[call]
    shape = model.operation_model(operations[command]).input_shape
    known = {xform_name(one, "-") for one in (shape.members if shape else ())} | EVERYWHERE
    options = {one[2:].partition("=")[0] for one in rest if one.startswith("--")}
    wrong = {one for one in options if one not in known and one.removeprefix("no-") not in known}
    assert not wrong, f"{wrong} of {call!r} in {calls()[call]}"
