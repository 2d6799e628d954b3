"""Every page begins with its session and whom it signed in; either may be gone."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from freeslot.accounts.models import User
from tests.support.cast import make_cast


@pytest.fixture
def browser(db) -> Client:
    client = Client()
    client.force_login(make_cast().patient_user)
    assert client.get("/appointments/").status_code == 200
    return client


def is_sent_to_sign_in(browser: Client) -> bool:
    answer = browser.get("/appointments/")
    return answer.status_code in (302, 303) and answer.headers["Location"].startswith("/accounts/login/")


def test_a_session_ends_with_its_time(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert is_sent_to_sign_in(browser)


def test_a_session_that_is_gone_or_was_changed_is_none(browser):
    Session.objects.update(session_data="nonsense")
    assert is_sent_to_sign_in(browser)
    Session.objects.all().delete()
    assert is_sent_to_sign_in(browser)


def test_an_account_that_may_not_sign_in_any_more_is_signed_out(browser):
    User.objects.update(is_active=False)
    assert is_sent_to_sign_in(browser)


def test_an_account_that_is_gone_is_signed_out(browser):
    User.objects.filter(pk=browser.session["_auth_user_id"]).delete()
    assert is_sent_to_sign_in(browser)
