"""A stranger's read of a link waits while other pages are made, never for long, and holds nobody up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from freeslot.doors.link import turns
from freeslot.doors.link.turns import Turns, TurnsMiddleware, is_strangers_read

LINK = "/m/AAAAAAAAAAAAAAAAAAAAAA/"


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long enough that a test which waits it out is ended as hanging."""
    monkeypatch.setattr(turns, "LONGEST_WAIT", 600)


def test_only_a_read_of_a_link_without_a_session_is_a_strangers():
    asks = RequestFactory()
    known = asks.get(LINK)
    known.COOKIES[settings.SESSION_COOKIE_NAME] = "s"
    others = [known, asks.post(LINK), asks.options(LINK), asks.get("/appointments/"), asks.get("/find/")]
    assert [is_strangers_read(each) for each in (asks.get(LINK), asks.head(LINK))] == [True, True]
    assert [is_strangers_read(each) for each in others] == [False] * len(others)


@pytest.mark.usefixtures("patience")
def test_a_strangers_read_begins_when_the_last_other_page_is_done():
    here, order = Turns(), []

    def read() -> None:
        with here.after_others():
            order.append("read")

    reader = threading.Thread(target=read)
    with here.at_once():
        with here.at_once():
            reader.start()
        order.append("pages")
    reader.join()
    assert order == ["pages", "read"]


@pytest.mark.usefixtures("patience")
def test_strangers_read_one_at_a_time():
    here, guard = Turns(), threading.Lock()

    def read(_: int) -> bool:
        with here.after_others():
            alone = guard.acquire(blocking=False)
            threading.Event().wait(0.005)
            guard.release()
            return alone

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, range(8))) == [True] * 8


@pytest.mark.usefixtures("patience")
def test_nobody_else_waits_for_a_strangers_read():
    here = Turns()
    with here.after_others(), here.at_once(), here.at_once():
        pass


def test_no_read_waits_for_long(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.01)
    here = Turns()
    with here.at_once(), here.after_others():
        pass


@pytest.mark.usefixtures("patience")
def test_a_page_that_fails_is_done_too():
    def fail(request):
        if request.path == "/appointments/":
            raise ZeroDivisionError
        return HttpResponse()

    served = TurnsMiddleware(fail)
    with pytest.raises(ZeroDivisionError):
        served(RequestFactory().get("/appointments/"))
    assert served(RequestFactory().get(LINK)).status_code == 200
