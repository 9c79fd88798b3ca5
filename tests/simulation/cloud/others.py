"""The services of which this product uses one or two operations: SES, EventBridge, KMS, and the two for secrets."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tests.simulation.cloud.values import NotSimulated, Refused

Wire = dict[str, Any]


class MailService:
    """SES v2: keeps every mail it accepts, as it was asked to send it, oldest first."""

    def __init__(self) -> None:
        self.senders: set[str] = set()
        self.sent: list[Wire] = []

    def create_email_identity(self, request: Wire) -> Wire:
        self.senders.add(request["EmailIdentity"])
        return {"IdentityType": "EMAIL_ADDRESS", "VerifiedForSendingStatus": True}

    def get_email_identity(self, request: Wire) -> Wire:
        if request["EmailIdentity"] not in self.senders:
            raise Refused("NotFoundException", f"Email identity {request['EmailIdentity']} does not exist.", 404)
        return {"VerifiedForSendingStatus": True}

    def get_account(self, request: Wire) -> Wire:
        quota = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": float(len(self.sent))}
        return {"SendingEnabled": True, "ProductionAccessEnabled": True, "SendQuota": quota}

    def send_email(self, request: Wire) -> Wire:
        sender = request["FromEmailAddress"].rpartition("<")[2].rstrip(">")
        if sender not in self.senders and sender.partition("@")[2] not in self.senders:
            raise Refused("MessageRejected", f"Email address is not verified: {sender}")
        self.sent.append(request)
        return {"MessageId": f"mail-{len(self.sent)}"}

    def freeze(self) -> Any:
        return set(self.senders), list(self.sent)

    def restore(self, frozen: Any) -> None:
        senders, sent = frozen
        self.senders, self.sent = set(senders), list(sent)


class Events:
    """EventBridge: keeps every entry put."""

    def __init__(self) -> None:
        self.entries: list[Wire] = []

    def describe_event_bus(self, request: Wire) -> Wire:
        if request["Name"] != "default":
            raise Refused("ResourceNotFoundException", f"Event bus {request['Name']} does not exist.")
        return {"Name": "default"}

    def put_events(self, request: Wire) -> Wire:
        self.entries += request["Entries"]
        ids = [f"event-{len(self.entries) - number}" for number in range(len(request["Entries"]), 0, -1)]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": one} for one in ids]}

    def freeze(self) -> Any:
        return list(self.entries)

    def restore(self, frozen: Any) -> None:
        self.entries = list(frozen)


@cache
def key_pair(number: int) -> rsa.RSAPrivateKey:
    """A key pair per test process and key: making one takes half a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


class Keys:
    """KMS: asymmetric RSA keys that sign."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}  # key id, ARN or alias: number of the key

    def create_key(self, request: Wire) -> Wire:
        if request.get("KeySpec") != "RSA_3072" or request.get("KeyUsage") != "SIGN_VERIFY":
            raise NotSimulated(f"a key of KMS: {request}")
        number = len(set(self.keys.values()))
        key_id = f"00000000-0000-4000-8000-{number:012d}"
        arn = f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"
        self.keys |= {key_id: number, arn: number}
        return {"KeyMetadata": {"KeyId": key_id, "Arn": arn, "Enabled": True, "KeySpec": "RSA_3072"}}

    def create_alias(self, request: Wire) -> Wire:
        self.keys[request["AliasName"]] = self._number({"KeyId": request["TargetKeyId"]})
        return {}

    def describe_key(self, request: Wire) -> Wire:
        about = {"KeyState": "Enabled", "KeySpec": "RSA_3072", "KeyUsage": "SIGN_VERIFY", "Enabled": True}
        return {"KeyMetadata": {"KeyId": request["KeyId"], **about}} if self._number(request) >= 0 else {}

    def get_public_key(self, request: Wire) -> Wire:
        public = key_pair(self._number(request)).public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        der = public.public_bytes(serialization.Encoding.DER, form)
        return {"KeyId": request["KeyId"], "PublicKey": der, "KeySpec": "RSA_3072", "KeyUsage": "SIGN_VERIFY"}

    def sign(self, request: Wire) -> Wire:
        if request["SigningAlgorithm"] != "RSASSA_PKCS1_V1_5_SHA_256":
            raise NotSimulated(request["SigningAlgorithm"])
        message, kind = request["Message"], request.get("MessageType", "RAW")
        if kind == "RAW" and len(message) > 4096:
            raise Refused("ValidationException", "Member must have length less than or equal to 4096")
        digest = hashlib.sha256(message).digest() if kind == "RAW" else message
        signature = key_pair(self._number(request)).sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        return {"KeyId": request["KeyId"], "Signature": signature, "SigningAlgorithm": request["SigningAlgorithm"]}

    def _number(self, request: Wire) -> int:
        if request["KeyId"] not in self.keys:
            raise Refused("NotFoundException", f"Key '{request['KeyId']}' does not exist")
        return self.keys[request["KeyId"]]

    def freeze(self) -> Any:
        return dict(self.keys)

    def restore(self, frozen: Any) -> None:
        self.keys = dict(frozen)


class Secrets:
    """Secrets Manager and SSM's parameter store, by name."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def create_secret(self, request: Wire) -> Wire:
        self.values[request["Name"]] = request["SecretString"]
        return {"Name": request["Name"]}

    def get_secret_value(self, request: Wire) -> Wire:
        return {"SecretString": self._value(request["SecretId"], "ResourceNotFoundException")}

    def put_parameter(self, request: Wire) -> Wire:
        self.values[request["Name"]] = request["Value"]
        return {"Version": 1}

    def get_parameter(self, request: Wire) -> Wire:
        value = self._value(request["Name"], "ParameterNotFound")
        return {"Parameter": {"Name": request["Name"], "Value": value}}

    def _value(self, name: str, absent: str) -> str:
        if name not in self.values:
            raise Refused(absent, f"{name} does not exist")
        return self.values[name]

    def freeze(self) -> Any:
        return dict(self.values)

    def restore(self, frozen: Any) -> None:
        self.values = dict(frozen)
