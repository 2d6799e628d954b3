"""The message that brings a guest their code: there is no visit yet, so it says as little as can be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from freeslot.events.models import Event
from freeslot.messages.kinds import MessageKind
from freeslot.messages.letter import Letter
from freeslot.messages.letterhead import Letterhead
from freeslot.practices.models import Practice
from freeslot.practices.words import place_of
from freeslot.scheduling.operations.guest_codes import LASTS
from freeslot.scheduling.tokens import guest_codes_for
from freeslot.web.formatting import brief_day, day


@dataclass(frozen=True)
class CodeLetter(Letterhead):
    """As `Letter`, of an event of a checkout. It names the practice (by its alias where it has one) and the day, not
    the guest, the practitioner or what the visit is for: whoever typed the address may not be its owner."""

    @classmethod
    def of(cls, event: Event, *, language: str) -> Self:
        practice = Practice.objects.get(pk=event.practice_id)
        place = place_of(practice, language=language, now=event.at)
        return cls(event, MessageKind.CHECKOUT_CODE, practice, place)

    @property
    def code(self) -> str:
        return guest_codes_for(self.event.subject_id, self.data["number"])[0]

    @property
    def code_until(self) -> datetime:
        return self.event.at + LASTS

    @property
    def day(self) -> str:
        return day(self.starts_at, zone=self.place.zone, locale=self.place.locale, now=self.place.now)

    @property
    def brief_day(self) -> str:
        """Where there is little room: `Wed 10 Mar`."""
        return brief_day(self.starts_at, zone=self.place.zone, locale=self.place.locale)


AnyLetter = Letter | CodeLetter
