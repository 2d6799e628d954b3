"""Short ways to a visit's link, its proof, and the browsers that stand before it."""

import uuid
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from freeslot.doors.link import slowdown
from freeslot.doors.link.searches import send_found
from freeslot.patients.models import Contact
from freeslot.scheduling.models import Appointment, LinkCode, ManageLink
from freeslot.scheduling.operations.links import give_link, link_for
from freeslot.scheduling.tokens import codes_for
from tests.support.cast import Cast

YEAR = "1948"
BORN = "7 March 1948"


def ask(client: Client, reference: str, birth_date: str = BORN):
    """Asks for a lost link, and lets the worker look into it."""
    answer = client.post("/find/", {"reference": reference, "birth_date": birth_date})
    send_found(now=timezone.now())
    return answer


def token_of(visit: Appointment, *, contact: Contact | None = None, now: datetime | None = None) -> str:
    """A link of its own, as another message would bring."""
    return give_link(
        seed=uuid.uuid4(),
        appointment_id=visit.pk,
        practice_id=visit.practice_id,
        contact_id=contact.pk if contact else None,
        now=now or visit.booked_at,
    )


def link_of(token: str) -> ManageLink:
    link = link_for(token)
    assert link is not None
    return link


def address_of(token: str) -> str:
    return f"/m/{token}/"


def prove(client: Client, token: str, **given: Any):
    """The press of «Open my visit»; `then="cancel"` is the other button."""
    return client.post(address_of(token), {"birth_year": YEAR, "then": "visit"} | given)


def guess(client: Client, token: str, year: str = "1950", **given: Any):
    return prove(client, token, birth_year=year, **given)


def opened(visit: Appointment, **headers: str) -> Client:
    """A browser in which the visit's link was proved just now."""
    client = Client(**headers)
    assert prove(client, token_of(visit)).status_code == 303
    return client


def newest_code(visit: Appointment) -> str:
    latest = LinkCode.objects.filter(appointment=visit).latest("asked_at")
    assert not LinkCode.objects.filter(appointment=visit, asked_at=latest.asked_at).exclude(pk=latest.pk).exists()
    return codes_for(latest.pk)[0]


def wrong_code(visit: Appointment) -> str:
    return str((int(newest_code(visit)) + 1) % 10**6).zfill(6)


def alias(cast: Cast, name: str = "Your appointment") -> None:
    cast.practice.neutral_alias = name
    cast.practice.save()


def waits_of(link: ManageLink) -> int:
    row = slowdown.Slowdown.objects.filter(key=slowdown.link_key(link.pk)).first()
    return row.wrong if row else 0
