"""The frame of a practice's pages: name and colour, the telephone and when it is answered, the emergency number."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language

from freeslot.practices import words
from freeslot.practices.models import Practice
from freeslot.web.facts import Brand, Frame, Place


def frame_for(practice: Practice, now: datetime) -> Frame:
    place = place_of(practice, now)
    return Frame(
        brand=Brand(name=practice.name, colour=practice.brand, home=reverse("practice", args=[practice.slug])),
        phone=words.phone_line(practice, place),
        emergency=practice.emergency,
        place=place,
    )


def place_of(practice: Practice, now: datetime) -> Place:
    """The practice's clock, in the language of this page."""
    return words.place_of(practice, language=get_language() or "", now=now)
