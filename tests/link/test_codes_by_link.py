"""A code to the known contact: the other way in, by the link's page."""

from datetime import timedelta

import pytest
from django.test import Client

from freeslot.scheduling.models import LinkCode
from freeslot.scheduling.operations.codes import use_code
from tests.link.doors import address_of, newest_code, token_of, wrong_code
from tests.support.at_once import at_once
from tests.support.cast import NOW, make_cast
from tests.visits.pages import address, read


def send(client: Client, token: str):
    return client.post(address_of(token), {"send": "code"})


def use(client: Client, token: str, code: str, **given: str):
    return client.post(address_of(token), {"code": code} | given)


def test_a_code_is_sent_and_opens_the_visit(cast):
    visit, client = cast.book(), Client()
    token = token_of(visit)
    answer = send(client, token)
    assert answer.status_code == 200
    assert "If the practice has an e-mail address or phone on file" in read(answer).text
    assert newest_code(visit) not in answer.content.decode()
    answer = use(client, token, newest_code(visit))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))
    assert client.get(address(visit)).status_code == 200


def test_asking_twice_says_the_same_and_sends_one(cast):
    client, token = Client(), token_of(cast.book())
    assert [read(send(client, token)).text, LinkCode.objects.count()] == [read(send(client, token)).text, 1]


def test_a_wrong_code_opens_nothing_and_says_so(cast):
    visit, client = cast.book(), Client()
    token = token_of(visit)
    send(client, token)
    for code in (wrong_code(visit), "", "x" * 10_000, "\x00"):
        answer = use(client, token, code)
        assert answer.status_code == 422
        assert "That code does not fit, or its time is over. Have a new one sent." in read(answer).text
    assert client.get(address(visit)).status_code == 303


def test_it_is_good_for_a_quarter_of_an_hour(cast, later):
    visit, token = cast.book(), ""
    token = token_of(visit)
    send(Client(), token)
    later(cast.now + timedelta(minutes=15))
    assert use(Client(), token, newest_code(visit)).status_code == 422


def test_it_serves_once(cast, later):
    visit = cast.book()
    token = token_of(visit)
    send(Client(), token)
    elsewhere = Client(REMOTE_ADDR="198.51.100.1")
    assert [use(each, token, newest_code(visit)).status_code for each in (Client(), elsewhere)] == [303, 422]
    later(cast.now + timedelta(minutes=1))
    assert use(Client(), token, newest_code(visit)).status_code == 422


def test_a_second_press_of_the_right_code_ends_at_the_visit_too(cast, later):
    visit, clients = cast.book(), [Client(), Client()]
    token = token_of(visit)
    send(clients[0], token)
    answers = [use(clients[0], token, newest_code(visit))]
    later(cast.now + timedelta(seconds=59))
    assert use(clients[1], token, wrong_code(visit)).status_code == 422
    answers.append(use(clients[1], token, newest_code(visit)))
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(303, address(visit))] * 2
    assert [each.get(address(visit)).status_code for each in clients] == [200, 200]


def test_after_five_wrong_ones_a_new_one_is_needed(cast, later):
    visit, client = cast.book(), Client()
    token = token_of(visit)
    send(client, token)
    for _ in range(5):
        use(client, token, wrong_code(visit))
    assert use(client, token, newest_code(visit)).status_code == 422
    later(cast.now + timedelta(minutes=1))
    send(client, token)
    assert use(client, token, newest_code(visit)).status_code == 303


def test_another_visits_code_is_none(cast):
    visit, other = cast.book(), cast.book(days=12)
    token, others = token_of(visit), token_of(other)
    send(Client(), token)
    send(Client(), others)
    assert use(Client(), token, newest_code(other)).status_code == 422


def test_a_code_leads_back_to_where_one_was(cast):
    visit = cast.book()
    token = token_of(visit)
    send(Client(), token)
    answer = use(Client(), token, newest_code(visit), next=address(visit, "cancellation/"))
    assert answer.headers["Location"] == address(visit, "cancellation/")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_the_same_code_are_one(clock):
    visit = make_cast(weeks=2).book()
    send(Client(), token_of(visit))
    code, link_id = newest_code(visit), LinkCode.objects.get().link_id
    answers = at_once(*[lambda: use_code(visit, code, now=NOW, link_id=link_id)] * 6)
    assert sorted(answers) == [False] * 5 + [True]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_of_one_code_both_end_at_the_visit(clock):
    visit = make_cast(weeks=2).book()
    token = token_of(visit)
    send(Client(), token)
    code = newest_code(visit)
    assert at_once(*[lambda: use(Client(), token, code).status_code] * 2) == [303, 303]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_are_sent_one(clock):
    token = token_of(make_cast(weeks=2).book())
    at_once(*[lambda: send(Client(), token)] * 6)
    assert LinkCode.objects.count() == 1
