"""Signatures by an asymmetric KMS key, which nobody can take out of KMS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.aws.clients import client
from chalicelib.domain import errors

ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"
_SLOW_DOWN = {"ThrottlingException", "KMSInternalException", "DependencyTimeoutException", "LimitExceededException"}
T = TypeVar("T")


class KmsSigner:
    """Implements ports.Signer on one key: its id, ARN or alias."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._public = b""

    def sign(self, text: bytes) -> bytes:
        """See ports.Signer. RAW, so that KMS hashes the text itself: every engine agrees on that."""
        wanted = {"KeyId": self._key, "Message": text, "MessageType": "RAW", "SigningAlgorithm": ALGORITHM}
        return bytes(_asked(lambda kms: kms.sign(**wanted)["Signature"]))

    def signed(self, public_key: bytes, text: bytes, signature: bytes) -> bool:
        """See ports.Signer. Looked at here: no call, and nobody has to be trusted."""
        public = load_der_public_key(public_key)
        assert isinstance(public, RSAPublicKey)  # ALGORITHM knows no others
        try:
            public.verify(signature, text, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def public_key(self) -> bytes:
        """See ports.Signer."""
        if not self._public:
            self._public = bytes(_asked(lambda kms: kms.get_public_key(KeyId=self._key)["PublicKey"]))
        return self._public


def _asked(ask: Callable[[Any], T]) -> T:
    try:
        return ask(client("kms"))
    except ClientError as problem:
        code = problem.response["Error"]["Code"]
        if code in _SLOW_DOWN:
            raise errors.Throttled("The signing key cannot be used as fast; it continues later.") from None
        raise errors.Unavailable(f"The signing key cannot be used ({code}).") from None
    except BotoCoreError as problem:
        raise errors.Unavailable(f"The signing key cannot be used ({type(problem).__name__}).") from None
