"""The page behind a link: one small question, and nothing shown before its answer."""

import pytest
from django.test import Client
from django.utils.translation import override

from freeslot.scheduling.models import Appointment
from tests.link.doors import address_of, alias, guess, opened, prove, token_of
from tests.support.cast import RULES, make_cast
from tests.visits.pages import address, press_cancel, read

NOT_A_PAGE_OF_OURS = [
    "https://elsewhere.example/appointments/", "//elsewhere.example/appointments/", "/accounts/login/", "/m/x/",
    "/appointments/\r\nSet-Cookie: x=1", "/appointments/\\elsewhere.example", "javascript:alert(1)", "appointments/",
    "/appointments/é", "/appointments/" + " ", "/appointments/../accounts/login/", "/appointments/../../x",
    "/appointments/..", "/appointments/x/..", "/appointments/%2e%2e/x/", "/appointments/.%2E/x/",
    "/appointments/%2E./x/", "/appointments/..\\x/", "/appointments/x\\y/", "/appointments/%5Celsewhere.example",
]  # fmt: skip


def test_it_asks_one_question_and_says_what_a_press_does(cast):
    page = read(Client().get(address_of(token_of(cast.book()))))
    assert page.heading == "One small question first"
    assert set(page.fields) - {"csrfmiddlewaretoken"} == {"birth_year"}
    assert page.buttons[-2:] == ["Open my visit", "Go straight to cancelling it"]
    assert "(212) 555-0142" in page.text
    assert "We never ask for a password or a card." in page.text


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (["birth_year"], {"birth_year": "48"}),
        (["birth_date"], {"birth_date": "3/7/48"}),
        (["birth_date", "member_id"], {"birth_date": "7 March 1948", "member_id": "m 1234"}),
    ],
)
def test_each_practice_asks_what_it_set(db, clock, asked, given):
    visit = make_cast(rules=RULES | {"proof": asked}, weeks=2).book()
    client, token = Client(), token_of(visit)
    assert set(read(client.get(address_of(token))).fields) - {"csrfmiddlewaretoken"} == set(asked)
    for name in asked:
        assert client.post(address_of(token), given | {name: "x"}).status_code == 422
    assert client.post(address_of(token), given).headers["Location"] == address(visit)


def test_the_right_answer_opens_the_visit_and_leaves_the_token_behind(cast):
    visit, client = cast.book(), Client()
    answer = prove(client, token_of(visit))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))
    page = read(client.get(address(visit)))
    assert page.facts[0]["ref"] == visit.reference
    assert "Maria" in page.text


def test_the_other_button_leads_straight_to_cancelling(cast):
    visit, client = cast.book(), Client()
    assert prove(client, token_of(visit), then="cancel").headers["Location"] == address(visit, "cancellation/")
    assert press_cancel(client, visit).status_code == 303
    cancelled = Appointment.objects.get(pk=visit.pk)
    assert (cancelled.status, cancelled.cancelled_by, cancelled.cancelled_door) == ("cancelled", "patient", "link")


def test_a_press_without_any_button_is_an_answer_too(cast):
    visit, client = cast.book(), Client()
    assert client.post(address_of(token_of(visit)), {"birth_year": "1948"}).headers["Location"] == address(visit)


@pytest.mark.parametrize(
    "text", ["", "1950", "x" * 10_000, "<script>alert(1)</script>", "19\x0048", "\u202e8491", "7/3/1950"]
)
def test_a_wrong_answer_changes_nothing_and_says_so(cast, text):
    visit, client = cast.book(), Client()
    answer = prove(client, token_of(visit), birth_year=text)
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "One small question first")
    assert "<script>alert" not in answer.content.decode()
    assert page.facts == []
    assert client.get(address(visit)).status_code == 303


def test_a_wrong_answer_stands_where_it_was_typed(cast):
    page = read(guess(Client(), token_of(cast.book()), "1950"))
    assert page.fields["birth_year"] == "1950"
    assert "That is not what the practice has on file. Nothing was changed." in page.text


