"""Every way a request can be refused. Doors translate these to their own shape; nobody else knows HTTP."""

from __future__ import annotations


class ReviewError(Exception):
    """Base of all refusals.

    `code` is Graph's error code, `status` the HTTP status every door answers with, `target` the field
    (a path such as `reviewSettings/schedule`) when one can be named.
    """

    code = "InternalServerError"
    status = 500

    def __init__(self, message: str, target: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.target = target


class InvalidInput(ReviewError):
    """The request itself is wrong: malformed, of the wrong type, out of range, or contradictory."""

    code = "BadRequest"
    status = 400


class InvalidCursor(InvalidInput):
    """A page link was altered, has expired, or belongs to another caller or another query."""

    code = "InvalidCursor"


class FilterTooBroad(InvalidInput):
    """No index serves this filter or order and more than 10,000 objects would have to be examined."""

    code = "filterTooBroad"


class Unauthenticated(ReviewError):
    """No bearer token, or one that does not verify, or whose person is unknown or disabled."""

    code = "InvalidAuthenticationToken"
    status = 401


class NotInDirectory(Unauthenticated):
    """The token is good, but its person is not in the directory: signing in again does not help."""

    code = "Authorization_IdentityNotFound"


class AccountDisabled(Unauthenticated):
    """The token is good, but the directory says that the account is switched off."""

    code = "Authorization_IdentityDisabled"


class Forbidden(ReviewError):
    """The caller is known and may see the object, but may not do this to it."""

    code = "Forbidden"
    status = 403


class NotFound(ReviewError):
    """There is no such object, or the caller may not know that there is."""

    code = "ResourceNotFound"
    status = 404


class MethodNotAllowed(ReviewError):
    """The object exists but does not take this verb."""

    code = "MethodNotAllowed"
    status = 405


class Conflict(ReviewError):
    """The state or the version of the object does not allow it now: closed, already there, changed meanwhile."""

    code = "Conflict"
    status = 409


class PreconditionFailed(ReviewError):
    """The caller named a version with If-Match and the object has another one."""

    code = "PreconditionFailed"
    status = 412


class TooLarge(ReviewError):
    """The body or the batch is larger than the limit the message names."""

    code = "RequestEntityTooLarge"
    status = 413


class UnsupportedMediaType(ReviewError):
    """The body has a content type this address does not take."""

    code = "UnsupportedMediaType"
    status = 415


class Throttled(ReviewError):
    """A service below asked us to slow down; the caller should try again after `retry_after` seconds."""

    code = "TooManyRequests"
    status = 429
    retry_after = 2


class Unavailable(ReviewError):
    """A service that this answer needs does not answer now; the caller should try again after `retry_after` seconds."""

    code = "ServiceUnavailable"
    status = 503
    retry_after = 2


class NotConfigured(Unavailable):
    """The settings of this deployment cannot be used; the message names each, never a value."""

    retry_after = 60

    def __init__(self, problems: str) -> None:
        super().__init__(f"This deployment is not configured: {problems}.")


class NeedsPerson(ReviewError):
    """A connector can never do this by itself; the message says why, for whoever has to."""

    code = "NeedsPerson"
    status = 409


class Gone(ReviewError):
    """A resource is not there any more in the system outside."""

    code = "Gone"
    status = 409
