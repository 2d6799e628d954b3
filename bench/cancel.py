"""A cancel as an operation, with its receipt, beside the same rows by bare SQL: one client, and how many statements."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.figures import Figure, in_turns
from bench.floor import copied_statements, floor_cancel
from bench.world import Visit, make_world
from freeslot.events.models import Event
from freeslot.receipts.issue import receipt_for
from freeslot.scheduling.actors import Door, account
from freeslot.scheduling.operations.cancel import cancel_appointment

ROUNDS, EACH, WARM_UP = 7, 60, 40
MOST_STATEMENTS, MOST_TIMES_FLOOR = 10, 4.0


def cancel_once(visit: Visit, now: datetime) -> None:
    """What a press does below the page: the operation and its receipt."""
    outcome = cancel_appointment(
        ref=visit.reference,
        actor=account(visit.user_id),
        door=Door.PORTAL,
        reason="",
        note="",
        accepted_fee=0,
        idempotency_key=visit.reference,
        now=now,
    )
    assert outcome.event is not None
    receipt_for(outcome.event)


def run() -> Iterator[Figure]:
    now = datetime.now(UTC)
    world = make_world(2 * ROUNDS * EACH + WARM_UP + 2)
    visits = iter(world.visits)
    for _ in range(WARM_UP):
        cancel_once(next(visits), now)
    visit = next(visits)
    with CaptureQueriesContext(connection) as captured:
        cancel_once(visit, now)
    statements = [
        each["sql"] for each in captured if not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    yield Figure(
        "cancel and receipt, SQL statements", connection.vendor, len(statements), "",
        bound=f"at most {MOST_STATEMENTS}", holds=len(statements) <= MOST_STATEMENTS,
    )  # fmt: skip
    bare = floor_cancel(copied_statements(visit.reference))
    left = list(visits)
    ours, theirs = left[: ROUNDS * EACH], left[ROUNDS * EACH :]

    def floor(index: int) -> None:
        bare(theirs[index].id, theirs[index].reference)

    mine, least = in_turns(lambda index: cancel_once(ours[index], now), floor, rounds=ROUNDS, each=EACH)
    yield Figure("cancel by bare SQL, one client", connection.vendor, 1000 * least, "ms")
    yield Figure(
        "cancel as an operation, one client", connection.vendor, 1000 * mine, "ms", ratio=mine / least,
        bound=f"within {MOST_TIMES_FLOOR:.0f} times the floor", holds=mine / least <= MOST_TIMES_FLOOR,
    )  # fmt: skip
    assert Event.objects.filter(kind="appointment.cancelled").count() >= ROUNDS * EACH
