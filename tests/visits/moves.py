"""Moves through the pages as a patient makes them: the list, a time, the look, the press."""

from datetime import timedelta

from django.http import HttpResponse
from django.test import Client

from freeslot.scheduling.models import Appointment, Slot
from tests.support.cast import Cast
from tests.visits.pages import address, read


def value_of(slot: Slot) -> str:
    at = slot.starts_at.astimezone(slot.practice.tz)
    return f"{at.isoformat()}~{slot.practitioner_id}"


def look(client: Client, visit: Appointment, time: str, **form: str) -> HttpResponse:
    """From the list to old and new side by side."""
    fields = read(client.get(address(visit, "move/"))).fields
    return client.post(address(visit, "move/"), {**fields, "time": time, "look": "1", **form})


def press_move(client: Client, visit: Appointment, time: str, **form: str) -> HttpResponse:
    """The whole way: the hidden fields of the page before the press, and what they chose."""
    fields = read(look(client, visit, time)).fields
    return client.post(address(visit, "move/"), {**fields, **form})


def free_slot(cast: Cast, *, days: int) -> Slot:
    free = cast.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gte=cast.now + timedelta(days=days))
    return free.order_by("starts_at")[0]
