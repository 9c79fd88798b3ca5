"""Deleting a container safely: nobody puts anything into it between the look inside and the deletion (R4, R12).

Whoever puts something into a catalog, package or policy commits `Unchanged` on it and refuses one that is marked
`deleting`. So a deletion first marks (which changes the version, and turns away all who read it before), then
looks inside, then deletes what it marked. A deletion that dies in between leaves the mark: deleting again or
saving the object ends that state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar

from chalicelib.domain.errors import Conflict
from chalicelib.domain.packages import AccessPackage, AssignmentPolicy, Catalog
from chalicelib.domain.resources import Resource
from chalicelib.usecases.ports import Save, Services

Container = TypeVar("Container", Catalog, AccessPackage, AssignmentPolicy, Resource)


def refuse_if_deleting(
    container: Catalog | AccessPackage | AssignmentPolicy | Resource, what: str, target: str
) -> None:
    """Raises Conflict when somebody deletes the container now. `target` names the caller's field."""
    if container.deleting:
        raise Conflict(f"The {what} is being deleted. If that was interrupted, delete it again or save it.", target)


@contextmanager
def closed_to_others(services: Services, operation: str, containers: Sequence[Container]) -> Iterator[list[Container]]:
    """Mark containers, as read, while they are looked into and deleted; gives them as they then stand.

    A Conflict inside (they are in use after all) takes the marks off again. Raises Conflict when one was changed
    meanwhile.
    """
    if containers:
        services.writer.commit(f"{operation}:mark", *(Save(replace(one, deleting=True)) for one in containers))
    marked = [replace(one, deleting=True, version=one.version + 1) for one in containers]
    try:
        yield marked
    except Conflict:
        with suppress(Conflict):  # somebody saved it meanwhile, which took the mark off as well
            services.writer.commit(f"{operation}:unmark", *(Save(replace(one, deleting=False)) for one in marked))
        raise
