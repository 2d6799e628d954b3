"""The message that brings a guest their code: there is no visit yet, so it says as little as can be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from freeslot.events.models import Event
from freeslot.messages.hours import phone_hours_words
from freeslot.messages.kinds import MessageKind
from freeslot.messages.letter import Letter
from freeslot.messages.senders import page_address
from freeslot.messages.texts import one_line
from freeslot.practices.models import Practice
from freeslot.practices.words import place_of
from freeslot.scheduling.operations.guest_codes import LASTS
from freeslot.scheduling.tokens import guest_codes_for
from freeslot.web.facts import Brand, Frame, PhoneLine, Place
from freeslot.web.formatting import brief_day, day


@dataclass(frozen=True)
class CodeLetter:
    """As `Letter`, of an event of a checkout. It names the practice (by its alias where it has one) and the day, not
    the guest, the practitioner or what the visit is for: whoever typed the address may not be its owner."""

    event: Event
    practice: Practice
    place: Place
    kind: MessageKind = MessageKind.CHECKOUT_CODE

    @classmethod
    def of(cls, event: Event, *, language: str) -> Self:
        practice = Practice.objects.get(pk=event.practice_id)
        return cls(event, practice, place_of(practice, language=language, now=event.at))

    @property
    def data(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.event.data
        return facts

    @property
    def code(self) -> str:
        return guest_codes_for(self.event.subject_id, self.data["number"])[0]

    @property
    def code_until(self) -> datetime:
        return self.event.at + LASTS

    @property
    def practice_name(self) -> str:
        return one_line(self.practice.public_name)

    @property
    def language(self) -> str:
        return self.place.locale.split("_")[0]

    @property
    def day(self) -> str:
        return day(self._starts_at, zone=self.place.zone, locale=self.place.locale)

    @property
    def brief_day(self) -> str:
        """Where there is little room: `Wed 10 Mar`."""
        return brief_day(self._starts_at, zone=self.place.zone, locale=self.place.locale)

    @property
    def host(self) -> str:
        return page_address("/")

    @property
    def phone_line(self) -> PhoneLine:
        hours = phone_hours_words(self.practice, self.place)
        return PhoneLine(number=self.practice.phone, country=self.practice.country, hours=hours)

    @property
    def frame(self) -> Frame:
        brand = Brand(name=self.practice_name, colour=self.practice.brand, home=self.host)
        return Frame(brand=brand, phone=self.phone_line, emergency=self.practice.emergency, place=self.place)

    @property
    def _starts_at(self) -> datetime:
        return datetime.fromisoformat(self.data["starts_at"])


AnyLetter = Letter | CodeLetter
