"""Every address there is, asked by everybody who might: a visit is for its patient and who acts for them, nobody else.

An address that belongs to a visit, named by its reference, is walked by itself as soon as there is one; any other fails
here until tests/walk/addresses.py says to whom it is open.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from django.http import HttpResponse

from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.links import revoke_links
from freeslot.visits.entering import ONLY_PRESSED
from tests.walk.addresses import PUBLIC, kind_of, routes, view_name
from tests.walk.people import INSIDERS, OUTSIDERS, People
from tests.walk.reading import (
    changes_of_rows,
    hosts_in,
    rows,
    said,
    title_of,
    token_places,
    words_of,
)
from tests.walk.world import World, make_world

SAFE, METHODS = ("get", "head"), ("get", "head", "post")
FINE = {200, 303, 405, 422}
PRIVATE = [route for route in routes() if kind_of(route) in {"visit", "own", "link", "feed"}]


@pytest.fixture(params=["booked", pytest.param("cancelled", marks=pytest.mark.long)])
def world(request: pytest.FixtureRequest, db: None) -> Iterator[World]:
    with make_world(request.param) as world:
        yield world


@pytest.fixture
def people(world: World) -> People:
    return People(world)


def test_it_is_said_of_every_address_to_whom_it_is_open() -> None:
    assert [route for route in routes() if not kind_of(route)] == []
    assert sorted(set(PUBLIC) - set(routes())) == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_learns_nothing_of_a_visit(who: str, world: World, people: People) -> None:
    wrong = []
    for route, method in product(routes(), METHODS):
        answer = people.ask(who, route, method)
        kept = world.kept_from_outsiders(kind_of(route), knows_practice=who == "whose time is over")
        found = [fact for fact in kept if fact in words_of(answer)]
        found += handed_on(answer, route, world)
        if answer.status_code not in expected(who, route, method) or found:
            wrong.append((route, method, answer.status_code, found))
        if kind_of(route) in {"visit", "own"} and who != "whose time is over":
            nobodys = people.ask(who, route, method, of=world.nobody)
            if said(nobodys) != said(answer):
                wrong.append((route, method, said(answer), said(nobodys)))
    assert wrong == []
    visit = Appointment.objects.get(pk=world.visit.pk)
    assert (visit.status, visit.version) == (world.visit.status, world.visit.version)


def expected(who: str, route: str, method: str) -> set[int]:
    """What is refused by its method alone, or leads to where the buttons stand, says nothing of a visit."""
    kind = kind_of(route)
    if kind == "visit" and who == "stranger" and view_name(route) in ONLY_PRESSED and method in SAFE:
        return {303}
    if kind == "visit":
        return {"stranger": {404}, "whose time is over": {403}}.get(who, {303}) | {405}
    if kind == "own":
        return {"signed out": {303}, "whose time is over": {403}}.get(who, {200, 303, 404}) | {405}
    if kind == "link":
        return {200, 422}
    if kind == "feed":
        return {404, 405}
    return {PUBLIC[route]} if who == "signed out" and method in SAFE else {*range(200, 500), 503}


@pytest.mark.parametrize("who", INSIDERS)
def test_the_patient_and_who_acts_for_them_come_in(who: str, world: World, people: People) -> None:
    seen, wrong = "", []
    for route, method in product(PRIVATE, METHODS):
        answer = people.ask(who, route, method)
        if answer.status_code not in FINE or (found := handed_on(answer, route, world)):
            wrong.append((route, method, answer.status_code, found))
        seen += words_of(answer)
    assert wrong == []
    assert [fact for fact in world.facts if fact not in seen] == []


def handed_on(answer: HttpResponse, route: str, world: World) -> list[str]:
    """What could leave with this answer: a token where another page sees it, another host, a title that tells."""
    allowed = {"action"} if kind_of(route) == "link" else set()
    places = {place for token in (*world.tokens, *world.feeds) for place in token_places(answer, token)} - allowed
    told = [fact for fact in (*world.facts, world.visit.reference) if fact in title_of(answer)]
    return [*sorted(places), *sorted(hosts_in(answer) - {"testserver"}), *told]


@pytest.mark.parametrize("who", [*OUTSIDERS, *INSIDERS])
def test_reading_changes_no_row(who: str, world: World, people: People) -> None:
    before, wrong = rows(), []
    for route, method in product(routes(), SAFE):
        client = people.client(who)
        with changes_of_rows() as changes:
            people.ask(who, route, method, client=client)
        if changes:
            wrong.append((route, method, changes))
    assert wrong == []
    assert rows() == before


def test_the_page_of_a_link_is_no_referrer_whatever_stands_around_the_link(world: World, people: People) -> None:
    token = world.tokens[0]
    for typed in (token, f"{token}.", token[:-1], "A" * 22):
        for address in (f"/m/{typed}/", f"/m/{typed}"):
            answer = people.client("signed out").get(address)
            assert answer.headers["Referrer-Policy"] in {"strict-origin", "origin", "no-referrer"}, address
            assert token_places(answer, typed) <= {"action"}, address


def test_a_link_that_was_revoked_is_on_no_page_either(world: World, people: People) -> None:
    revoke_links(ref=world.visit.reference, actor=world.cast.staff, door=Door.DESK, now=world.cast.now)
    answer = people.client("signed out").get(f"/m/{world.tokens[0]}/")
    assert (answer.status_code, token_places(answer, world.tokens[0])) == (410, {"action"})
    assert [fact for fact in world.kept_from_outsiders("link") if fact in words_of(answer)] == []
