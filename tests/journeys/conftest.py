"""What every journey stands on: a served site, a mail server, the cast with a password, and a worker run by hand."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import make_password

from freeslot.accounts.models import User
from freeslot.events.worker import jobs, run_jobs
from tests.messages.mailserver import mailbox
from tests.support.cast import Cast, make_cast

PASSWORD = "quiet-river-morning-42"

Work = Callable[[], None]
MakeCast = Callable[..., Cast]


@pytest.fixture
def work() -> Work:
    """Lets the worker do all that is due, on the test's own thread, until nothing is left."""

    def work() -> None:
        for _ in range(20):
            todo = jobs()
            if not run_jobs(todo, now=datetime.now(UTC)):
                return
        raise AssertionError("the worker does not come to an end")

    return work


@pytest.fixture
def new_cast(transactional_db: None, work: Work) -> MakeCast:
    """A cast of now whose patient, proxy and stranger sign in with PASSWORD."""

    def new_cast(**options: object) -> Cast:
        cast = make_cast(now=datetime.now(UTC), **options)  # type: ignore[arg-type]  # passed on as they are
        people = [cast.patient_user.pk, cast.proxy_user.pk, cast.stranger_user.pk]
        User.objects.filter(pk__in=people).update(password=make_password(PASSWORD))
        work()
        return cast

    return new_cast


__all__ = ["PASSWORD", "MakeCast", "Work", "mailbox", "new_cast", "work"]
