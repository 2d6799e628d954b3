"""What a message has to say, taken from its frozen event; only whether it can be undone is asked of now."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _

from freeslot.events.models import Event
from freeslot.messages.kinds import MessageKind, appointment_id_of, kind_of
from freeslot.messages.letterhead import Letterhead
from freeslot.messages.proofs import number_for
from freeslot.messages.senders import page_address
from freeslot.practices.models import Location, Practitioner
from freeslot.practices.words import place_of, where_words
from freeslot.scheduling.actors import ActorKind
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.money import Money
from freeslot.scheduling.operations.codes import LASTS as CODE_LASTS
from freeslot.scheduling.policy import Verdict, VisitFacts, verdict_for
from freeslot.scheduling.states import Side, Status
from freeslot.scheduling.tokens import codes_for
from freeslot.scheduling.words import fee_amount, fee_words, panel_for
from freeslot.web.facts import DeadlineLine, VisitCard
from freeslot.web.formatting import brief_day, clock, zone_words


@dataclass(frozen=True)
class Letter(Letterhead):
    """One message to one reader before it has a form; to be read under the reader's language.

    Where the practice has a neutral alias, nothing here names the practice, the place or the practitioner.
    `is_far` has the brief times name their zone: the reader's own clock may be another.
    """

    appointment: Appointment
    token: str = ""
    is_far: bool = False

    @classmethod
    def of(cls, event: Event, *, language: str, token: str = "", kind: MessageKind | None = None) -> Self:
        """`token` is the manage link's, `kind` the message's where it is not the patient's own about this event.

        Raises ValueError for an event that calls for no message.
        """
        kind = kind or kind_of(event)
        if kind is None:
            raise ValueError(event.kind)
        appointment = Appointment.objects.for_pages().get(pk=appointment_id_of(event))
        place = place_of(appointment.practice, language=language, now=event.at)
        return cls(event, kind, appointment.practice, place, appointment, token)

    @property
    def reference(self) -> str:
        return str(self.data["reference"])

    @property
    def is_discreet(self) -> bool:
        return bool(self.practice.neutral_alias)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromisoformat(self.data["ends_at"])

    @property
    def started_before(self) -> datetime:
        """When the visit was before a move."""
        return datetime.fromisoformat(self.data.get("starts_at_before", self.data["starts_at"]))

    @property
    def is_by_practice(self) -> bool:
        return self.event.actor_kind in {ActorKind.PRACTICE, ActorKind.SYSTEM}

    @property
    def brief_when(self) -> str:
        """Day and time where there is little room: `Wed 10 Mar, 4:00 pm`, `Wed 10 Mar, 4:00 pm New York time`."""
        return f"{self._brief(self.starts_at)}{self._zone}"

    @property
    def brief_before(self) -> str:
        """The same for a move's old time, of which the new one's zone tells."""
        return self._brief(self.started_before)

    @property
    def brief_undo(self) -> str:
        """Until when it can be undone: `4:10 pm`, `4:10 pm New York time`."""
        if self.undo_until is None:
            return ""
        return f"{clock(self.undo_until, zone=self.place.zone, locale=self.place.locale)}{self._zone}"

    def _brief(self, at: datetime) -> str:
        zone, locale = self.place.zone, self.place.locale
        return f"{brief_day(at, zone=zone, locale=locale)}, {clock(at, zone=zone, locale=locale)}"

    @property
    def _zone(self) -> str:
        is_named = self.is_far or self.appointment.visit_type.by_video
        return f" {zone_words(self.place.zone, self.place.locale)}" if is_named else ""

    @property
    def undo_until(self) -> datetime | None:
        until = self.data.get("undo_until")
        return datetime.fromisoformat(until) if until else None

    @property
    def can_be_undone(self) -> bool:
        """Whether an undo was open then and the time was not freed meanwhile; what the practice cancelled is not the
        patient's to take back."""
        is_kept = self.undo_until is not None and self.appointment.released_at is None
        return is_kept and self.kind is not MessageKind.CANCELLED_BY_PRACTICE

    @property
    def page(self) -> str:
        """The manage link of this message; where it has none, the address of the visit's page."""
        name, part = ("link", self.token) if self.token else ("appointment", self.reference)
        return page_address(reverse(name, args=[part]))

    @property
    def code(self) -> str:
        """The code that was asked for; empty in every other message."""
        return codes_for(uuid.UUID(self.data["code_id"]))[0] if "code_id" in self.data else ""

    @property
    def code_until(self) -> datetime:
        return self.event.at + CODE_LASTS

    @cached_property
    def receipt_number(self) -> str:
        return number_for(self.event)

    @cached_property
    def practitioner(self) -> Practitioner:
        return Practitioner.objects.get(pk=self.data["practitioner_id"])

    @cached_property
    def location(self) -> Location:
        return Location.objects.get(pk=self.data["location_id"])

    @property
    def where(self) -> str:
        return where_words(self.location, self.appointment.visit_type, is_discreet=self.is_discreet)

    @property
    def card(self) -> VisitCard:
        cancelled = self.data["status"] == Status.CANCELLED
        return VisitCard(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            place=self.place,
            reference=self.reference,
            patient=self.appointment.patient.given_name,
            practitioner="" if self.is_discreet else self.practitioner.name,
            where=self.where,
            practice=self.practice_name,
            state=_("Cancelled") if cancelled else _("Booked"),
            state_kind="danger" if cancelled else "free",
        )

    @property
    def fee(self) -> Money:
        return Money(int(self.data.get("fee_minor", 0)), self.data["currency"])

    @property
    def fee_words(self) -> str:
        return fee_words(self.fee, self.data.get("fee_state", ""), self.place)

    @property
    def fee_brief(self) -> str:
        """What was decided about the fee where there is little room."""
        if not self.fee:
            return _("No fee.")
        amount = {"fee": fee_amount(self.fee, self.place)}
        in_review = self.data.get("fee_state") == "in_review"
        return (_("Fee of %(fee)s in review.") if in_review else _("Fee: %(fee)s.")) % amount

    @cached_property
    def visit_facts(self) -> VisitFacts:
        """The visit as it stood when it could still be cancelled; what a later move made of it is not in it."""
        moved_by_practice_at = self.appointment.moved_by_practice_at
        return replace(
            self.appointment.facts(),
            status=Status.BOOKED,
            starts_at=self.starts_at,
            carried_fee_minor=self.move.data["carried_fee_minor"] if self.move else 0,
            moved_at=self.move.at if self.move else None,
            moves=self.move.data.get("moves", 0) if self.move else 0,
            moved_by_practice=moved_by_practice_at is not None and moved_by_practice_at <= self.event.at,
        )

    @cached_property
    def move(self) -> Event | None:
        """The move that gave the visit the time it had at this event; None where none had."""
        if self.appointment.moved_at is None:
            return None
        moves = Event.objects.filter(subject_id=self.appointment.pk, kind="appointment.moved", at__lte=self.event.at)
        return moves.order_by("-version").first()

    @cached_property
    def verdict(self) -> Verdict:
        """What the rules said to a patient at the moment of the event."""
        return verdict_for(self.visit_facts, self.appointment.rules, Side.PATIENT, self.event.at)

    @property
    def line(self) -> DeadlineLine | None:
        """The deadline line as of the event; its first mark names the event, for "now" is over when a mail is read."""
        drawn = panel_for(self.verdict, facts=self.visit_facts, place=self.place).line
        if drawn is None or self.kind is MessageKind.CANCELLED_BY_PRACTICE:
            return None
        marks = [replace(mark, title=self.deed) if mark.kind == "now" else mark for mark in drawn.marks]
        return replace(drawn, marks=marks)

    @property
    def deed(self) -> str:
        """What was done, in the fewest words."""
        deeds = {
            MessageKind.BOOKED: _("Booked"),
            MessageKind.UNDONE: _("Booked again"),
            MessageKind.MOVED: _("Moved"),
            MessageKind.PRACTICE_TOLD: _("Practice told"),
            MessageKind.PRACTICE_NOTICE: _("Practice told"),
            MessageKind.LINK_ASKED: _("Link asked for"),
        }
        return deeds.get(self.kind, _("Cancelled"))
