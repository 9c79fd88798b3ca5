"""Which attributes people and groups have here, as tables: for /Schemas, for reading names without case, and to know
what RFC 7643 has and we leave alone. An attribute of those is ignored; any other name in a PATCH is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute as RFC 7643, section 7, describes them. `parts` are its sub-attributes."""

    name: str
    told: str
    type: str = "string"
    required: bool = False
    exact: bool = False
    many: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    values: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    parts: tuple[Attribute, ...] = ()

    def described(self) -> Json:
        """The attribute as /Schemas shows it."""
        found: Json = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.many,
            "description": self.told,
            "required": self.required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.type == "complex":
            found["subAttributes"] = [part.described() for part in self.parts]
        else:
            found |= {"caseExact": self.exact, "uniqueness": self.uniqueness}
        if self.values:
            found["canonicalValues"] = list(self.values)
        if self.refers:
            found["referenceTypes"] = list(self.refers)
        return found


@dataclass(frozen=True, slots=True)
class Schema:
    """A resource or an extension: its attributes, and the names of RFC 7643 it ignores."""

    urn: str
    name: str
    told: str
    attributes: tuple[Attribute, ...]
    ignored: tuple[str, ...] = ()
    by_name: Mapping[str, Attribute] = field(default_factory=dict)

    def described(self) -> Json:
        """The schema as /Schemas shows it."""
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.urn,
            "name": self.name,
            "description": self.told,
            "attributes": [one.described() for one in self.attributes],
        }

    def find(self, name: str) -> Attribute | None:
        """The attribute of this name, without case."""
        return next((one for one in (*COMMON, *self.attributes) if one.name.lower() == name.lower()), None)

    def ignores(self, name: str) -> bool:
        """Is this an attribute of RFC 7643 that is not kept here?"""
        return name.lower() in (one.lower() for one in self.ignored)


def part_of(attribute: Attribute, name: str) -> Attribute | None:
    """A sub-attribute by name, without case."""
    return next((one for one in attribute.parts if one.name.lower() == name.lower()), None)


COMMON = (
    Attribute(name="id", told="The id here.", exact=True, mutability="readOnly", returned="always"),
    Attribute(name="externalId", told="The client's own id; unique for the client.", exact=True),
    Attribute(name="schemas", told="The schemas of this object.", many=True, mutability="readOnly", returned="always"),
    Attribute(
        name="meta",
        told="Type, address and version.",
        type="complex",
        mutability="readOnly",
        parts=tuple(
            Attribute(name=name, told=name, mutability="readOnly")
            for name in ("resourceType", "created", "lastModified", "location", "version")
        ),
    ),
)
_PERSON = Schema(
    USER,
    "User",
    "A person.",
    (
        Attribute(name="userName", told="The name to sign in with.", required=True, uniqueness="server"),
        Attribute(
            name="name",
            told="The parts of the name.",
            type="complex",
            parts=(
                Attribute(name="familyName", told="The family name."),
                Attribute(name="givenName", told="The given name."),
            ),
        ),
        Attribute(name="displayName", told="The name shown; made of the others when not given.", required=True),
        Attribute(name="title", told="The job title."),
        Attribute(name="userType", told="Member, or Guest from outside.", required=True, values=("Member", "Guest")),
        Attribute(name="active", told="Is the account switched on?", type="boolean", required=True),
        Attribute(
            name="emails",
            told="The mail address; of several the primary one is kept.",
            type="complex",
            many=True,
            parts=(
                Attribute(name="value", told="The address."),
                Attribute(name="type", told="Always work.", values=("work",)),
                Attribute(name="primary", told="Always true.", type="boolean", values=("true",)),
            ),
        ),
    ),
    (
        *("nickName", "profileUrl", "preferredLanguage", "locale", "timezone", "password", "phoneNumbers", "ims"),
        *("photos", "addresses", "groups", "entitlements", "roles", "x509Certificates"),
    ),
)
_WORK = Schema(
    ENTERPRISE,
    "EnterpriseUser",
    "What an organisation knows of a person.",
    (
        Attribute(name="employeeNumber", told="The number in the organisation."),
        Attribute(name="costCenter", told="The cost center."),
        Attribute(name="organization", told="The organisation."),
        Attribute(name="division", told="The division."),
        Attribute(name="department", told="The department."),
        Attribute(
            name="manager",
            told="Who reviews this person's access.",
            type="complex",
            parts=(
                Attribute(name="value", told="The manager's id, the client's own id of them, or their userName."),
                Attribute(name="$ref", told="Their address.", type="reference", refers=("User",)),
                Attribute(name="displayName", told="Their name.", mutability="readOnly"),
            ),
        ),
    ),
)
_CROWD = Schema(
    GROUP,
    "Group",
    "Several people, or groups of them.",
    (
        Attribute(name="displayName", told="The name shown.", required=True),
        Attribute(
            name="members",
            told="The direct members.",
            type="complex",
            many=True,
            parts=(
                Attribute(name="value", told="The member's id.", mutability="immutable"),
                Attribute(
                    name="$ref",
                    told="Their address.",
                    type="reference",
                    mutability="immutable",
                    refers=("User", "Group"),
                ),
                Attribute(name="type", told="User or Group.", mutability="immutable", values=("User", "Group")),
            ),
        ),
    ),
)
IGNORED_PARTS = ("formatted", "middlename", "honorificprefix", "honorificsuffix", "display")
SCHEMAS = {one.urn: one for one in (_PERSON, _WORK, _CROWD)}
"""By id; the first and last are those of resources, the one between is an extension of the first."""
EXTENSIONS = {USER: (_WORK,), GROUP: ()}
