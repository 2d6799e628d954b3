"""The line to the text-message gateway: one connection for many texts, each failure with a name and what follows.

It speaks the message form of Twilio's API (https://www.twilio.com/docs/messaging/api/message-resource), as other
gateways do. A text has no number of ours that would let a phone know a copy, so it is repeated only where it cannot
have been taken.
"""

import base64
import contextlib
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.response import HTTPResponse

from freeslot.messages.codes import refusal
from freeslot.messages.fates import NO_LINE_PREFIX, Fate, NotSent
from freeslot.messages.sms import Sms

SECONDS_TO_CONNECT = 3.0
# One text may take this long in all, so that a slow gateway never holds up the worker.
SECONDS_FOR_ONE = 10.0
LARGEST_ANSWER = 64 * 1024

# What stands between us and the gateway, or the gateway as a whole, says no: the next text would fare no better.
ABOUT_ALL = {401, 403, 404, 405, 407, 408, 421, 429, 502, 503, 504}
NOT_TAKEN = {"failed", "undelivered", "canceled"}

FAILURES = (OSError, HTTPError, http.client.HTTPException)


class TextLine:
    """A connection that is opened for the first text and kept for the next ones."""

    def __init__(self) -> None:
        self._connection: HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._hang_up()

    def send(self, sms: Sms) -> str:
        """Returns the gateway's number for the text once it has taken it. Raises NotSent."""
        gateway: Any = settings.SMS_GATEWAY
        if gateway is None:
            raise NotSent(Fate.NEVER, "no_gateway")
        connection = self._connection = self._connection or _connection(gateway)
        try:
            with _cut_after(connection, SECONDS_FOR_ONE) as watch:
                status, content = _ask(connection, gateway, sms, watch)
        except BaseException:
            self._hang_up()
            raise
        return sid_in(status, content)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def sid_in(status: int, content: bytes) -> str:
    """The gateway's number for a text it has taken. Raises NotSent for every other answer."""
    answer = _object(content)
    code = number_in(answer.get("error_code")) or number_in(answer.get("code"))
    if failure := refusal(code) or _refusal_by_status(status):
        raise failure
    if code:
        raise NotSent(Fate.NEVER, f"refused_{code}")
    if not 200 <= status < 300:
        raise NotSent(Fate.LATER, f"refused_{status}")
    if answer.get("status") in NOT_TAKEN:
        raise NotSent(Fate.LATER, f"refused_{answer['status']}")
    if not isinstance(answer.get("sid"), str) or not answer["sid"]:
        raise NotSent(Fate.UNKNOWN, "answer_unreadable")
    return str(answer["sid"])[:80]


def _refusal_by_status(status: int) -> NotSent | None:
    if status in ABOUT_ALL or 300 <= status < 400:
        return NotSent(Fate.NO_LINE, f"{NO_LINE_PREFIX}{status}")
    return NotSent(Fate.LATER, f"refused_{status}") if status >= 500 else None


def _connection(gateway: Any) -> HTTPConnection:
    if gateway.tls:
        context = ssl.create_default_context()
        return HTTPSConnection(gateway.host, gateway.port, timeout=SECONDS_TO_CONNECT, ssl_context=context)
    return HTTPConnection(gateway.host, gateway.port, timeout=SECONDS_TO_CONNECT)


def _ask(connection: HTTPConnection, gateway: Any, sms: Sms, watch: "_Watch") -> tuple[int, bytes]:
    """The answer's status and its first bytes; a redirect is an answer like any other."""
    try:
        _connect(connection, watch)
        connection.request("POST", gateway.path, _form(sms), _headers(gateway), preload_content=False)
    except FAILURES as error:
        # Without the last byte the gateway cannot have taken the text.
        name = watch.name_of(error)
        raise NotSent(Fate.NO_LINE, NO_LINE_PREFIX + name, is_slow=name == "timed_out") from error
    try:
        response = connection.getresponse()
        return response.status, _content(response, watch)
    except FAILURES as error:
        name = watch.name_of(error)
        raise NotSent(Fate.UNKNOWN, f"answer_{name}", is_slow=name == "timed_out") from error


def _connect(connection: HTTPConnection, watch: "_Watch") -> None:
    if connection.is_closed:
        connection.timeout = SECONDS_TO_CONNECT
        connection.connect()
        connection.timeout = SECONDS_FOR_ONE
    watch.line = connection.sock
    connection.sock.settimeout(SECONDS_FOR_ONE)


def _content(response: HTTPResponse, watch: "_Watch") -> bytes:
    """Empty where it is larger than any real answer, or where a refusal's words were lost on the way."""
    is_refusal = not 200 <= response.status < 300
    try:
        content = response.read(LARGEST_ANSWER + 1, decode_content=False)
    except FAILURES:
        if not is_refusal:
            raise
        return b""
    if watch.has_cut and not is_refusal:
        raise TimeoutError
    return content if len(content) <= LARGEST_ANSWER else b""


def _form(sms: Sms) -> bytes:
    form = {"To": sms.to, "From": settings.SMS_FROM, "Body": sms.body, "StatusCallback": sms.report_to}
    return urlencode(form).encode()


def _headers(gateway: Any) -> dict[str, str]:
    proof = base64.b64encode(f"{gateway.account}:{gateway.token}".encode()).decode()
    return {
        "Authorization": f"Basic {proof}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "User-Agent": "Freeslot",
    }


class _Watch:
    """Cuts a connection at a moment: a gateway that drips bytes would outlast every single time-out."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self._connection = connection
        self.has_cut = False
        self.line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        self._timer.join()

    def name_of(self, error: BaseException) -> str:
        return "timed_out" if self.has_cut else _name(error)

    def _cut(self) -> None:
        self.has_cut = True
        line = self.line or self._connection.sock
        if line is not None:
            with contextlib.suppress(OSError):
                # Not the TLS line's own shutdown, which another thread must not call while this one reads.
                socket.socket.shutdown(line, socket.SHUT_RDWR)


@contextlib.contextmanager
def _cut_after(connection: HTTPConnection, seconds: float) -> Iterator[_Watch]:
    watch = _Watch(connection, seconds)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def _name(error: BaseException) -> str:
    """The failure in a word, without anything the gateway or the system wrote."""
    causes = [error, error.__cause__, error.__context__]
    names: list[tuple[type[BaseException], str]] = [
        (ConnectionRefusedError, "connection_refused"),
        (NameResolutionError, "host_unknown"),
        (NewConnectionError, "not_connected"),  # to the library a kind of ConnectTimeoutError
        (ConnectTimeoutError, "timed_out"),
        (TimeoutError, "timed_out"),
        (ssl.SSLError, "tls_failed"),
    ]
    return next((name for kind, name in names if any(isinstance(cause, kind) for cause in causes)), "dropped")


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def number_in(value: object) -> int:
    """The error number that an answer or a report carries as a number or as digits; 0 for none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
