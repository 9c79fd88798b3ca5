"""What an AWS call that failed for good means to the person who waits for an answer."""

from __future__ import annotations

from botocore.exceptions import ChecksumError, ClientError, ConnectionError, HTTPClientError, IncompleteReadError
from botocore.parsers import ResponseParserError

from chalicelib.domain import errors

_BUSY = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "SlowDown",
}
_DOWN = {
    "InternalServerError",
    "InternalFailure",
    "InternalError",
    "ServiceUnavailable",
    "RequestTimeout",
    "RequestTimeoutException",
}
_NO_ANSWER = (HTTPClientError, ConnectionError, IncompleteReadError, ChecksumError, ResponseParserError)


def as_refusal(problem: Exception) -> errors.ReviewError | None:
    """The refusal that asks to try again, where AWS was busy or did not answer; None for every other problem.

    PynamoDB's errors carry botocore's as `cause`. What was asked for may have been done all the same: the answer to it
    is what was lost.
    """
    cause = getattr(problem, "cause", None) or problem
    if isinstance(cause, ClientError):
        code = cause.response["Error"]["Code"]
        if code in _BUSY:
            return errors.Throttled("The service is busy. Try again in a moment.")
        return _unavailable() if code in _DOWN else None
    return _unavailable() if isinstance(cause, _NO_ANSWER) else None


def _unavailable() -> errors.Unavailable:
    return errors.Unavailable("The service does not answer. Try again in a moment.")