def test_nothing_of_the_visit_is_shown_before_the_answer(cast):
    alias(cast)
    visit, client = cast.book(), Client()
    token = token_of(visit)
    pages = [client.get(address_of(token)), guess(client, token), guess(client, token), guess(client, token)]
    pages += [guess(client, token), client.post(address_of(token), {"send": "code"})]
    assert [page.status_code for page in pages] == [200, 422, 422, 422, 429, 200]
    hidden = [
        cast.practice.name, cast.practice.slug, "Maria", "Lopez", "Amara", "Osei", "Check-up", "Elm Street",
        visit.reference, "1948", "example.org", str(visit.starts_at.date()), "10 March", "March 10", "booked",
    ]  # fmt: skip
    for page in pages:
        text = page.content.decode()
        assert [each for each in hidden if each in text] == []
        assert "Your appointment" in text


@pytest.mark.parametrize("around", ["", "/", ".", "/.", ")", ".)", "/»", ",%20", "%0A", "/%E2%80%A6", ">", '".'])
def test_what_stood_around_the_link_does_no_harm(cast, around):
    visit = cast.book()
    answer = Client().get(f"/m/{token_of(visit)}{around}")
    assert (answer.status_code, read(answer).heading) == (200, "One small question first")


def test_a_link_in_a_sentence_can_be_answered_at_once(cast):
    visit = cast.book()
    answer = Client().post(f"/m/{token_of(visit)}.", {"birth_year": "1948"})
    assert answer.headers["Location"] == address(visit)


@pytest.mark.parametrize("wished", ["cancellation/", "receipt/", "cancellation/?picked=1"])
def test_who_comes_from_a_page_goes_back_there(cast, wished):
    visit = cast.book()
    answer = prove(Client(), token_of(visit), next=address(visit, wished))
    assert answer.headers["Location"] == address(visit, wished)


@pytest.mark.parametrize("wished", NOT_A_PAGE_OF_OURS)
def test_nobody_is_led_anywhere_else(cast, wished):
    visit = cast.book()
    answer = prove(Client(), token_of(visit), next=wished)
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))


@pytest.mark.parametrize("name", ["receipt/", "receipt.pdf", "cancellation/?look=1"])
def test_a_page_of_ours_is_led_back_to(cast, name):
    visit = cast.book()
    wished = address(visit, name)
    assert prove(Client(), token_of(visit), next=wished).headers["Location"] == wished


def test_the_page_is_there_in_spanish_without_a_redirect(cast):
    client, token = Client(), token_of(cast.book())
    answer = client.post(address_of(token), {"language": "es"})
    assert (answer.status_code, answer.headers.get("Location")) == (200, None)
    assert '<html lang="es"' in answer.content.decode()
    assert '<html lang="es"' in client.get(address_of(token)).content.decode()
    assert client.post(address_of(token), {"language": "xx"}).status_code == 200


def test_a_question_in_spanish_reads_a_spanish_date(db, clock):
    visit = make_cast(rules=RULES | {"proof": ["birth_date"]}, language="es", weeks=2).book()
    with override("es"):
        client = Client(headers={"accept-language": "es"})
        assert client.post(address_of(token_of(visit)), {"birth_date": "7 de marzo de 1948"}).status_code == 303


def test_who_has_just_proved_is_not_asked_again(cast):
    visit = cast.book()
    client, another = opened(visit), token_of(visit)
    answer = client.get(address_of(another))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))
    assert Client().get(address_of(another)).status_code == 200


def test_who_is_signed_in_and_may_see_it_is_not_asked_either(cast, patient, sign_in):
    visit = cast.book()
    token = token_of(visit)
    assert patient.get(address_of(token)).headers["Location"] == address(visit)
    press_cancel(patient, visit)
    assert patient.get(address_of(token)).headers["Location"] == address(visit, "receipt/")
    for other in (sign_in(cast.stranger_user), Client()):
        assert other.get(address_of(token)).status_code == 200


def test_a_link_of_another_visit_is_asked_about_all_the_same(cast):
    client = opened(cast.book())
    assert client.get(address_of(token_of(cast.book(days=12)))).status_code == 200
