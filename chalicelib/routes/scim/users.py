"""/Users: the people an identity provider keeps here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chalice.app import Blueprint, Response

from chalicelib.domain.people import User
from chalicelib.routes.scim.calls import OBJECT, SHOWN, ScimCall, answered, empty, resource, route, shown
from chalicelib.routes.scim.listing import Listing, Source, listed
from chalicelib.routes.scim.patching import operations, patched
from chalicelib.routes.scim.paths import Expression
from chalicelib.routes.scim.people import etag, known_attributes, user_object, wish_of
from chalicelib.routes.scim.schemas import USER, Json
from chalicelib.usecases.erase_person import erase_provisioned
from chalicelib.usecases.ports import Page, Services
from chalicelib.usecases.provision_people import Wish, change_person, find_provisioned, provision_person

door = Blueprint(__name__)
PATH = "/Users"
ONE = PATH + "/{id}"
PAGING = ("filter", "startIndex", "count", "sortBy", "sortOrder")
CHANGING = ("If-Match",)
INDEXED = "id eq, userName eq or sw, externalId eq, displayName eq or sw"
NOBODY = User(id="", display_name="", principal_name="")


@route(door, "GET", PATH, query=(*PAGING, *SHOWN), gives=OBJECT, refuses=(501,))
def list_users(call: ScimCall) -> Response:
    """Everybody, or whom the filter finds, by number."""
    return answered(listed(call, _listing(call)))


@route(door, "POST", PATH + "/.search", gives=OBJECT, refuses=(501,))
def search_users(call: ScimCall) -> Response:
    """The same with the options in the body, where no proxy keeps them."""
    asked = call.searching()
    return answered(listed(asked, _listing(asked)))


@route(door, "GET", ONE, query=SHOWN, gives={200: OBJECT, 304: None}, headers=("If-None-Match",))
def show_user(call: ScimCall, id: str) -> Response:
    """One person by id."""
    found = find_provisioned(call.services, id)
    if call.knows(found.version):
        return empty(304, {"ETag": etag(found.version)})
    return resource(call, user_object(found, call.by, call.base), USER)


@route(door, "POST", PATH, query=SHOWN, gives={201: OBJECT})
def create_user(call: ScimCall) -> Response:
    """A new person; 409 uniqueness when there is one with this userName or externalId."""
    wish = wish_of(known_attributes(call.object()), NOBODY)
    made = provision_person(call.services, call.by, call.now, call.operation, wish)
    return resource(call, user_object(made, call.by, call.base), USER, 201)


@route(door, "PUT", ONE, query=SHOWN, gives=OBJECT, headers=CHANGING, refuses=(412,))
def replace_user(call: ScimCall, id: str) -> Response:
    """Replace what is kept of a person; what the body does not have is cleared."""
    given = known_attributes(call.object())
    version = call.wanted_version()
    made = change_person(call.services, call.by, call.now, call.operation, id, partial(wish_of, given), version)
    return resource(call, user_object(made, call.by, call.base), USER)


@route(door, "PATCH", ONE, query=SHOWN, gives=OBJECT, headers=CHANGING, refuses=(412,))
def patch_user(call: ScimCall, id: str) -> Response:
    """Change some of what is kept of a person."""
    changes, base = operations(call.object(), USER), call.base
    version = call.wanted_version()

    def alter(before: User) -> Wish:
        return wish_of(patched(user_object(before, call.by, base), changes), before)

    made = change_person(call.services, call.by, call.now, call.operation, id, alter, version)
    return resource(call, user_object(made, call.by, base), USER)


@route(door, "DELETE", ONE, gives=None, headers=CHANGING, refuses=(412,))
def delete_user(call: ScimCall, id: str) -> Response:
    """Erase a person: their access ends, their roles and memberships go, then what is known of them."""
    erase_provisioned(call.services, call.by, call.now, call.operation, id, call.wanted_version())
    return empty()


def _listing(call: ScimCall) -> Listing[User]:
    services, base = call.services, call.base

    def whole(found: Sequence[User]) -> list[Json]:
        return [user_object(one, call.by, base) for one in found]

    def present(found: Sequence[User]) -> list[Json]:
        return [shown(call, one, USER) for one in whole(found)]

    def prepared(found: Sequence[User], _wanted: Expression) -> list[Json]:
        return whole(found)

    return Listing(
        schema=USER,
        all=_staying(services.people.list_users),
        count=services.provisioning.count_users,
        show=present,
        narrow=partial(_narrowed, call),
        indexed=INDEXED,
        prepared=prepared,
    )


def _staying(source: Source[User]) -> Source[User]:
    """A list without those who are being erased."""

    def read(limit: int, after: str | None) -> Page[User]:
        page = source(limit, after)
        return Page(tuple(one for one in page.items if one.leaving is None), page.next)

    return read


def _narrowed(call: ScimCall, same: dict[str, str], starts: dict[str, str]) -> Source[User] | None:
    services = call.services
    if "id" in same:
        return _only(services, same["id"])
    if "userName" in same:
        name = same["userName"].lower()
        return _only(services, services.people.ids_by_principal_names([name]).get(name))
    if "externalId" in same:
        return _only(services, services.provisioning.object_of(call.by.id, "user", same["externalId"]))
    for name, source in (
        ("displayName", services.people.users_by_display_name),
        ("userName", services.people.users_by_principal_name),
    ):
        start = same.get(name) or starts.get(name)
        if start:
            return _staying(partial(source, start))
    return None


def _only(services: Services, user_id: str | None) -> Source[User]:
    found = services.people.user(user_id) if user_id else None
    people = (found,) if found is not None and found.leaving is None else ()
    return lambda _limit, _after: Page(people)
