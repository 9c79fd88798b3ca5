"""`dev.py demo --real`: people come in over SCIM, access is delivered into groups of IAM Identity Center and of a
Cognito user pool, reviewed, and removed there. What the story says of those systems is read at the systems."""

from __future__ import annotations

from local.client import Client
from local.demo.player import Player
from local.demo.real.access import adopt, assign, connect, packages
from local.demo.real.people import provision, sign_ins
from local.demo.real.removal import close, decide, open_reviews, put_back
from local.demo.real.systems import Systems
from local.demo.setting import start_day


def play(client: Client) -> None:
    """The whole story. Raises Unexpected or Failure where it goes another way."""
    player = Player(client)
    systems = Systems(client.get("/_local/health")["emulator"])
    people = provision(player)
    systems.build(player)
    connect(player, systems)
    start = start_day(player)
    adopt(player, systems)
    made = packages(player, systems, start, people)
    assign(player, systems, made, people)
    sign_ins(player, start)
    reviews = open_reviews(player, systems, made, start)
    decide(player, reviews)
    close(player, systems, reviews)
    put_back(player, systems, reviews[made[0].title])
