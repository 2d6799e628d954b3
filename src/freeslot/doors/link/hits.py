"""Counts the reads of link pages away from the request: a scanner's thousand GETs cost it no write.

Hits wait in the process and are written together, one UPDATE and one audit row for each link, by a thread of the
process that saw them. A killed process loses the count of a few seconds, never a change.
"""

import atexit
import logging
import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F

from freeslot.audit.models import AuditRow
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import ManageLink

SECONDS_BETWEEN_WRITES = 5.0
MOST_LINKS = 10_000
# Links written in one transaction: whoever presses Cancel meanwhile waits for no more than these.
AT_ONCE = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """What is known of a link without asking the database again."""

    link_id: uuid.UUID
    practice_id: uuid.UUID
    appointment_id: uuid.UUID


_guard = threading.Lock()
_waiting: Counter[Seen] = Counter()
_thread: threading.Thread | None = None
_stop = threading.Event()
_is_server = False


def count_hit(link: ManageLink) -> None:
    """Remembers one read; beyond ten thousand links at once the rest goes uncounted rather than eat the memory."""
    seen = Seen(link.pk, link.practice_id, link.appointment_id)
    with _guard:
        if seen in _waiting or len(_waiting) < MOST_LINKS:
            _waiting[seen] += 1
        _start()


def write_hits(*, now: datetime) -> int:
    """Writes what waits; how many reads that were. What cannot be written now waits on."""
    with _guard:
        taken = sorted(_waiting.items(), key=lambda each: each[0].link_id)
        _waiting.clear()
    written = 0
    while some := taken[written : written + AT_ONCE]:
        try:
            with transaction.atomic():
                for seen, count in some:
                    _write(seen, count, now)
        except (DatabaseError, InterfaceError) as error:
            log.warning("The reads of links wait to be counted: %s", type(error).__name__)
            with _guard:
                _waiting.update(dict(taken[written:]))
            break
        written += len(some)
    return sum(count for _, count in taken[:written])


def _write(seen: Seen, count: int, now: datetime) -> None:
    """Links are written in the order of their ids by every process, so that none waits for another in a circle."""
    ManageLink.objects.filter(pk=seen.link_id).update(opened=F("opened") + count, opened_at=now)
    AuditRow.objects.create(
        practice_id=seen.practice_id,
        subject_id=seen.appointment_id,
        at=now,
        action="link.opened",
        actor_kind="unknown",
        door=Door.LINK,
        detail={"link": str(seen.link_id), "times": count},
    )


def write_from_here() -> None:
    """Called by a process that serves pages: from now on its hits are written every few seconds, and at its end."""
    global _is_server
    _is_server = True
    atexit.register(_end)


def _start() -> None:
    """One thread a process, begun with its first hit: a fork would leave an earlier one behind."""
    global _thread
    if _is_server and (_thread is None or not _thread.is_alive()):
        _thread = threading.Thread(target=_write_now_and_then, name="freeslot-hits", daemon=True)
        _thread.start()


def _write_now_and_then() -> None:
    while not _stop.wait(SECONDS_BETWEEN_WRITES):
        if _waiting:
            write_hits(now=datetime.now(UTC))
            connection.close()


def _end() -> None:
    _stop.set()
    if _waiting:
        write_hits(now=datetime.now(UTC))
