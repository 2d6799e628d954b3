"""The token stands in the message and in the address one opens, and nowhere else."""

import logging
import re

import pytest
from django.db import OperationalError
from django.test import Client

from freeslot.doors.link.views import link as view
from freeslot.scheduling.actors import Door
from freeslot.scheduling.operations.links import revoke_links
from freeslot.web.logs import RouteForAddress
from tests.link.doors import address_of, guess, prove, token_of
from tests.visits.pages import address, read


def without_addresses_of_forms(text: str, token: str) -> str:
    """A form goes back to the page it stands on; that is no secret to whoever reads this page."""
    return re.sub(rf'(action|href)="/m/{token}[^"]*"', "", text)


def every_answer(cast, client: Client) -> list:
    visit, gone = cast.book(), cast.book(days=12)
    token = token_of(visit)
    answers = [(token, client.get(f"/m/{token}")), (token, client.head(address_of(token)))]
    answers += [(token, guess(client, token)) for _ in range(5)]
    answers += [
        (token, client.post(address_of(token), given)) for given in ({"send": "x"}, {"code": "1"}, {"language": "es"})
    ]
    answers += [(token, client.put(address_of(token))), (token, client.get(f"/m/{token}%0A"))]
    answers += [(token, prove(Client(), token)), (token, prove(Client(), token, next=f"/m/{token}/"))]
    ended = token_of(gone)
    revoke_links(ref=gone.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    return [*answers, (ended, client.get(address_of(ended))), ("B" * 22, client.get(address_of("B" * 22)))]


def test_no_header_and_no_title_holds_it(cast):
    for token, answer in every_answer(cast, Client()):
        assert token not in str(answer.headers)
        text = without_addresses_of_forms(answer.content.decode(), token)
        assert token not in text


def test_no_other_site_or_page_sees_it_as_a_referrer(cast):
    for _, answer in every_answer(cast, Client()):
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.fixture
def logged(caplog):
    """As the product's own handler writes it, and more of it than it ever does."""
    for name in (None, "django", "django.request"):
        caplog.set_level(logging.DEBUG, logger=name)
    caplog.handler.addFilter(RouteForAddress())
    return caplog


def test_no_log_holds_it(cast, logged):
    answers = every_answer(cast, Client())
    assert "/m/<str:token>/" in logged.text
    assert not [token for token, _ in answers if token in logged.text]


def test_no_page_offers_a_language_by_a_redirect_to_it(cast):
    for _, answer in every_answer(cast, Client()):
        assert "/i18n/setlang/" not in answer.content.decode()


def test_a_form_that_was_open_too_long_says_so_without_it(cast):
    token, client = token_of(cast.book()), Client(enforce_csrf_checks=True)
    answer = prove(client, token)
    assert (answer.status_code, read(answer).heading) == (403, "Nothing was changed yet")
    assert token not in without_addresses_of_forms(answer.content.decode(), token)
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "/i18n/setlang/" not in answer.content.decode()


@pytest.fixture
def away(monkeypatch):
    def fail(*_given: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(view, "link_for", fail)


def test_while_the_database_is_away_the_page_says_so_without_it(cast, away, logged):
    token = token_of(cast.book())
    for answer in (Client().get(address_of(token)), prove(Client(), token)):
        assert answer.status_code == 503
        assert "Nothing was changed. Your visit stands as it was." in read(answer).text
        assert token not in without_addresses_of_forms(answer.content.decode(), token)
        assert "/i18n/setlang/" not in answer.content.decode()
    assert token not in logged.text


def test_while_work_is_done_the_page_says_so_without_it(cast, settings):
    settings.MAINTENANCE = True
    token = token_of(cast.book())
    answer = Client().get(address_of(token))
    assert answer.status_code == 503
    assert token not in without_addresses_of_forms(answer.content.decode(), token)
    assert "/i18n/setlang/" not in answer.content.decode()


def test_the_figures_hold_none_of_it(cast):
    token = token_of(cast.book())
    Client().get(address_of(token))
    assert token not in Client().get("/metrics").content.decode()


def test_after_the_proof_no_address_holds_it(cast):
    visit, client = cast.book(), Client()
    token = token_of(visit)
    prove(client, token)
    for name in ("", "cancellation/", "receipt/"):
        assert token not in client.get(address(visit, name)).content.decode()
    assert token not in str(dict(client.session))


@pytest.mark.parametrize("given", ["next", "referrer"])
def test_the_language_switch_of_other_pages_leads_to_no_link(cast, given):
    address = address_of(token_of(cast.book()))
    sent, headers = ({"next": address}, {}) if given == "next" else ({}, {"Referer": f"http://testserver{address}"})
    answer = Client().post("/i18n/setlang/", {"language": "es"} | sent, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert answer.cookies["freeslot_language"].value == "es"
