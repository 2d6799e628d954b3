"""Which events call for a message, and which message that is."""

import uuid
from enum import StrEnum

from freeslot.events.models import Event


class MessageKind(StrEnum):
    """One folder of templates each. `is_proof` and `calendar_method` say what goes along."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED_BY_PRACTICE = "cancelled_by_practice"
    UNDONE = "undone"
    MOVED = "moved"
    PRACTICE_TOLD = "practice_told"
    LINK_ASKED = "link_asked"
    PRACTICE_NOTICE = "practice_notice"
    CHECKOUT_CODE = "checkout_code"

    @property
    def is_about_visit(self) -> bool:
        """Whether there is a visit: the code for a booking that is being made has no link, no proof, no calendar."""
        return self is not MessageKind.CHECKOUT_CODE

    @property
    def is_for_practice(self) -> bool:
        """Whether the practice is its reader: such a message carries no link, no proof and nothing for a calendar."""
        return self is MessageKind.PRACTICE_NOTICE

    @property
    def calendar_method(self) -> str:
        """The iTIP method of its calendar part; empty where nothing about the visit has changed."""
        if self in CHANGING_NOTHING:
            return ""
        return "REQUEST" if self in {MessageKind.BOOKED, MessageKind.UNDONE, MessageKind.MOVED} else "CANCEL"


CHANGING_NOTHING = {
    MessageKind.PRACTICE_TOLD,
    MessageKind.LINK_ASKED,
    MessageKind.PRACTICE_NOTICE,
    MessageKind.CHECKOUT_CODE,
}
ALWAYS = {
    "appointment.booked": MessageKind.BOOKED,
    "appointment.undone": MessageKind.UNDONE,
    "appointment.moved": MessageKind.MOVED,
    "appointment.practice_told": MessageKind.PRACTICE_TOLD,
    "link.asked": MessageKind.LINK_ASKED,
    "checkout.code_asked": MessageKind.CHECKOUT_CODE,
}
# The events that call for a message, whatever was decided.
CALLING = ("appointment.cancelled", *ALWAYS)


def tells_practice(event: Event) -> bool:
    """Whether a patient was promised that the practice is told, so that it has to be."""
    return event.kind == "appointment.practice_told"


def appointment_id_of(event: Event) -> uuid.UUID:
    """The visit an event is about: its subject, or the visit that its subject belongs to."""
    return uuid.UUID(event.data["appointment_id"]) if "appointment_id" in event.data else event.subject_id


def kind_of(event: Event) -> MessageKind | None:
    """The message that tells of this event; None where nobody need be told."""
    if event.kind != "appointment.cancelled":
        return ALWAYS.get(event.kind)
    if event.data["cancel_kind"] == "by_practice":
        return MessageKind.CANCELLED_BY_PRACTICE
    return MessageKind.CANCELLED_LATE if event.data["fee_minor"] else MessageKind.CANCELLED
