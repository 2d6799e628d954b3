"""Who could give a visit, and where: what a list of times is asked about, and narrowed to."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from freeslot.practices.models import VisitType, policy_for
from freeslot.scheduling.availability import Ask
from freeslot.scheduling.giving import Person, who_give
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.rulebook import BookingRules
from freeslot.scheduling.rules import rules_from
from freeslot.web.ids import as_uuid

# In the address of a list: the first day, the practitioner, the place. An empty value is to take any.
FROM, PRACTITIONER, PLACE = "from", "practitioner", "place"


@dataclass(frozen=True)
class Look:
    """How somebody looks at the list; None is what was not said. A visit that moves then keeps its practitioner."""

    first: date | None = None
    practitioner_id: uuid.UUID | None = None
    location_id: uuid.UUID | None = None
    with_anyone: bool = False


@dataclass(frozen=True)
class Offer:
    """Everybody who gives the visit type, by name, and the rules in force; the rest as in an Ask."""

    visit_type: VisitType
    rules: BookingRules
    people: Sequence[Person]
    moving: Appointment | None = None
    source: str = ""

    @property
    def practitioners(self) -> dict[uuid.UUID, str]:
        return {person.practitioner_id: person.name for person in self.people}

    @property
    def places(self) -> dict[uuid.UUID, str]:
        return {person.location_id: person.place for person in self.people}

    def practitioner_of(self, look: Look) -> uuid.UUID | None:
        """Whom the list is narrowed to; None is anyone. Somebody who does not give the visit narrows nothing."""
        wished = look.practitioner_id or (self.moving.practitioner_id if self.moving and not look.with_anyone else None)
        return wished if wished in self.practitioners and len(self.practitioners) > 1 else None

    def place_of(self, look: Look) -> uuid.UUID | None:
        return look.location_id if look.location_id in self.places and len(self.places) > 1 else None

    def ask(self, look: Look) -> Ask:
        chosen, location_id = self.practitioner_of(look), self.place_of(look)
        return Ask(
            self.visit_type,
            self.rules,
            (chosen,) if chosen else tuple(sorted(self.practitioners)),
            location_id=location_id or self._only_place(),
            moving=self.moving,
            source=self.source,
        )

    def _only_place(self) -> uuid.UUID | None:
        """A move that must stay at its place asks for no other, though its practitioner works elsewhere too."""
        return next(iter(self.places)) if self.moving and len(self.places) == 1 else None


def look_of(given: Mapping[str, str]) -> Look:
    """From an address; what is no day or no id is as if it was not said."""
    return Look(
        first=_day(given.get(FROM, "")),
        practitioner_id=as_uuid(given.get(PRACTITIONER, "")),
        location_id=as_uuid(given.get(PLACE, "")),
        with_anyone=given.get(PRACTITIONER) == "",
    )


def offer_for(
    visit_type: VisitType,
    *,
    now: datetime,
    moving: Appointment | None = None,
    source: str = "",
) -> Offer:
    """Two statements. With `moving`, only whom and where the visit's own rules let a move go."""
    if moving is not None:
        # The same row, read with the visit.
        visit_type.practice = moving.practice
    people = who_give(visit_type)
    rules = rules_from(policy_for(visit_type, now=now).rules).booking
    allowed = [person for person in people if moving is None or _may_move_to(person, moving)]
    return Offer(visit_type, rules, allowed, moving=moving, source=source)


def _may_move_to(person: Person, moving: Appointment) -> bool:
    elsewhere = moving.rules.move.elsewhere
    who = person.practitioner_id == moving.practitioner_id or "practitioner" in elsewhere
    return who and (person.location_id == moving.location_id or "location" in elsewhere)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
