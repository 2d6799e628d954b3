"""The demo gateway's signed reports of what became of each text: in the real one's form, some of them twice."""

import http.client
import queue
import threading
from urllib.parse import urlencode, urlsplit

from freeslot.config.environment import is_loopback
from freeslot.messages.signatures import signature_of

SECONDS_BETWEEN = 0.1
# The demo's web server may not listen yet when the first texts are taken.
TRIES = 100
# Real gateways repeat a report now and then.
EVERY_SO_MANY_TWICE = 3

Report = tuple[str, dict[str, str]]


class Reporter:
    def __init__(self, *, account: str, token: str) -> None:
        self._account, self._token = account, token
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="freeslot-text-reports", daemon=True)
        self._count = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._reports.put(None)
        self._thread.join(5)

    def report(self, url: str, *, sid: str, to: str) -> None:
        """Queues what a carrier would tell of this text; only an address of this machine is told anything."""
        if not is_loopback(urlsplit(url).hostname or ""):
            return
        self._count += 1
        states = ["sent", "delivered"] + (["delivered"] if self._count % EVERY_SO_MANY_TWICE == 0 else [])
        for state in states:
            fields = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": state, "SmsStatus": state}
            self._reports.put((url, fields | {"To": to, "AccountSid": self._account, "ApiVersion": "2010-04-01"}))

    def _run(self) -> None:
        while (report := self._reports.get()) is not None and not self._ending.is_set():
            for _ in range(TRIES):
                if self._ending.wait(SECONDS_BETWEEN) or self._is_told(*report):
                    break

    def _is_told(self, url: str, fields: dict[str, str]) -> bool:
        parts = urlsplit(url)
        signature = signature_of(url, {name: [value] for name, value in fields.items()}, token=self._token)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("POST", f"{parts.path}?{parts.query}", urlencode(fields), headers)
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
