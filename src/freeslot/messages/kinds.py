"""Which events call for a message, and which message that is."""

from enum import StrEnum

from freeslot.events.models import Event


class MessageKind(StrEnum):
    """One folder of templates each. `is_proof` and `calendar_method` say what goes along."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED_BY_PRACTICE = "cancelled_by_practice"
    UNDONE = "undone"
    PRACTICE_TOLD = "practice_told"

    @property
    def calendar_method(self) -> str:
        """The iTIP method of its calendar part; empty where nothing about the visit has changed."""
        if self is MessageKind.PRACTICE_TOLD:
            return ""
        return "REQUEST" if self in {MessageKind.BOOKED, MessageKind.UNDONE} else "CANCEL"


ALWAYS = {
    "appointment.booked": MessageKind.BOOKED,
    "appointment.undone": MessageKind.UNDONE,
    "appointment.practice_told": MessageKind.PRACTICE_TOLD,
}
# The events that call for a message, whatever was decided.
CALLING = ("appointment.cancelled", *ALWAYS)


def kind_of(event: Event) -> MessageKind | None:
    """The message that tells of this event; None where nobody need be told."""
    if event.kind != "appointment.cancelled":
        return ALWAYS.get(event.kind)
    if event.data["cancel_kind"] == "by_practice":
        return MessageKind.CANCELLED_BY_PRACTICE
    return MessageKind.CANCELLED_LATE if event.data["fee_minor"] else MessageKind.CANCELLED
