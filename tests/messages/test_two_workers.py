"""Two workers at once: no row twice, no mail twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from freeslot.events.models import Event
from freeslot.messages.models import Message
from freeslot.messages.reactor import react
from freeslot.messages.sending import send_due_messages
from tests.messages.mailserver import Mailbox
from tests.messages.support import cancel, make_messages
from tests.support.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
WORKERS = 4


def test_an_event_seen_by_several_workers_makes_its_messages_once():
    cast = make_cast(weeks=2)
    cancel(cast, cast.book())
    events = list(Event.objects.order_by("version"))

    _at_once(lambda: [react(event, cast.now) for event in events])

    assert Message.objects.count() == 2


def test_several_workers_send_each_mail_once_and_in_order(mailbox: Mailbox):
    cast = make_cast(weeks=2)
    _with_visits(cast, 12)

    _at_once(lambda: [send_due_messages(now=cast.now) for _ in range(8)])

    assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == len(mailbox.mails) == 24
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    order: dict[str, list[str]] = {}
    for mail in mailbox.mails:
        reference = _uid(mail.as_bytes())
        order.setdefault(reference, []).append(str(mail["Subject"]).split(":")[0])
    assert set(map(tuple, order.values())) == {("Visit booked", "Visit cancelled")}


def _with_visits(cast: Cast, count: int) -> None:
    for _ in range(count):
        cancel(cast, cast.book())
    make_messages(cast.now)


def _uid(content: bytes) -> str:
    return content.split(b"Reference: ")[1][:12].decode()


def _at_once(work: Callable[[], object]) -> None:
    failures: list[Exception] = []
    start = threading.Barrier(WORKERS)

    def run() -> None:
        try:
            start.wait()
            work()
        except Exception as error:  # noqa: BLE001 - looked at below
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
