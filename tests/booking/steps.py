"""The steps of somebody who books: from the list of times to the visit."""

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.test import Client

from freeslot.scheduling.models import Appointment, Checkout, Slot
from tests.support.cast import Cast

# Somebody without an account, as they say who they are.
WHO = {"given_name": "Ana", "family_name": "Reyes", "birth_date": "7 March 1990", "contact": "ana@example.org"}


def first_page(cast: Cast) -> str:
    return f"/p/{cast.practice.slug}/book/"


def times_page(cast: Cast) -> str:
    return f"/p/{cast.practice.slug}/book/times/"


def checkout_page(checkout: Checkout) -> str:
    return f"/p/{checkout.practice.slug}/book/{checkout.pk}/"


def open_slot(cast: Cast, *, days: int = 2) -> Slot:
    free = cast.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gte=cast.now + timedelta(days=days))
    return free.order_by("starts_at")[0]


def value_of(cast: Cast, at: datetime) -> str:
    return f"{at.astimezone(cast.practice.tz).isoformat()}~{cast.practitioner.pk}"


def pick(client: Client, cast: Cast, slot: Slot | None = None, **form: str) -> HttpResponse:
    at = (slot or open_slot(cast)).starts_at
    return client.post(times_page(cast), {"type": str(cast.visit_type.pk), "time": value_of(cast, at), **form})


def kept(client: Client, cast: Cast, slot: Slot | None = None, **form: str) -> Checkout:
    answer = pick(client, cast, slot, **form)
    assert answer.status_code == 303, answer.content.decode()
    return Checkout.objects.get(pk=answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])


def say(client: Client, cast: Cast, checkout: Checkout, **form: str) -> HttpResponse:
    return client.post(checkout_page(checkout), {"press": "details", "patient": str(cast.patient.pk), **form})


def confirm(client: Client, checkout: Checkout) -> HttpResponse:
    return client.post(checkout_page(checkout), {"press": "confirm"})


def visit_of(answer: HttpResponse) -> Appointment:
    """The visit that the press led to."""
    assert answer.status_code == 303, answer.content.decode()
    return Appointment.objects.get(reference=answer.headers["Location"].split("/")[2])
