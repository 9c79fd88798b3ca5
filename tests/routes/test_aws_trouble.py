"""When AWS is busy or does not answer, whoever asked is told to try again, not of a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.house import House
from tests.simulation.worlds import simulated

LOST: dict[str, Exception] = {
    "closed": ConnectionClosedError(endpoint_url="https://dynamodb"),
    "timed out": ReadTimeoutError(endpoint_url="https://dynamodb"),
    "cut off": ResponseParserError("Unable to parse response"),
}


def _trouble(what: str, operation: str) -> Any:
    def hook(call: Any, proceed: Any) -> Any:
        if call.operation != operation:
            return proceed()
        raise LOST.get(what) or call.refusal(what)

    return hook


@pytest.mark.parametrize(
    ("what", "status"),
    [
        ("ProvisionedThroughputExceededException", 429),
        ("ThrottlingException", 429),
        ("TransactionConflictException", 429),
        ("InternalServerError", 503),
        ("closed", 503),
        ("timed out", 503),
        ("cut off", 503),
    ],
)
@pytest.mark.parametrize("operation", ["GetItem", "UpdateItem", "TransactWriteItems"])
def test_a_caller_is_asked_to_try_again_and_then_it_works(what: str, status: int, operation: str) -> None:
    """Graph's clients do that by themselves after 429 and 503, and not after 500."""
    with simulated("memory") as one:
        house = House(one.world)
        review = house.opened(house.policy(*house.staff("ann")))
        item = house.url(review, f"decisions/{house.items(review, house.boss)['Ann']['id']}")
        asked = {
            "GetItem": ("GET", house.url(review), None, "admin@example.com"),
            "UpdateItem": ("PATCH", item, {"decision": "Deny", "justification": "left"}, "boss@example.com"),
            "TransactWriteItems": (
                "POST",
                "/v1.0/identityGovernance/entitlementManagement/catalogs",
                {"displayName": "Finance"},
                "admin@example.com",
            ),
        }[operation]
        with one.point.hooked(_trouble(what, operation)):
            refused = one.world.call(*asked)
        assert (refused.status, refused.headers["Retry-After"]) == (status, "2")
        assert "try again" in refused.error["message"].lower()
        assert one.world.call(*asked).status < 300


def test_a_fault_of_ours_stays_one() -> None:
    wrong = r"answers otherwise than /openapi\.json says: .*status 500"
    with (
        simulated("memory") as one,
        one.point.hooked(_trouble("AccessDeniedException", "GetItem")),
        pytest.raises(AssertionError, match=wrong),
    ):
        one.world.get("/api/v1/people/me")
