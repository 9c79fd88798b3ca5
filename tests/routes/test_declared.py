"""What a refusal of a body says."""

from __future__ import annotations

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.routes.api.review_shapes import Stop
from chalicelib.routes.api.roles import NewGrant
from chalicelib.routes.declared import checked


@pytest.mark.parametrize(
    ("value", "shape", "target", "allowed"),
    [
        ({"role": "king", "principalId": "x"}, NewGrant, "role", "administrator"),
        ({"role": "auditor", "principalId": "x", "principalKind": "tree"}, NewGrant, "principalKind", "group, user"),
        ({"unanswered": "burn"}, Stop, "unanswered", "keep, outcome"),
    ],
)
def test_a_value_that_is_not_offered_is_answered_with_those_that_are(
    value: dict, shape: type, target: str, allowed: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(value, shape)
    assert refused.value.target == target
    assert refused.value.message.startswith("Must be one of: ") and allowed in refused.value.message
