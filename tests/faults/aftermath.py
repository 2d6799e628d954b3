"""What a kill must leave behind: each visit cancelled wholly or not at all, and nobody told wrongly or not at all."""

from collections.abc import Collection

from freeslot.audit.models import AuditRow
from freeslot.charges.models import Charge
from freeslot.events.models import Event
from freeslot.messages.models import Message
from freeslot.receipts import keys
from freeslot.receipts.models import Receipt
from freeslot.receipts.verify import check
from freeslot.scheduling.models import Appointment
from tests.faults.world import Visit
from tests.messages.mailserver import Mailbox


def is_cancelled(visit: Visit, *, must_be: bool) -> bool:
    """Whether it is, once it was seen that it is wholly so or not at all."""
    events = list(Event.objects.filter(subject_id=visit.id).order_by("version"))
    status = Appointment.objects.get(pk=visit.id).status
    if not must_be and status == "booked":
        assert [event.kind for event in events] == ["appointment.booked"]
        return False
    assert status == "cancelled", f"{visit.ref} was acknowledged"
    assert [event.kind for event in events] == ["appointment.booked", "appointment.cancelled"]
    assert_whole(visit, events[1])
    return True


def assert_whole(visit: Visit, event: Event) -> None:
    """One audit row, one receipt that holds, one charge where there is a fee, one message to each contact."""
    assert AuditRow.objects.filter(subject_id=visit.id, action=event.kind).count() == 1
    proof = check(Receipt.objects.get(event=event).token, keys.jwks())
    assert proof.claims is not None
    assert (proof.claims.visit, proof.claims.event) == (str(visit.id), "cancelled")
    charges = list(Charge.objects.filter(appointment_id=visit.id).values_list("event_id", "amount_minor", "state"))
    assert charges == ([(event.pk, visit.fee_minor, "decided")] if visit.fee_minor else [])
    told = list(Message.objects.filter(event_id=event.pk).values_list("contact_id", "state"))
    assert set(told) == ({(contact, "sent") for contact in visit.contacts} or {(None, "undeliverable")})
    assert len(told) == len(set(told))


def repeated_mails(box: Mailbox, cancelled: Collection[Visit]) -> int:
    """How many came more than once, once it was seen that each came, unchanged, to whom it is for, and none other."""
    messages = Message.objects.filter(appointment_id__in=[visit.id for visit in cancelled], channel="email")
    wanted = set(messages.filter(event_version=2).values_list("message_id", "address"))
    arrived = list(zip([str(mail["Message-ID"]) for mail in box.mails], box.recipients, strict=True))
    assert set(arrived) == wanted
    assert len(set(zip(arrived, box.raw, strict=True))) == len(wanted)
    return len(arrived) - len(wanted)
