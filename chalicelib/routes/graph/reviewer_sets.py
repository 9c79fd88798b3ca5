"""Graph's subjectSet as far as reviewers need it: a person, a group's members, the manager (R68-R70)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chalicelib.domain.packages import SubjectSet
from chalicelib.routes.graph.reading import Reader

NAMESPACE = "microsoft.graph."
_ID_OF = {"singleUser": "userId", "groupMembers": "groupId"}
_KINDS = (*_ID_OF, "targetManager")
_SCOPE = re.compile(
    r"(?:https?://[^/]+)?/?(?:v1\.0/|beta/)?"
    r"(?:users/(?P<user>[\w.-]{1,128})|groups/(?P<group>[\w.-]{1,128})(?:/(?:transitiveM|m)embers(?:/.*)?)?)/?",
    re.IGNORECASE,
)


def reviewers(reader: Reader, name: str) -> tuple[SubjectSet, ...]:
    """The reviewers a member lists. Raises InvalidInput for kinds that cannot review, and for missing ids."""
    return tuple(_subject(one) for one in reader.many(name))


def _subject(reader: Reader) -> SubjectSet:
    kind = kind_of(reader) or _implied(reader)
    known = next((word for word in _KINDS if word.lower() == kind.lower()), None)
    if known is None:
        raise reader.refused("@odata.type", f"Must be one of: {', '.join('#' + NAMESPACE + k for k in _KINDS)}.")
    if known == "targetManager":
        return SubjectSet(known, level=reader.whole("managerLevel") or 1)
    found = reader.identifier(_ID_OF[known])
    if not found:
        raise reader.refused(_ID_OF[known], "Must be given.")
    return SubjectSet(known, found)


def kind_of(reader: Reader) -> str:
    """The kind a set names by its type, with or without namespace; documents also write `odata.type`."""
    name = "@odata.type" if reader.gives("@odata.type") else "odata.type"
    text = reader.text(name, longest=128).removeprefix("#")
    return text[len(NAMESPACE) :] if text.lower().startswith(NAMESPACE) else text


def _implied(reader: Reader) -> str:
    """A set without a type shows its kind by its member."""
    implied = {"userId": "singleUser", "groupId": "groupMembers", "managerLevel": "targetManager"}
    return next((kind for member, kind in implied.items() if reader.gives(member)), "")


def reviewer_objects(subjects: Iterable[SubjectSet]) -> list[dict[str, Any]]:
    """Reviewers as Graph writes them."""
    return [_object(subject) for subject in subjects]


def _object(subject: SubjectSet) -> dict[str, Any]:
    found: dict[str, Any] = {"@odata.type": f"#{NAMESPACE}{subject.kind}"}
    if subject.kind == "targetManager":
        return found | {"managerLevel": subject.level}
    return found | {_ID_OF[subject.kind]: subject.id}


def read_scopes(reader: Reader, name: str) -> tuple[SubjectSet, ...] | None:
    """The accessReviewReviewerScope objects a member lists; None when it is not given. Raises InvalidInput."""
    return tuple(_scope(one) for one in reader.many(name)) if reader.gives(name) else None


def _scope(reader: Reader) -> SubjectSet:
    for other in ("queryType", "queryRoot"):  # neither changes who is meant
        reader.text(other, longest=128)
    query = reader.text("query", longest=512).strip()
    if query.lower().lstrip("./") == "manager":
        return SubjectSet("targetManager")
    match = _SCOPE.fullmatch(query.partition("?")[0])
    if match is None:
        raise reader.refused("query", "Must be /users/{id}, /groups/{id}/transitiveMembers or ./manager.")
    if match["user"]:
        return SubjectSet("singleUser", match["user"].lower())
    return SubjectSet("groupMembers", match["group"].lower())
