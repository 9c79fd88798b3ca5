"""Secrets from Secrets Manager and from SSM's parameter store, by reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.clients import client
from chalicelib.domain import errors
from chalicelib.domain.connections import REFERENCE
from chalicelib.usecases.ports import Clock

REMEMBERED = 300.0  # seconds (real): a rotated secret is in use five minutes later
_ABSENT = {"ResourceNotFoundException", "ParameterNotFound", "InvalidRequestException"}
_SLOW_DOWN = {"ThrottlingException", "TooManyUpdates"}


@dataclass
class AwsSecrets:
    """Implements ports.Secrets. What is read stays in this process's memory and goes nowhere else."""

    clock: Clock
    _read: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)

    def read(self, reference: str) -> str:
        """See ports.Secrets."""
        until, value = self._read.get(reference, (0.0, ""))
        if self.clock.real() < until:
            return value
        if not REFERENCE.fullmatch(reference):
            raise errors.InvalidInput("A secret is named as secretsmanager:name or ssm:/path.")
        service, _, name = reference.partition(":")
        try:
            value = _from_manager(name) if service == "secretsmanager" else _from_parameters(name)
        except ClientError as problem:
            code = problem.response["Error"]["Code"]
            if code in _ABSENT:
                raise errors.InvalidInput(f"There is no secret at {reference}.") from None
            if code in _SLOW_DOWN:
                raise errors.Throttled("Secrets cannot be read as fast; it continues later.") from None
            raise errors.Unavailable(f"The secret at {reference} cannot be read ({code}).") from None
        except BotoCoreError as problem:
            raise errors.Unavailable(f"The secret at {reference} cannot be read ({type(problem).__name__}).") from None
        self._read[reference] = (self.clock.real() + REMEMBERED, value)
        return value


def _from_manager(name: str) -> str:
    return str(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def _from_parameters(name: str) -> str:
    return str(client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
