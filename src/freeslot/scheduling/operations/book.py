"""Books a visit into one or more slots that follow each other."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Subquery

from freeslot.events.models import Event
from freeslot.patients.models import Grant, Patient
from freeslot.practices.models import Policy, VisitType, policy_for
from freeslot.scheduling.actors import Actor, ActorKind, Door
from freeslot.scheduling.errors import DetailsMissing, SlotsUnsuitable, SlotTaken, UnknownPatient
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.record import facts_of_terms, record
from freeslot.scheduling.operations.repeats import Earlier, Key
from freeslot.scheduling.operations.slots import make_busy
from freeslot.scheduling.operations.suiting import Wanted, suitable_slots
from freeslot.scheduling.reference import new_reference
from freeslot.scheduling.states import Side, Status

REFERENCE_PREFIX = "FS"
TRIES = 5
LONGEST_UID = 80
LONGEST_REASON = 10_000


@dataclass(frozen=True)
class Booked:
    """`event` is there where this press made it."""

    reference: str
    event: Event | None = None


def book_appointment(
    *,
    patient: Patient,
    visit_type: VisitType,
    slot_ids: Sequence[int],
    actor: Actor,
    door: Door,
    now: datetime,
    idempotency_key: str = "",
    holder: uuid.UUID | None = None,
    chosen_at: datetime | None = None,
    booked_at: datetime | None = None,
    series_id: uuid.UUID | None = None,
    visit_reason: str = "",
    payer: str | None = None,
) -> Booked:
    """Takes the slots and books the visit under the rules in force now, or changes nothing.

    Raises SlotTaken, SlotsUnsuitable, UnknownPatient, KeyReused, or DetailsMissing to a patient who does not say what
    the rules require. `holder` names the actor's own checkout that keeps the slots, which `finish_checkout` ends; by
    the name of somebody else's nobody has them. `chosen_at` is when that began; `booked_at` is given when the visit was
    booked earlier elsewhere; `payer` where it is not the one that the practice knows of the patient.
    """
    request = (str(patient.pk), str(visit_type.pk), sorted(slot_ids))
    key = Key(actor, "book", idempotency_key, request)
    try:
        with transaction.atomic():
            if earlier := key.earlier():
                return _as_before(earlier)
            scope = _scope_of(actor, patient, holder, now)
            policy = policy_for(visit_type, now=booked_at or now)
            wanted = Wanted(visit_type, patient, policy, side=actor.side, chosen_at=chosen_at)
            payer = patient.payer if payer is None else payer
            if missing := _missing(wanted, visit_reason, payer):
                raise DetailsMissing(missing)
            slots = suitable_slots(slot_ids, wanted, now=now)
            appointment = _appointment(patient, visit_type, policy, slots, door, booked_at or now)
            appointment.series_id = series_id
            appointment.visit_reason = visit_reason[:LONGEST_REASON]
            appointment.payer = payer
            appointment.acts_as = scope
            make_busy(slot_ids, appointment=appointment, now=now, holder=_own(holder, actor))
            _insert(appointment)
            terms = facts_of_terms(appointment)
            event = record(appointment, "appointment.booked", actor=actor, door=door, now=now, data=terms)
            key.store(event.pk, practice_id=appointment.practice_id, now=now, reference=appointment.reference)
    except (SlotTaken, SlotsUnsuitable):
        # A second press at the same moment waits for the first one's slots, or its turn to count the day, and finds
        # them taken by itself.
        with transaction.atomic():
            if earlier := key.earlier():
                return _as_before(earlier)
        raise
    return Booked(appointment.reference, event)


def _as_before(earlier: Earlier) -> Booked:
    return Booked(earlier.said["reference"])


def _scope_of(actor: Actor, patient: Patient, holder: uuid.UUID | None, now: datetime) -> str:
    """What the actor is to the patient. Raises UnknownPatient to one signed in without a grant for them, to another
    practice's staff, to the holder of a link, which is good for its own visit alone, and to a guest for anybody but the
    patient that their own checkout was verified for."""
    if actor.kind is ActorKind.ACCOUNT:
        grant = Grant.objects.filter(Grant.in_force(now), user_id=actor.id, patient=patient).first()
        if grant is not None:
            return grant.scope
    elif actor.kind is ActorKind.PATIENT:
        if holder is not None and actor.id == str(holder) and _is_guest(holder, patient):
            return ""
    elif actor.kind is ActorKind.SYSTEM or actor.practice_id == patient.practice_id:
        return ""
    raise UnknownPatient


def _is_guest(checkout_id: uuid.UUID, patient: Patient) -> bool:
    verified = Checkout.objects.filter(pk=checkout_id, verified_at__isnull=False, account_id__isnull=True)
    return verified.filter(patient=patient, practice_id=patient.practice_id).exists()


def _missing(wanted: Wanted, visit_reason: str, payer: str) -> tuple[str, ...]:
    """What a patient must say and does not; the desk need not."""
    if wanted.side is not Side.PATIENT:
        return ()
    return wanted.booking.missing(visit_reason=visit_reason, payer=payer)


def _own(holder: uuid.UUID | None, actor: Actor) -> Subquery | None:
    """The checkout where it is the account's, or the guest's whom `_scope_of` knows by it; asked by the update that
    takes the slots."""
    if holder is None or actor.side is not Side.PATIENT:
        return None
    account_id = actor.id if actor.kind is ActorKind.ACCOUNT else None
    return Subquery(Checkout.objects.filter(pk=holder, moving=None, account_id=account_id).values("pk"))


def _appointment(
    patient: Patient, visit_type: VisitType, policy: Policy, slots: Sequence[Slot], door: Door, booked_at: datetime
) -> Appointment:
    practice = visit_type.practice
    appointment = Appointment(
        practice=practice,
        patient=patient,
        practitioner_id=slots[0].practitioner_id,
        location_id=slots[0].location_id,
        visit_type=visit_type,
        policy=policy,
        status=Status.BOOKED,
        starts_at=slots[0].starts_at,
        ends_at=slots[0].starts_at + visit_type.length,
        slot_count=len(slots),
        price_minor=visit_type.price_minor,
        currency=practice.currency,
        booked_at=booked_at,
        booked_door=door,
    )
    appointment.ical_uid = _calendar_uid(appointment)
    return appointment


def _calendar_uid(appointment: Appointment) -> str:
    """Ours alone in the world (RFC 7986 5.3), and cut rather than refused under a very long host name."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"{appointment.pk}@{host}"[:LONGEST_UID]


def _insert(appointment: Appointment) -> None:
    for _ in range(TRIES):
        appointment.reference = new_reference(REFERENCE_PREFIX)
        try:
            with transaction.atomic():
                appointment.save(force_insert=True)
        except IntegrityError:
            if not Appointment.objects.filter(reference=appointment.reference).exists():
                raise
        else:
            return
    raise SlotTaken  # five references in a row were taken: refuse rather than go on for ever
