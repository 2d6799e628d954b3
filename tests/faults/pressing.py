"""Patients who cancel over HTTP: they open the page, press, and press the same again while the answer is lost."""

import http.client
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings

from tests.faults.world import Visit
from tests.visits.pages import Read

PATIENCE = 120
PAUSE = 0.05
BROKEN = (OSError, http.client.HTTPException)


@dataclass
class Crowd:
    """Several at once, each taking the next visit that may be pressed. Who is fickle goes away when the press broke."""

    port: int
    stubborn: list[Visit]
    fickle: list[Visit]
    pressing: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)

    def start(self, *, people: int) -> None:
        self._left = deque(self.stubborn)
        for index, visit in enumerate(self.fickle):
            self._left.insert(index * (len(self.stubborn) // len(self.fickle) + 1), visit)
        self._may_press = threading.Semaphore(0)
        self._guard, self._finished = threading.Lock(), 0
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(people)]
        for thread in self._threads:
            thread.start()

    def let_press(self, count: int) -> None:
        """So many more visits, each as soon as somebody has time for it."""
        self._ends = time.monotonic() + PATIENCE
        self._may_press.release(count)

    @property
    def has_pressed(self) -> int:
        """How many visits are done with: acknowledged, or given up."""
        return self._finished

    def _work(self) -> None:
        while self._may_press.acquire():
            try:
                self._cancel(self._left.popleft())
            except Exception as error:  # noqa: BLE001  the test says what it was
                self.surprises.append(repr(error))
            with self._guard:
                self._finished += 1

    def _cancel(self, visit: Visit) -> None:
        form, cookies = self._open(visit)
        while not self._press(visit, form, cookies):
            if visit in self.fickle:
                return
            self.repeated.add(visit.ref)
            self._wait()
        self.acknowledged.add(visit.ref)

    def _open(self, visit: Visit) -> tuple[dict[str, str], str]:
        """The fields of the form and the cookies to send it with."""
        cookies = f"{settings.SESSION_COOKIE_NAME}={visit.session}"
        while True:
            try:
                status, headers, body = self._ask("GET", visit, {"Cookie": cookies})
            except BROKEN:
                status = 503
            if status != 503:
                break
            self._wait()
        assert status == 200, f"the page of {visit.ref} answered {status}"
        page = Read()
        page.feed(body)
        (csrf,) = [each.split(";")[0] for each in headers.get_all("Set-Cookie") if settings.CSRF_COOKIE_NAME in each]
        return page.fields, f"{cookies}; {csrf}"

    def _press(self, visit: Visit, form: dict[str, str], cookies: str) -> bool:
        """Whether the press was acknowledged; a broken line, and "we do not know yet", are not."""
        here = f"http://localhost:{self.port}"
        headers = {"Cookie": cookies, "Origin": here, "Content-Type": "application/x-www-form-urlencoded"}
        self.pressing.add(visit.ref)
        try:
            status, answer, _body = self._ask("POST", visit, headers, urlencode(form))
        except BROKEN:
            return False
        finally:
            self.pressing.discard(visit.ref)
        if status == 503:
            return False
        told = (status, answer["Location"])
        assert told == (303, f"/appointments/{visit.ref}/receipt/"), f"the press on {visit.ref} was answered {told}"
        return True

    def _ask(
        self, method: str, visit: Visit, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20)
        try:
            connection.request(method, f"/appointments/{visit.ref}/cancellation/", body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def _wait(self) -> None:
        assert time.monotonic() < self._ends, "the server did not come back"
        time.sleep(PAUSE)
