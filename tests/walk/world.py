"""One visit as it stands, another of somebody else, and what is to be kept from outsiders."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import time_machine
from django.core.cache import cache
from django.test import Client

from freeslot.accounts.feeds import make_feed
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.patients.models import Patient
from freeslot.practices.models import Location, Practitioner
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.checkout import begin_checkout
from freeslot.scheduling.operations.links import give_link
from freeslot.scheduling.reference import new_reference
from freeslot.web.formatting import clock
from tests.support.cast import NOW, Cast, make_cast

# Nobody's: what an address looks like for which there is nothing.
NO_REFERENCE, NO_ID = new_reference(REFERENCE_PREFIX), "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class World:
    cast: Cast
    visit: Appointment
    other: Appointment
    tokens: tuple[str, str]
    feeds: tuple[str, str]
    style: str
    script: str
    checkout: Checkout

    def kept_from_outsiders(self, kind: str, *, knows_practice: bool = False) -> list[str]:
        """Beside the facts, at which practice and where: a practice's own pages say that of itself to everyone, and a
        link which practice it is from."""
        if kind == "public":
            return self.facts
        return [*self.facts, "12 Elm Street", *([] if kind == "link" or knows_practice else [self.cast.practice.name])]

    @property
    def facts(self) -> list[str]:
        """What only the patient and their people may read."""
        at = clock(self.visit.starts_at, zone=self.cast.practice.zone, locale="en")
        return ["Maria", "Osei", at, self.visit.starts_at.astimezone(self.cast.practice.tz).isoformat()]

    @property
    def parts(self) -> dict[str, str]:
        """What stands in the addresses, and goes along with every press and question."""
        colour, digest = re.findall(r"style/([0-9a-f]{6})-([0-9a-f]{10})", self.style)[0]
        (script,) = re.findall(r"script/([^.]+)\.js", self.script)
        of_files = {"colour": colour, "digest": digest, "script": script, "key": "no-such-key", "uidb36": "1"}
        mine = {"ref": self.visit.reference, "token": self.tokens[0], "checkout_id": str(self.checkout.pk)}
        return of_files | mine | {"slug": self.cast.practice.slug, "secret": self.feeds[1]}

    @property
    def message(self) -> str:
        return str(Message.objects.filter(appointment_id=self.visit.pk).values_list("pk", flat=True)[0])

    @property
    def ended(self) -> dict[str, str]:
        """A calendar address that was replaced: all that an outsider could still come by."""
        return {"secret": self.feeds[0]}

    @property
    def nobody(self) -> dict[str, str]:
        return {"ref": NO_REFERENCE, "message": NO_ID}


@contextmanager
def make_world(state: str) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        cache.clear()
        cast, elsewhere = make_cast(weeks=2), make_cast(weeks=2, name="Harbor Dental")
        # A time of day that stands nowhere in the practice's opening hours.
        visit = cast.book(slots=cast.slots_from(NOW + timedelta(days=7) - timedelta(hours=2, minutes=40)))
        Patient.objects.filter(pk=elsewhere.patient.pk).update(given_name="Zoe", family_name="Quandt")
        Practitioner.objects.filter(pk=elsewhere.practitioner.pk).update(name="Dr. Ines Bauer")
        Location.objects.filter(pk=elsewhere.location.pk).update(name="Pier", address="4 Pier Road")
        other = elsewhere.book()
        if state == "cancelled":
            cancel(cast, visit)
        handle_due_events(now=datetime.now(UTC))
        visit = Appointment.objects.for_pages().get(pk=visit.pk)
        page = Client().get("/").content.decode()
        style, script = (re.findall(pattern, page)[0] for pattern in (r"/style/[^\"]+", r"/script/[^\"]+"))
        tokens, feeds = (token_for(visit), token_for(other)), (feed_for(cast), feed_for(cast))
        yield World(cast, visit, other, tokens, feeds, style, script, begin(cast))
        # The clock stands still, so the walkers' wrong passwords would count against the tests that follow.
        cache.clear()


def cancel(cast: Cast, visit: Appointment) -> None:
    cancel_appointment(
        ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, reason="", note="", accepted_fee=0,
        idempotency_key="", now=NOW,
    )  # fmt: skip


def begin(cast: Cast) -> Checkout:
    """A booking that the patient is making, for themself."""
    slot = cast.slots_from(NOW + timedelta(days=3, hours=-3, minutes=-40))[0]
    return begin_checkout(
        visit_type=cast.visit_type, slot_ids=[slot.pk], source="theirs", account_id=cast.patient_user.pk, now=NOW
    )


def feed_for(cast: Cast) -> str:
    """The secret of a new calendar address; it ends the one before."""
    return make_feed(user_id=cast.patient_user.pk, key=uuid4().hex, now=NOW) or ""


def token_for(visit: Appointment) -> str:
    return give_link(seed=uuid4(), appointment_id=visit.pk, practice_id=visit.practice_id, contact_id=None, now=NOW)
