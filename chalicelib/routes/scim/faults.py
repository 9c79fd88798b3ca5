"""What SCIM says about a wrong request beyond its status: the `scimType` of RFC 7644, section 3.12."""

from __future__ import annotations

from chalicelib.domain.errors import InvalidInput


class InvalidSyntax(InvalidInput):
    """The body is no message of the kind that was expected."""

    scim_type = "invalidSyntax"


class InvalidFilter(InvalidInput):
    """The filter cannot be read, or compares what cannot be compared."""

    scim_type = "invalidFilter"


class InvalidPath(InvalidInput):
    """The path of a PATCH operation cannot be read, or names nothing there is."""

    scim_type = "invalidPath"


class NoTarget(InvalidInput):
    """The path of a PATCH operation finds nothing to change."""

    scim_type = "noTarget"


class Mutability(InvalidInput):
    """The attribute cannot be changed, or not taken away."""

    scim_type = "mutability"


class TooMany(InvalidInput):
    """More objects would have to be looked through than one request may."""

    scim_type = "tooMany"
