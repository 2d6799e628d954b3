"""What became of the demo's visits before it begins: booked, cancelled, attended or missed, each at its own time."""

import uuid
from datetime import datetime, timedelta

from freeslot.accounts.models import User
from freeslot.demo.clinic import Clinic
from freeslot.demo.plan import Placed, Story
from freeslot.events.models import Event
from freeslot.events.outbox import reactors
from freeslot.messages.models import Message
from freeslot.scheduling.actors import Door, account, staff
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in, fulfil, mark_no_show
from freeslot.scheduling.operations.release import release_slots
from freeslot.scheduling.states import Status

BEFORE_THE_START = timedelta(minutes=4)


def tell_story(placed: Placed, *, clinic: Clinic, user: User, now: datetime) -> None:
    planned = placed.planned
    told_at = now - planned.told_ago
    reference = _book(placed, clinic, user, now)
    desk = staff("desk", clinic.practice.pk)
    match planned.story:
        case Story.CANCELLED:
            _cancel(reference, user, told_at, now)
        case Story.ARRIVED:
            check_in(ref=reference, actor=desk, door=Door.DESK, now=told_at)
        case Story.FULFILLED:
            check_in(ref=reference, actor=desk, door=Door.DESK, now=placed.starts_at - BEFORE_THE_START)
            fulfil(ref=reference, actor=desk, door=Door.DESK, now=placed.ends_at)
        case Story.NOSHOW:
            mark_no_show(ref=reference, actor=desk, door=Door.DESK, now=placed.ends_at)


def _book(placed: Placed, clinic: Clinic, user: User, now: datetime) -> str:
    planned = placed.planned
    slots = clinic.schedules[planned.practitioner].slots
    wanted = slots.filter(starts_at__gte=placed.starts_at, starts_at__lt=placed.ends_at)
    return book_appointment(
        patient=clinic.patients[planned.person.username],
        visit_type=clinic.kinds[planned.kind],
        slot_ids=list(wanted.values_list("pk", flat=True)),
        actor=account(user.pk),
        door=Door.PORTAL,
        now=now - planned.ago,
        series_id=uuid.uuid5(clinic.practice.pk, planned.series) if planned.series else None,
        visit_reason=planned.house.visit_reason,
    ).reference


def _cancel(reference: str, user: User, at: datetime, now: datetime) -> None:
    """Cancels in time; where the undo window is over by now, the slots were given back then."""
    actor = account(user.pk)
    cancel_appointment(
        ref=reference,
        actor=actor,
        door=Door.PORTAL,
        reason="pat-swl",
        note="",
        accepted_fee=0,
        idempotency_key="",
        now=at,
    )
    over_at = Appointment.objects.get(reference=reference).undo_until
    if over_at and over_at <= now:
        release_slots(ref=reference, actor=actor, door=Door.PORTAL, now=over_at)


def settle_the_past(now: datetime) -> None:
    """What is past was announced in its time: its messages count as sent, and nobody gets mail about last week."""
    ahead = Appointment.objects.filter(status=Status.BOOKED, starts_at__gt=now).values("pk")
    for event in Event.objects.exclude(subject_id__in=ahead).order_by("at", "version"):
        for react in reactors():
            react(event, event.at)
        for message in Message.objects.filter(event_id=event.pk, done_at=None):
            message.end(Message.State.SENT, event.at)
        event.finish(event.at)
