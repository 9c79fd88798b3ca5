"""The people: three hundred of them, and the administrator every local instance has."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import ids
from chalicelib.domain.people import User

SEED = 20260302
PEOPLE = 300
MEMBERS = 270  # the others are guests
_FIRST = """
Ada Amir Ana Anton Aroha Bea Bilal Bruno Carla Chen Clara Dana Diego Elif Emma Farid Femi Gita Hana Hugo Ines Ivan
Jana Jonas Kaito Kofi Lara Leila Linus Maria Mateo Mei Nadia Nils Noor Olga Omar Pavel Priya Rosa Samir Sofia
Tariq Thea Uma Viktor Wanda Yara Yusuf Zoe
"""
_LAST = """
Adeyemi Bauer Castro Dubois Eriksen Fontaine Garcia Haddad Ibrahim Jansen Kowalski Laurent Moreau Nakamura Okafor
Petrov Quist Rossi Schmidt Tanaka Ueda Vasquez Weber Xu Yilmaz Zeman
"""
FIRST, LAST = _FIRST.split(), _LAST.split()
DEPARTMENTS = ("Finance", "Sales", "Engineering", "Operations", "People", "Legal")
ADMIN_NAME = "admin@example.com"
LEADER, TEAM = 16, tuple(range(145, 155))  # ten people and whose team they are
UNREACHABLE, BOUNCING = 11, 13  # managers: one whose mail address is none, one whose mail comes back
MAILS = {UNREACHABLE: "to be added", BOUNCING: "bounce@simulator.amazonses.com"}
REGULAR = timedelta(days=10)  # whoever signed in since signs in all the time; others stopped then


def administrator(now: datetime) -> User:
    """The administrator every local instance has."""
    return User(
        id=ids.guid("first-administrator", ADMIN_NAME),
        display_name="Alex Admin",
        principal_name=ADMIN_NAME,
        mail=ADMIN_NAME,
        created=now - timedelta(days=1500),
        department="People",
        job_title="Identity administrator",
        last_sign_in=now - timedelta(hours=2),
        sign_in_as_of=now,
    )


def staff(now: datetime) -> list[User]:
    """Three hundred people: a tree of managers, some without one, guests who accepted and who did not, a disabled
    manager, people who never signed in and people nobody knows about."""
    chance = random.Random(SEED)
    people: list[User] = []
    for number in range(PEOPLE):
        name = f"{FIRST[number % len(FIRST)]} {LAST[(number % len(FIRST) * 7 + number // len(FIRST)) % len(LAST)]}"
        guest = number >= MEMBERS
        host = "partner.example.net" if guest else "example.com"
        principal = f"{name.lower().replace(' ', '.')}{number}@{host}"
        people.append(_person(number, name, principal, guest, now, chance))
    return people


def _person(number: int, name: str, principal: str, guest: bool, now: datetime, chance: random.Random) -> User:
    manager = "" if number == 0 or number % 37 == 0 else person_id((number - 1) // 9)
    if number in TEAM:
        manager = person_id(LEADER)
    sign_in = chance.choice((1, 1, 2, 3, 5, 8, 13, 21, 45, 134, 0, -1))
    return User(
        id=person_id(number),
        display_name=name,
        principal_name=principal,
        mail=MAILS.get(number, principal),
        user_type="Guest" if guest else "Member",
        invitation=("accepted" if number % 2 else "pending") if guest else "",
        enabled=number not in (12, 55, 190),
        created=now - timedelta(days=chance.randint(40, 2200)),
        department=DEPARTMENTS[number % len(DEPARTMENTS)],
        job_title=_title(number),
        manager_id=manager,
        given_name=name.split()[0],
        surname=name.split()[1],
        last_sign_in=now - timedelta(days=sign_in) if sign_in > 0 else None,
        never_signed_in=sign_in == 0,
        sign_in_as_of=now if sign_in >= 0 else None,
    )


def person_id(number: int) -> str:
    """The id of the numbered person."""
    return ids.guid("demonstration", number)


def as_of(people: Iterable[User], now: datetime, moment: datetime) -> list[User]:
    """The same people as the directory had them at a moment before `now`, with their sign-ins until then."""
    return [_then(user, now, moment) if user.sign_in_as_of else user for user in people]


def _then(user: User, now: datetime, moment: datetime) -> User:
    last = user.last_sign_in
    if last is not None and now - last < REGULAR:
        last = moment - (now - last)
    elif last is not None and last > moment:
        last = moment - timedelta(days=1)
    return replace(user, last_sign_in=last, sign_in_as_of=moment)


def _title(number: int) -> str:
    if number == 0:
        return "Chief executive"
    if number < 10:
        return "Head of " + DEPARTMENTS[number % 6]
    return "Team lead" if number <= (PEOPLE - 1) // 9 else ("Consultant", "Analyst", "Specialist")[number % 3]
