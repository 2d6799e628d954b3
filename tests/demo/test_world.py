"""The world is made by the core's own operations, whole and without a breach, at any instant."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from freeslot.accounts.models import User
from freeslot.commands.doctor import breaches
from freeslot.demo.facts import world_facts
from freeslot.demo.world import make_world, world_exists
from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.scheduling.actors import Door, account
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.release import release_slots
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.serve import serve_wishes

pytestmark = pytest.mark.django_db
INSTANTS = [
    datetime(2026, 11, 23, 4, 30, tzinfo=UTC),  # Sunday, 23:30 in New York
    # Twenty minutes before Berlin's clocks go forward; New York's second 1:20.
    pytest.param(datetime(2027, 3, 28, 0, 40, tzinfo=UTC), marks=pytest.mark.long),
    pytest.param(datetime(2026, 11, 1, 6, 20, tzinfo=UTC), marks=pytest.mark.long),
]


def visits(facts):
    return [visit for patient in facts["patients"] for visit in patient["visits"]]


@pytest.mark.parametrize("now", INSTANTS, ids=str)
def test_the_world_is_whole_at_any_instant(now):
    assert not world_exists()
    make_world(now=now)
    assert world_exists()

    facts = world_facts(now + timedelta(minutes=5))
    assert Counter(visit["verdict"] for visit in visits(facts)) == {"allowed": 15, "late": 4, "refused": 8}
    assert Counter(visit["status"] for visit in visits(facts)) == {
        "booked": 21, "arrived": 1, "cancelled": 2, "fulfilled": 2, "noshow": 1,
    }  # fmt: skip
    assert [visit["practice"] for visit in visits(facts) if visit["alike"]] == ["riverside", "riverside"]

    handle_due_events(now=now)
    assert list(breaches(now=now + timedelta(minutes=5))) == []


@pytest.mark.long
def test_only_what_lies_ahead_is_announced():
    now = INSTANTS[0]
    make_world(now=now)

    waiting = Event.objects.filter(done_at=None)
    assert Counter(waiting.values_list("kind", flat=True)) == {"appointment.booked": 20}
    assert not Appointment.objects.filter(pk__in=waiting.values("subject_id"), starts_at__lte=now).exists()
    assert not Message.objects.filter(done_at=None).exists()
    assert not Message.objects.filter(sent_at__gt=now).exists()


@pytest.mark.parametrize("now", INSTANTS, ids=str)
def test_noras_wish_stands_until_alex_gives_his_time_back(now):
    make_world(now=now)
    assert serve_wishes(now=now + timedelta(minutes=5)) == 0
    wish = Wish.objects.live().get()

    his = Appointment.objects.filter(patient__given_name="Alex", practice=wish.practice).latest("starts_at")
    alex = account(User.objects.get(username="alex").pk)
    cancel_appointment(
        ref=his.reference, actor=alex, door=Door.PORTAL, reason="", note="", accepted_fee=0, idempotency_key="", now=now
    )
    release_slots(ref=his.reference, actor=alex, door=Door.PORTAL, now=now)
    while handle_due_events(now=now):
        pass

    hers = Appointment.objects.get(pk=wish.appointment_id)
    assert hers.starts_at.date() == his.starts_at.date()
    assert not Wish.objects.live().exists()


def test_the_facts_have_the_form_that_checks_rely_on():
    now = INSTANTS[0]
    make_world(now=now)

    facts = world_facts(now)

    assert facts["practices"][0] == {"slug": "harbor", "name": "Harbor Dental", "zone": "America/Los_Angeles"}
    maria = facts["patients"][0]
    assert {name: maria[name] for name in maria if name != "visits"} == {
        "username": "maria", "password": "maria-demo", "birth_date": "1948-03-07", "member_id": "M-20417",
        "email": "maria@example.org", "phone": "+12125550117",
    }  # fmt: skip
    late = next(visit for visit in maria["visits"] if visit["practice"] == "lakeview" and visit["verdict"] == "late")
    assert late | {"ref": ""} == {
        "ref": "", "practice": "lakeview", "start": "2026-11-23T09:00:00+01:00", "end": "2026-11-23T09:30:00+01:00",
        "status": "booked", "verdict": "late", "fee_minor": 3000, "currency": "EUR", "alike": False,
    }  # fmt: skip
    series = Appointment.objects.exclude(series_id=None)
    assert series.count() == 4
    assert series.values("series_id").distinct().count() == 1
    assert facts["staff"] == []


def test_the_world_is_made_whole_or_not_at_all(monkeypatch):
    def fail(_now):
        raise RuntimeError("the power went out")

    monkeypatch.setattr("freeslot.demo.world.settle_the_past", fail)

    with pytest.raises(RuntimeError, match="the power went out"):
        make_world(now=INSTANTS[0])
    assert not world_exists()
