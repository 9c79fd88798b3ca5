"""The description of every address, for people, generators of clients and the fuzz tests."""

from __future__ import annotations

from functools import cache

import msgspec
from chalice.app import Blueprint

from chalicelib import routes
from chalicelib.routes.declared import Media
from chalicelib.routes.http import Answer, Call, Text, route

door = Blueprint(__name__)
VERSION = "0.1.0"


@route(door, "GET", "/openapi.json", public=True, gives=Media("application/json"))
def describe(call: Call) -> Answer:
    """This description, as OpenAPI 3.1."""
    return Text(_described(), "application/json", headers={"Cache-Control": "public, max-age=300"})


@cache
def _described() -> str:
    from chalicelib.routes.openapi import document  # only who asks pays for it

    return msgspec.json.encode(document(routes.declared(), VERSION)).decode()
