"""Two workers at one wish, and a worker against the patient's own press: one of them, whole, and no breach after it."""

from collections import Counter
from collections.abc import Callable

import pytest

from freeslot.commands.doctor import breaches
from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.serve import serve_wish
from tests.race.running import in_threads_of
from tests.scheduling.acts import cancel
from tests.support.cast import make_cast
from tests.waitlist.wishes import fully_booked, settle


@pytest.fixture
def booked(transactional_db):
    return fully_booked(make_cast(weeks=3))


def side_by_side(*works: Callable[[], object]) -> Counter[str]:
    """What each gave; all begin together."""
    waiting = list(works)
    return Counter(in_threads_of(lambda: [str(waiting.pop()())], workers=len(works)))


def moves_of(booked) -> int:
    return Event.objects.filter(subject_id=booked.visit.pk, kind="appointment.moved").count()


def test_two_workers_make_one_move(booked):
    wish = booked.wish()
    booked.free(booked.at(3, 10))
    booked.free(booked.at(4, 10))
    assert side_by_side(*[lambda: serve_wish(wish.pk, now=booked.cast.now)] * 4) == {"True": 1, "False": 3}
    assert (moves_of(booked), booked.start()) == (1, booked.at(3, 10))


def test_two_wishes_for_one_time_move_one_visit(booked):
    slot = booked.free(booked.at(13, 9))
    other = booked.cast.book(slots=[slot])
    wishes = [booked.wish(before_on=booked.at(9, 0).date()), booked.wish(visit=other, before_on=booked.at(9, 0).date())]
    booked.free(booked.at(3, 10))
    works = [lambda pk=wish.pk: serve_wish(pk, now=booked.cast.now) for wish in wishes]
    assert side_by_side(*works) == {"True": 1, "False": 1}
    assert Wish.objects.live().count() == 1


def test_a_cancel_and_a_worker_take_their_turns(booked):
    wish = booked.wish()
    booked.free(booked.at(3, 10))
    found = side_by_side(
        lambda: serve_wish(wish.pk, now=booked.cast.now),
        lambda: cancel(booked.cast, booked.visit.reference).result,
    )
    assert found["cancelled"] == 1
    visit = Appointment.objects.get(pk=booked.visit.pk)
    assert visit.status == "cancelled"
    assert visit.starts_at == (booked.at(3, 10) if found["True"] else booked.visit.starts_at)
    settle(booked.cast.now)
    assert not Wish.objects.live().exists()
    assert list(breaches(now=booked.cast.now)) == []
