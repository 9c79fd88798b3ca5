"""What the connectors to AWS share: calls whose refusals are in the product's own words, and common settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib.domain import errors, ids
from chalicelib.domain.connections import Setting
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP, Right

REGION = Setting(
    name="region",
    label="Region",
    help="The AWS region it is in; left out: where this product runs.",
    example="eu-west-1",
    required=False,
    pattern=r"[a-z]{2}(-[a-z]+)+-\d",
)
ROLE = Setting(
    name="roleArn",
    label="Role to assume",
    help="For another account: the role there, whose trust policy names this product's role.",
    example="arn:aws:iam::111122223333:role/access-reviews",
    required=False,
    pattern=r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}",
)
EXTERNAL_ID = Setting(
    name="externalId",
    label="External id",
    help="What the trust policy of that role asks for as sts:ExternalId, if it does.",
    required=False,
    pattern=r"[\w+=,.@:/-]{2,300}",
)
ACCOUNT = (ROLE, EXTERNAL_ID)
# Looked for by checks: a read that finds nobody tells as much about permissions as one that finds somebody.
NOBODY = User(
    id=ids.NOBODY, display_name="", principal_name="access-reviews-check", mail="check@access-reviews.invalid"
)
_SLOW_DOWN = {
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
}
_REFUSED = {
    "AccessDeniedException",
    "AccessDenied",
    "UnauthorizedOperation",
    "NotAuthorizedException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
}
_MISSING = {"ResourceNotFoundException", "NoSuchEntity", "UserNotFoundException"}
_CLASH = {"ConflictException", "EntityAlreadyExists", "ConcurrentModification"}
_WRONG = {"ValidationException", "ValidationError", "InvalidParameterException", "InvalidInput"}
_ACTIONS = {"sso-admin": "sso"}  # where the prefix of permissions is another word than the service


class Clients(Protocol):
    """Gives the AWS client of a service in a region, in the account of a role ("": this product's own)."""

    def __call__(self, service: str, region: str, role_arn: str, external_id: str) -> Any: ...


class Missing(Exception):
    """The service does not know what a call names; `kind` is what it says is missing, "" when it does not say."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class Clash(Exception):
    """It is there already, or somebody else changes it this very moment."""


@dataclass(frozen=True)
class Api:
    """One AWS service as a connection reaches it. `settings` may have a region, a role and an external id."""

    clients: Clients
    service: str
    settings: Mapping[str, str]

    def __call__(self, operation: str, **parameters: Any) -> Any:
        """One call; its answer. Raises Missing and Clash for the caller to judge; Throttled, InvalidInput (AWS finds
        a value wrong), and Unavailable for all else: refused (naming the permission), broken or too slow."""
        chosen = [self.settings.get(one.name, "") for one in (REGION, *ACCOUNT)]
        try:
            return getattr(self.clients(self.service, *chosen), operation)(**parameters)
        except ClientError as problem:
            raise self._translated(problem) from problem
        except ParamValidationError as problem:
            raise errors.InvalidInput(f"{self.service} cannot be asked this: {problem}") from problem
        except BotoCoreError as problem:
            raise errors.Unavailable(f"{self.service} does not answer ({type(problem).__name__}).") from problem

    def _translated(self, problem: ClientError) -> Exception:
        told = problem.response.get("Error", {})
        code, message = str(told.get("Code", "")), str(told.get("Message", ""))
        if code in _SLOW_DOWN:
            return errors.Throttled(f"{self.service} asks to slow down; it continues later.")
        if code in _MISSING:
            return Missing(message, str(problem.response.get("ResourceType", "")))
        if code in _CLASH:
            return Clash(message)
        if code in _WRONG:
            return errors.InvalidInput(f"{self.service} finds a value wrong: {message}")
        if code in _REFUSED:
            asked = self._permission(problem.operation_name)
            return errors.Unavailable(f"AWS refuses {asked}: the role of this product needs that permission.")
        return errors.Unavailable(f"{self.service} failed ({code}): {message}")

    def _permission(self, operation: str) -> str:
        prefix = "sts" if operation.startswith("AssumeRole") else _ACTIONS.get(self.service, self.service)
        return f"{prefix}:{operation}"


def group_of(right: Right, system: str) -> str:
    """The id of the group whose membership a right is. Raises NeedsPerson for any other role: of these systems'
    groups one can only be a member."""
    if right.origin_system != GROUP or right.role != member_role(right.resource):
        raise errors.NeedsPerson(f"{system} knows members of groups only; it cannot hold this role.")
    return right.resource


def member_role(group: str) -> str:
    """The origin id of the role Member of a group (R6)."""
    return f"Member_{group}"


def roles_of(group: str) -> tuple[tuple[str, str], ...]:
    """The only role these systems' groups have."""
    return ((member_role(group), "Member"),)


def wrongs(*reads: Callable[[], object]) -> list[str]:
    """What harmless reads find wrong, each thing once."""
    found: list[str] = []
    for read in reads:
        try:
            read()
        except Missing as problem:
            found.append(f"It is not there: {problem}")
        except errors.ReviewError as problem:
            found.append(problem.message)
    return list(dict.fromkeys(found))
