"""What somebody in the demo wishes for: Nora would come in the hour that Alex has half of."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from freeslot.accounts.models import User
from freeslot.demo.people import ALEX, NORA, Person
from freeslot.demo.plan import Placed
from freeslot.demo.practices import RIVERSIDE
from freeslot.scheduling.actors import Door, account
from freeslot.scheduling.models import Appointment
from freeslot.waitlist.operations.make import make_wish
from freeslot.waitlist.terms import Terms

# Longer than to the same hour a week earlier, which is open, and shorter than to Alex's.
NOTICE = timedelta(hours=120)


def make_wishes(placed: Iterable[Placed], users: dict[str, User], now: datetime) -> None:
    """Her long visit needs two slots of that hour's three, and his takes the one in the middle."""
    at_riverside = [each for each in placed if each.planned.house is RIVERSIDE]
    his, hers = (_latest(person, at_riverside) for person in (ALEX, NORA))
    day = his.starts_at.astimezone(ZoneInfo(RIVERSIDE.zone)).date()
    visit = Appointment.objects.get(starts_at=hers.starts_at, patient__given_name=NORA.given_name)
    make_wish(
        ref=visit.reference,
        terms=Terms(
            before_on=day + timedelta(days=1),
            weekdays=frozenset({day.weekday()}),
            starts_from=time(15),
            ends_until=time(16),
            practitioner_id=visit.practitioner_id,
            notice=NOTICE,
        ),
        actor=account(users[NORA.username].pk),
        door=Door.PORTAL,
        now=now,
    )


def _latest(person: Person, placed: Iterable[Placed]) -> Placed:
    return max((each for each in placed if each.planned.person is person), key=lambda each: each.starts_at)
