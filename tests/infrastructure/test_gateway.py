"""What API Gateway answers by itself looks like every other refusal, and what it notes of requests tells no secret."""

from __future__ import annotations

import json
import re

import pytest

from tests.infrastructure.ours import PLAIN

API = PLAIN["RestAPI"]["Properties"]
EXPECTED = {
    "MISSING_AUTHENTICATION_TOKEN": (404, "ResourceNotFound"),
    "INVALID_SIGNATURE": (404, "ResourceNotFound"),
    "RESOURCE_NOT_FOUND": (404, "ResourceNotFound"),
    "THROTTLED": (429, "TooManyRequests"),
    "QUOTA_EXCEEDED": (429, "TooManyRequests"),
    "REQUEST_TOO_LARGE": (413, "RequestEntityTooLarge"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "UnsupportedMediaType"),
    "ACCESS_DENIED": (403, "Forbidden"),
    "WAF_FILTERED": (403, "Forbidden"),
    "INTEGRATION_TIMEOUT": (504, "GatewayTimeout"),
    "INTEGRATION_FAILURE": (503, "ServiceUnavailable"),
    "API_CONFIGURATION_ERROR": (500, "InternalServerError"),
    "DEFAULT_4XX": (None, "BadRequest"),
    "DEFAULT_5XX": (None, "InternalServerError"),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_refusal_of_the_gateway_has_the_shape_of_graph_s(kind: str) -> None:
    found = API["GatewayResponses"][kind]
    text = found["ResponseTemplates"]["application/json"]
    for name, value in {"requestId": "1f2e", "error.messageString": '"Not \\"so\\"."'}.items():
        text = text.replace(f"$context.{name}", value)
    error = json.loads(text)["error"]
    assert (found.get("StatusCode"), error["code"]) == EXPECTED[kind] and error["message"].endswith(".")
    assert error["innerError"] == {"request-id": "1f2e", "client-request-id": "1f2e"}
    headers = found["ResponseParameters"]["Headers"]
    assert headers["Cache-Control"] == "'no-store'"
    assert ("Retry-After" in headers) is (found.get("StatusCode") in (429, 503, 504))


def test_every_refusal_of_the_gateway_is_looked_at_here() -> None:
    assert set(API["GatewayResponses"]) == set(EXPECTED)


def test_the_access_log_is_json_without_a_path_a_query_or_a_header() -> None:
    """Links are secrets, and a path may have a mail address in it."""
    text = API["AccessLogSetting"]["Format"]
    names = re.findall(r"\$context\.([\w.]+)", text)
    line = json.loads(re.sub(r"\$context\.[\w.]+", "x", text))
    assert set(line.values()) == {"x"} and len(names) == len(line)
    assert not {"path", "identity.userAgent", "identity.apiKey"} & set(names) and "resourcePath" in names


def test_the_api_has_limits_and_is_reached_in_its_region() -> None:
    (settings,) = API["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == ("200", "400")
    assert "TLS13_1_2" in API["SecurityPolicy"] and API["EndpointAccessMode"] == "BASIC"
    assert settings["DataTraceEnabled"] is False and API["EndpointConfiguration"] == {"Type": "REGIONAL"}
