"""Who may take a slot: said of a row that was read as the guard says it in the database."""

import uuid
from datetime import timedelta
from itertools import product

from freeslot.scheduling.models import Slot
from tests.support.cast import Cast

ME, OTHER = uuid.uuid4(), uuid.uuid4()
SECOND = timedelta(seconds=1)


def test_a_slot_says_of_itself_what_the_guard_asks(cast: Cast):
    now = cast.now
    held = [
        {"status": "held", "held_by": who, "held_until": until}
        for who, until in product((ME, OTHER), (now - SECOND, now, now + SECOND))
    ]
    for state in [{"status": "free"}, {"status": "blocked"}, *held]:
        (slot,) = cast.slots_from(now)
        Slot.objects.filter(pk=slot.pk).update(**({"held_by": None, "held_until": None} | state))
        slot.refresh_from_db()
        for holder in (None, ME):
            asked = Slot.objects.takeable(now, holder=holder).filter(pk=slot.pk).exists()
            assert slot.is_takeable(now, holder=holder) is asked, (state, holder)
    busy = cast.book().slots.get()
    assert not busy.is_takeable(now)
