"""Booked visits whose patients are signed in already and have been told of their booking."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from freeslot.accounts.models import User
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.patients.models import Contact, Grant, Patient
from tests.support.cast import Cast, make_cast

NO_FEE: dict[str, Any] = {}
# Late from before the booking on, so that no deadline passes while a test runs.
ALWAYS_A_FEE: dict[str, Any] = {"steps": [{"after": {"minutes_before": 60 * 24 * 100}, "fee": {"minor": 2500}}]}
FEES = (0, 2500)
# How many e-mail addresses the practice has of each patient, in turn.
ADDRESSES = (1, 0, 1, 2, 0, 1, 0, 1, 0, 1)


@dataclass(frozen=True)
class Visit:
    """`contacts` are those who are told of it, `session` is the key of its patient's."""

    id: uuid.UUID
    ref: str
    contacts: tuple[uuid.UUID, ...]
    fee_minor: int
    session: str


def booked_visits(count: int, *, addresses: Sequence[int] = ADDRESSES) -> list[Visit]:
    """Every second one costs a fee to cancel; each has a patient of its own. Nothing is left to be sent."""
    now = datetime.now(UTC)
    with transaction.atomic():
        casts = [make_cast(now=now, rules=rules, name=name) for rules, name in ((NO_FEE, "Elm"), (ALWAYS_A_FEE, "Oak"))]
        visits = [
            _visit(casts[turn % 2], addresses=addresses[turn % len(addresses)], fee_minor=FEES[turn % 2])
            for turn in range(count)
        ]
        while handle_due_events(now=datetime.now(UTC)):
            pass
        Message.objects.filter(done_at=None).update(state=Message.State.SENT, done_at=now, sent_at=now)
    return visits


def _visit(cast: Cast, *, addresses: int, fee_minor: int) -> Visit:
    of_practice = {"practice": cast.practice, "patient": _patient(cast)}
    contacts = [
        Contact(**of_practice, kind=Contact.Kind.EMAIL, value=f"{uuid.uuid4()}@example.org") for _ in range(addresses)
    ]
    Contact.objects.bulk_create(contacts)
    user = User.objects.create(username=f"patient-{uuid.uuid4()}")
    Grant.objects.create(user=user, patient=of_practice["patient"], scope=Grant.Scope.SELF)
    booked = replace(cast, patient=of_practice["patient"], patient_user=user).book(days=2)
    told = tuple(contact.pk for contact in contacts)
    return Visit(booked.pk, booked.reference, told, fee_minor, session=_signed_in(user))


def _patient(cast: Cast) -> Patient:
    return Patient.objects.create(
        practice=cast.practice, given_name="Maria", family_name="Lopez", birth_date=date(1948, 3, 7)
    )


def _signed_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
