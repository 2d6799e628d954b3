"""Signing in, out, and back in after a forgotten password."""

import re
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from freeslot.accounts.models import User
from tests.visits.pages import address, read

PASSWORD = "quiet-river-morning-42"


@pytest.fixture(autouse=True)
def _mail_and_limits_of_this_test_alone(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def maria(cast):
    user = cast.patient_user
    user.email = "maria@example.org"
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize("login", ["name", "maria@example.org", "Maria@Example.org"])
def test_user_name_or_address_lead_straight_to_the_visit(cast, maria, login):
    visit, client = cast.book(), Client()
    to_sign_in = client.get(address(visit, "cancellation/")).headers["Location"]
    form = read(client.get(to_sign_in)).fields
    answer = client.post(
        "/accounts/login/",
        {**form, "login": maria.username if login == "name" else login, "password": PASSWORD},
    )
    assert answer.headers["Location"] == address(visit, "cancellation/")


def test_a_press_after_the_session_is_over_is_told_that_nothing_was_cancelled(cast, maria):
    visit, client = cast.book(), Client()
    page = read(client.get(client.post(address(visit, "cancellation/"), {"confirm": "0"}).headers["Location"]))
    assert "Nothing was cancelled yet" in page.text
    wrong = client.post("/accounts/login/", {**page.fields, "login": maria.username, "password": "wrong"})
    assert "Nothing was cancelled yet" in read(wrong).text


def test_a_press_on_another_page_than_the_cancels_is_told_that_nothing_was_changed(cast, maria):
    visit, client = cast.book(), Client()
    text = read(client.get(client.post(address(visit, "move/"), {"confirm": "0"}).headers["Location"])).text
    assert "Nothing was changed yet" in text
    assert "cancelled" not in text


def test_a_press_that_undoes_is_told_so_on_the_way_back_to_its_button(cast, maria):
    visit, client = cast.book(), Client()
    answer = client.post(address(visit, "undo/"))
    assert quote(address(visit, "receipt/"), safe="") in answer.headers["Location"]
    assert "Nothing was changed yet" in read(client.get(answer.headers["Location"])).text


def test_whoever_only_opened_a_visit_is_told_where_signing_in_leads(cast):
    visit, client = cast.book(), Client()
    text = read(client.get(client.get(address(visit, "cancellation/")).headers["Location"])).text
    assert "Then you come straight to your visits." in text
    assert "Nothing was cancelled yet" not in text


def test_signing_in_from_the_first_page_leads_to_ones_visits(maria):
    client = Client()
    link = next(href for href, words in read(client.get("/")).links if words == "Sign in")
    assert link == "/accounts/login/"
    answer = client.post(link, {"login": maria.username, "password": PASSWORD})
    assert answer.headers["Location"] == "/appointments/"


def test_a_wrong_password_says_so_and_keeps_the_name(maria):
    answer = Client().post("/accounts/login/", {"login": maria.username, "password": "wrong"})
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (200, True)
    assert read(answer).fields["login"] == maria.username


def test_too_many_tries_are_slowed_down_in_words(maria):
    answers = [
        Client().post("/accounts/login/", {"login": maria.username, "password": f"wrong {number}"})
        for number in range(12)
    ]
    said = read(answers[-1])
    assert "There were too many wrong passwords. Wait 5 minutes, then try again." in said.text
    assert ("/accounts/password/reset/", "I forgot my password") in said.links


def test_many_who_sign_in_from_one_address_are_not_slowed_down(maria):
    right = {"login": maria.username, "password": PASSWORD}
    assert [Client().post("/accounts/login/", right).status_code for _ in range(40)] == [302] * 40


def test_a_name_longer_than_any_is_refused_in_words(maria):
    answer = Client().post("/accounts/login/", {"login": "x" * 60_000, "password": "y"})
    assert (answer.status_code, "at most 254 characters" in read(answer).text) == (200, True)


def test_the_practices_brand_stays_around_signing_in(cast, maria):
    home = f"/p/{cast.practice.slug}/"
    link = next(href for href, words in read(Client().get(home)).links if words == "Sign in")
    page = Client().get(link)
    assert "Elm Street Practice" in page.content.decode().split("</header>")[0]
    wrong = Client().post("/accounts/login/", {**read(page).fields, "login": "x", "password": "y"})
    assert "Elm Street Practice" in wrong.content.decode().split("</header>")[0]


@pytest.mark.parametrize("next_page", ["/p/nowhere/", "/no/such/page/", "https://elsewhere.example/p/x/", "//[", "/p/"])
def test_an_address_that_names_no_practice_brings_no_brand(cast, next_page):
    page = Client().get("/accounts/login/", {"next": next_page})
    assert "Freeslot" in page.content.decode().split("</header>")[0]


def test_a_portals_own_address_brings_its_brand(cast):
    page = Client().get("/accounts/login/", {"next": f"/p/{cast.practice.slug}/"})
    assert "Elm Street Practice" in page.content.decode().split("</header>")[0]


def test_a_visits_address_does_not_tell_its_practice_before_signing_in(cast):
    visit, client = cast.book(), Client()
    page = client.get(client.get(address(visit)).headers["Location"])
    assert "Elm Street Practice" not in page.content.decode()


def test_signing_out_is_a_press(cast, patient):
    assert patient.get("/accounts/logout/").status_code == 200
    assert patient.get("/appointments/").status_code == 200
    assert patient.post("/accounts/logout/").status_code == 302
    assert patient.get("/appointments/").status_code == 303


def test_a_forgotten_password_is_chosen_anew_by_a_link_in_the_mail(maria):
    client = Client()
    answer = client.post("/accounts/password/reset/", {"email": "maria@example.org"})
    assert read(client.get(answer.headers["Location"])).heading == "Look into your mail"
    [sent] = mail.outbox
    assert sent.subject == "Choose a new password"
    assert maria.username in sent.body
    link = re.search(r"http://testserver(/\S+)", sent.body)
    assert link
    form = client.get(link[1], follow=True)
    assert read(form).heading == "Choose a new password"
    done = client.post(
        form.redirect_chain[-1][0], {"password1": "another-quiet-evening-7", "password2": "another-quiet-evening-7"}
    )
    assert read(client.get(done.headers["Location"])).heading == "Your password is changed"
    assert Client().login(username=maria.username, password="another-quiet-evening-7")
    assert read(Client().get(link[1], follow=True)).heading == "This link has been used or is too old"


def test_an_unknown_address_gets_the_same_answer(maria):
    known, unknown = Client(), Client()
    pages = [
        client.post("/accounts/password/reset/", {"email": email}, follow=True)
        for client, email in ((known, "maria@example.org"), (unknown, "nobody@example.org"))
    ]
    assert read(pages[0]).text == read(pages[1]).text


ACCOUNT_PAGES = ["login/", "signup/", "password/reset/", "password/reset/done/", "password/reset/key/done/", "logout/"]
NOT_OFFERED = [
    "email/", "password/change/", "password/set/", "reauthenticate/", "confirm-email/", "confirm-email/key/",
    "inactive/", "login/code/confirm/",
]  # fmt: skip


def test_every_account_page_stands_in_our_frame(cast, patient):
    pages = [Client().get(f"/accounts/{name}", follow=True) for name in ACCOUNT_PAGES]
    pages.append(patient.get("/accounts/logout/"))
    assert [page.content.decode().count('<main class="page"') for page in pages] == [1] * len(pages)
    assert not [page for page in pages if "<style" in page.content.decode()]


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_what_has_no_page_of_ours_is_not_there(cast, patient, name):
    given = {"email": "stranger@example.org", "action_add": ""}
    answers = [client.get(f"/accounts/{name}") for client in (Client(), patient)]
    answers.append(patient.post(f"/accounts/{name}", given))
    assert [answer.status_code for answer in answers] == [404] * 3
    assert mail.outbox == []


def test_signing_in_sends_no_mail(maria):
    assert Client().post("/accounts/login/", {"login": maria.username, "password": PASSWORD}).status_code == 302
    assert mail.outbox == []


def test_an_account_that_was_closed_is_refused_as_a_wrong_password_is(maria):
    User.objects.filter(pk=maria.pk).update(is_active=False)
    answer = Client().post("/accounts/login/", {"login": maria.username, "password": PASSWORD}, follow=True)
    assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (200, True)


def test_nobody_signs_up_by_themselves_so_no_address_is_found_out(client, db):
    answer = client.post("/accounts/signup/", {"email": "maria@example.org", "username": "maria"})
    assert "Your practice makes your account" in answer.content.decode()
    assert not User.objects.exists()
