"""An address asked for what it does not do: a page with a way on, and the same headers as every page's."""

import pytest
from django.test import Client

from freeslot.web.headers import EVERYWHERE
from tests.visits.pages import read


@pytest.mark.parametrize(
    ("method", "address", "allow"),
    [
        ("get", "/texts/reports/", "POST"),
        ("post", "/p/riverside/", "GET, HEAD"),
        ("delete", "/find/", "GET, HEAD, POST"),
    ],
)
def test_it_says_so_and_leads_on(db, method, address, allow):
    answer = getattr(Client(), method)(address)
    page = read(answer)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert (page.heading, page.links[-1]) == ("This address does not do that", ("/", "Go to the first page"))
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert address not in answer.content.decode()


def test_in_the_language_of_the_reader(db):
    answer = Client().put("/find/", headers={"Accept-Language": "es"})
    assert read(answer).heading == "Esta dirección no hace eso"


def test_who_asks_for_the_head_alone_gets_no_page(db):
    answer = Client().head("/texts/reports/")
    assert (answer.status_code, answer.headers["Allow"], answer.content) == (405, "POST", b"")
