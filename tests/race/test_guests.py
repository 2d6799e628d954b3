"""Guests at the same moment: a contact has one unverified booking, a code serves once, a person becomes one patient."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from freeslot.patients.models import Patient
from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import SchedulingError
from freeslot.scheduling.models import Appointment, Checkout, GuestCode
from freeslot.scheduling.operations.checkout import end_checkout
from freeslot.scheduling.operations.guests import book_as_guest
from tests.booking.steps import WHO, checkout_page, kept
from tests.race.cast import RaceCast
from tests.race.running import in_processes, in_threads_of
from tests.scheduling.guests import ask, begin, code_of, say, use, verified
from tests.support.cast import Cast

pytestmark = pytest.mark.race
WORKERS = 8


def together(work: Callable[[Checkout], object], checkouts: list[Checkout]) -> Counter[str]:
    """What came of the work on each of the checkouts, begun at one moment."""
    mine = iter(checkouts)

    def run() -> list[str]:
        try:
            return [str(work(next(mine)))]
        except SchedulingError as refusal:
            return [type(refusal).__name__]

    return Counter(in_threads_of(run, workers=len(checkouts)))


def begun(cast: Cast, count: int = WORKERS, *, source: str = "source {}") -> list[Checkout]:
    return [begin(cast, source=source.format(number), days=number + 1) for number in range(count)]


def live(now: datetime) -> int:
    return Checkout.objects.live(now).exclude(contact_hash="").filter(verified_at=None).count()


def test_of_many_browsers_with_one_contact_one_is_sent_a_code(race: RaceCast):
    checkouts = begun(race.cast)
    found = together(lambda checkout: (say(checkout), ask(checkout))[1], checkouts)
    assert found == {"True": 1, "False": WORKERS - 1}
    assert (GuestCode.objects.count(), live(race.now)) == (1, 1)


def test_of_two_tabs_of_one_browser_the_later_stands(race: RaceCast):
    checkouts = begun(race.cast, 2, source="one")
    for checkout in checkouts:
        say(checkout)
    assert together(ask, checkouts) in ({"True": 2}, {"True": 1, "HoldOver": 1})
    assert live(race.now) == 1


def test_a_code_that_is_typed_many_times_at_once_serves_once(race: RaceCast):
    checkout = say(begin(race.cast))
    ask(checkout)
    code = code_of(checkout)
    assert together(lambda each: use(each, code), [checkout] * 5) == {"True": 1, "False": 4}


def test_wrong_tries_at_once_count_as_many(race: RaceCast):
    checkout = say(begin(race.cast))
    ask(checkout)
    wrong = str((int(code_of(checkout)) + 1) % 10**6).zfill(6)
    assert together(lambda each: use(each, wrong), [checkout] * WORKERS) == {"False": WORKERS}
    assert Checkout.objects.get().tries == 5
    assert not use(checkout)


def test_a_code_that_is_asked_for_many_times_at_once_is_sent_once(race: RaceCast):
    checkout = say(begin(race.cast))
    assert together(ask, [checkout] * WORKERS) == {"True": 1, "False": WORKERS - 1}
    assert Checkout.objects.get().codes == 1


def test_a_press_that_is_made_many_times_books_once_and_makes_one_patient(race: RaceCast):
    checkout = say(begin(race.cast))
    ask(checkout)
    use(checkout)
    found = together(lambda each: _book(each, race.now), [checkout] * WORKERS)
    assert found == {Appointment.objects.get().reference: WORKERS}
    assert Patient.objects.filter(given_name="Nora").count() == 1


@pytest.mark.long
def test_a_guests_press_that_reaches_several_processes_books_once(race: RaceCast):
    checkout = verified(race.cast)
    found = in_processes([race.on_checkout("book_as_guest", checkout)] * 16, processes=4, threads=4)
    assert found == {Appointment.objects.get().reference: 16}
    assert Patient.objects.filter(given_name="Nora").count() == 1


def test_two_presses_of_the_code_at_once_both_end_at_the_visit(race: RaceCast):
    with time_machine.travel(race.now, tick=False):
        browser = Client()
        checkout = kept(browser, race.cast)
        for form in ({"press": "details", **WHO}, {"press": "confirm"}):
            browser.post(checkout_page(checkout), form)
        code = code_of(checkout)
        cookies = {name: each.value for name, each in browser.cookies.items()}

        def run() -> list[str]:
            pressing = Client()
            pressing.cookies.load(cookies)
            answer = pressing.post(checkout_page(checkout), {"press": "code", "code": code})
            page = pressing.get(answer.headers["Location"]) if answer.status_code == 303 else answer
            return [f"{answer.status_code} {page.status_code}"]

        assert Counter(in_threads_of(run, workers=4)) == {"303 200": 4}
    assert Appointment.objects.count() == 1


def test_one_person_who_books_twice_at_once_is_one_patient(race: RaceCast):
    checkouts = []
    for number in range(2):
        checkout = say(begin(race.cast, source=f"source {number}", days=number + 1))
        assert ask(checkout)
        assert use(checkout)
        checkouts.append(Checkout.objects.get(pk=checkout.pk))
    assert sum(together(lambda each: _book(each, race.now), checkouts).values()) == 2
    assert Appointment.objects.count() == 2
    assert Patient.objects.filter(given_name="Nora").count() == 1


def test_a_booking_that_is_left_while_it_is_pressed_is_either_booked_or_given_back(race: RaceCast):
    checkout = say(begin(race.cast))
    ask(checkout)
    use(checkout)
    acts = iter([lambda: _book(checkout, race.now), lambda: end_checkout(checkout_id=checkout.pk, now=race.now)] * 4)
    found = together(lambda _: next(acts)(), [checkout] * WORKERS)
    booked = Appointment.objects.count()
    assert found["HoldOver"] == (0 if booked else 4)
    assert found["None"] == 4


def _book(checkout: Checkout, now: datetime) -> str:
    return book_as_guest(checkout_id=checkout.pk, door=Door.PORTAL, now=now).reference
