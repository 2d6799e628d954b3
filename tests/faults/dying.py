"""A process whose children do one act each and are killed at the step they are told; step 0 it lives through itself.

A step is a statement, either side of a commit, or what passes between us and the mail server.
"""

import json
import os
import signal
import smtplib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import django


def main() -> None:
    django.setup()
    from django.db import connection

    print("ready", flush=True)
    for line in sys.stdin:
        act, step, given = json.loads(line)
        if step:
            answer = "killed" if _is_killed(act, step, given) else "lived"
        else:
            _do(act, given)  # here, so that children find everything loaded
            connection.close()
            answer = "lived"
        print(answer, flush=True)


def _is_killed(act: str, step: int, given: dict[str, str]) -> bool:
    child = os.fork()
    if child == 0:
        with _death_at(step):
            _do(act, given)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert status == 0
    return False


def _do(act: str, given: dict[str, str]) -> None:
    if act == "work":
        _work(datetime.fromisoformat(given["now"]))
    else:
        from tests.race.acts import perform

        outcome = perform(act, given)
        assert outcome == given["outcome"], outcome


def _work(now: datetime) -> None:
    from freeslot.events.outbox import handle_due_events
    from freeslot.messages.sending import send_due_messages

    while handle_due_events(now=now) + send_due_messages(now=now):
        pass


@contextmanager
def _death_at(step: int) -> Iterator[None]:
    from django.db import connections

    connection = connections["default"]  # itself, not the proxy that Django shows

    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Callable[..., Any], *of: Any) -> Any:
        tick()
        return execute(*of)

    _surround(type(connection), "_commit", tick)
    _surround(smtplib.SMTP, "send", tick)
    with connection.execute_wrapper(statement):
        yield


def _surround(kind: type, name: str, tick: Callable[[], None]) -> None:
    inner = getattr(kind, name)

    def outer(self: Any, *given: Any) -> Any:
        tick()
        result = inner(self, *given)
        tick()
        return result

    setattr(kind, name, outer)


if __name__ == "__main__":
    main()
