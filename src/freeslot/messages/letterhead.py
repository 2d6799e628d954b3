"""What every message says of the practice it comes from, and what its reader may do about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from freeslot.events.models import Event
from freeslot.messages.hours import phone_hours_words
from freeslot.messages.kinds import MessageKind
from freeslot.messages.senders import page_address
from freeslot.messages.texts import one_line
from freeslot.practices.models import Practice
from freeslot.web.facts import Brand, Frame, PhoneLine, Place


@dataclass(frozen=True)
class Letterhead:
    """The practice by its alias where it has one, its phone, the way to us; `event` is what the message tells of."""

    event: Event
    kind: MessageKind
    practice: Practice
    place: Place

    @property
    def data(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.event.data
        return facts

    @property
    def starts_at(self) -> datetime:
        return datetime.fromisoformat(self.data["starts_at"])

    @property
    def practice_name(self) -> str:
        return one_line(self.practice.public_name)

    @property
    def language(self) -> str:
        return self.place.locale.split("_")[0]

    @property
    def host(self) -> str:
        """What every link of ours begins with."""
        return page_address("/")

    @property
    def page(self) -> str:
        """Where the message leads."""
        return self.host

    @property
    def phone_line(self) -> PhoneLine:
        """With the hours of the whole week: a mail is read later than it is written."""
        hours = phone_hours_words(self.practice, self.place)
        return PhoneLine(number=self.practice.phone, country=self.practice.country, hours=hours)

    @property
    def frame(self) -> Frame:
        brand = Brand(name=self.practice_name, colour=self.practice.brand, home=self.page)
        return Frame(brand=brand, phone=self.phone_line, emergency=self.practice.emergency, place=self.place)
