"""Who walks: each asks every time with a fresh browser that knows what they proved before."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client

from freeslot.accounts.models import User
from freeslot.doors.link.session import IN_SESSION, LASTS
from tests.support.cast import NOW
from tests.walk.addresses import filled, kind_of
from tests.walk.world import World

OUTSIDERS = ("signed out", "holder of another link", "whose time is over", "stranger")
INSIDERS = ("patient", "proxy", "holder of the link")


class People:
    def __init__(self, world: World) -> None:
        self._world = world
        cast, (own, other) = world.cast, world.tokens
        opened = proved(own)
        self._known: dict[str, dict[str, Any]] = {
            "signed out": {},
            "holder of another link": proved(other),
            "holder of the link": opened,
            "whose time is over": opened | {IN_SESSION: long_ago(opened[IN_SESSION])},
            "patient": signed_in(cast.patient_user),
            "proxy": signed_in(cast.proxy_user),
            "stranger": signed_in(cast.stranger_user),
        }

    def client(self, who: str) -> Client:
        client = Client()
        if self._known[who]:
            session = SessionStore()
            session.update(self._known[who])
            session.create()
            client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    def ask(
        self, who: str, route: str, method: str, *, of: Mapping[str, str] | None = None, client: Client | None = None
    ) -> HttpResponse:
        """`of` names another visit than the world's; its ids go in the address, the question and the form alike."""
        parts = self._world.parts | {"message": self._world.message} | dict(of or {})
        if who in OUTSIDERS:
            parts |= self._world.ended
        ids = dict.fromkeys(("ref", "with", "visit", "done", "which", "reference"), parts["ref"])
        sent = ids | {"message": parts["message"], "birth_date": "1 January 1950", "birth_year": "1950"}
        client = client or self.client(who)
        address = filled(route, path_parts(route, parts))
        if method == "post":
            return client.post(address, sent | {"then": "visit", "next": f"/appointments/{parts['ref']}/"})
        return getattr(client, method)(address, ids if kind_of(route) == "own" else {})


def path_parts(route: str, parts: Mapping[str, str]) -> dict[str, str]:
    """The script's digest is its own."""
    return dict(parts) | ({"digest": parts["script"]} if route.startswith("script/") else {})


def proved(token: str) -> dict[str, Any]:
    client = Client()
    answer = client.post(f"/m/{token}/", {"birth_year": "1948", "then": "visit"})
    assert answer.status_code == 303, answer.status_code
    return dict(client.session)


def signed_in(user: User) -> dict[str, Any]:
    client = Client()
    client.force_login(user)
    return dict(client.session)


def long_ago(opened: dict[str, Any]) -> dict[str, Any]:
    at = (NOW - LASTS - timedelta(minutes=1)).isoformat()
    return {ref: entry | {"at": at} for ref, entry in opened.items()}
