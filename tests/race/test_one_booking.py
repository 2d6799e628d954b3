"""Pages of booking pressed by several at once: one visit for one booking, one hold for one time."""

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from freeslot.accounts.models import User
from freeslot.commands.doctor import breaches
from freeslot.scheduling.models import Appointment, Checkout
from tests.booking.steps import confirm, kept, open_slot, pick, say
from tests.race.running import in_threads_of
from tests.support.cast import NOW, Cast, make_cast

pytestmark = pytest.mark.long


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast(weeks=2)


def browser_of(user: User) -> Client:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
    return client


def at_once(presses: list) -> list[HttpResponse]:
    waiting = list(presses)
    with time_machine.travel(NOW, tick=False):
        return in_threads_of(lambda: [waiting.pop()()], workers=len(presses))


def test_the_last_press_from_several_tabs_books_one_visit(cast: Cast) -> None:
    client = browser_of(cast.patient_user)
    with time_machine.travel(NOW, tick=False):
        checkout = kept(client, cast)
        say(client, cast, checkout)
    tabs = [browser_of(cast.patient_user) for _ in range(4)]
    answers = at_once([lambda tab=tab: confirm(tab, checkout) for tab in tabs])
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Appointment.objects.count() == 1
    assert list(breaches(now=NOW)) == []


def test_one_time_is_kept_for_one_of_several(cast: Cast) -> None:
    slot = open_slot(cast)
    browsers = [browser_of(user) for user in (cast.patient_user, cast.proxy_user, cast.stranger_user)]
    answers = at_once([lambda client=client: pick(client, cast, slot) for client in browsers])
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    assert Checkout.objects.live(NOW).count() == 1
    assert list(breaches(now=NOW)) == []
