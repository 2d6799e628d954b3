"""The line to the mail server: one connection for many mails, each failure with a name and what follows from it."""

import contextlib
import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from types import TracebackType
from typing import Any, Self

from django.core.mail.backends.smtp import EmailBackend

from freeslot.messages.fates import NO_LINE_PREFIX, Blame, Fate, NotSent

# One mail may take this long in all, so that a slow server never holds up the worker for minutes.
SECONDS_FOR_ONE = 20.0
SECONDS_FOR_A_STEP = 15.0
SECONDS_TO_CONNECT = 5.0
SECONDS_TO_PART = 2.0

MAILBOX_FULL = 552  # RFC 5321 4.5.3.1.10: to be read as "try later" when it answers a recipient
CLOSING = 421
BLAMES_ADDRESS = {550, 551, 553}

_LINE_STARTS_WITH_DOT = re.compile(rb"(?m)^\.")


class MailLine:
    """A connection that is opened for the first mail, kept for the next ones, and opened again when it was dropped."""

    def __init__(self) -> None:
        self._backend = _Backend(timeout=SECONDS_TO_CONNECT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._hang_up()

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        """Returns once the server has taken the mail. Raises NotSent."""
        ends_at = time.monotonic() + SECONDS_FOR_ONE
        server = self._open(ends_at)
        try:
            self._transact(server, mail, sender, recipient)
        except NotSent as failure:
            if failure.name.endswith(str(CLOSING)) or not _is_reset(server):
                self._hang_up()
            raise
        except OSError as error:
            self._hang_up()
            raise NotSent(Fate.LATER, _name(error)) from error

    def _open(self, ends_at: float) -> "_Bounded":
        self._backend.ends_at = ends_at
        try:
            self._backend.open()
            self._backend.connection.ehlo_or_helo_if_needed()
        except OSError as error:
            self._hang_up()
            raise NotSent(Fate.NO_LINE, NO_LINE_PREFIX + _name(error)) from error
        server: _Bounded = self._backend.connection
        server.ends_at = ends_at
        return server

    def _transact(self, server: "_Bounded", mail: EmailMessage, sender: str, recipient: str) -> None:
        options = () if recipient.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
        if options and not server.has_extn("smtputf8"):
            raise NotSent(Fate.NEVER, "address_not_supported")
        _expect(server.mail(sender, options), stage=f"{NO_LINE_PREFIX}sender")
        _expect(server.rcpt(recipient), stage="recipient")
        _expect(server.docmd("DATA"), stage="data", good=354)
        server.send(_LINE_STARTS_WITH_DOT.sub(b"..", mail.as_bytes()) + b".\r\n")
        try:
            answer = server.getreply()
        except OSError as error:
            self._hang_up()
            raise NotSent(Fate.UNKNOWN, f"answer_{_name(error)}") from error
        _expect(answer, stage="data")

    def _hang_up(self) -> None:
        for server in (self._backend.connection, self._backend.partial_connection):
            if server is not None:
                server.ends_at = time.monotonic() + SECONDS_TO_PART
        with contextlib.suppress(OSError):  # gone already is what was wanted
            self._backend.close()


def _expect(answer: tuple[int, bytes], *, stage: str, good: int = 250) -> None:
    code = answer[0]
    if code == good or (stage == "recipient" and code == 251):
        return
    name = f"{stage}_{code}"
    if stage.startswith(NO_LINE_PREFIX):
        raise NotSent(Fate.NO_LINE, name)
    if code < 500 or (stage == "recipient" and code == MAILBOX_FULL):
        raise NotSent(Fate.LATER, name)
    raise NotSent(Fate.NEVER, name, blame=Blame.ADDRESS if code in BLAMES_ADDRESS else Blame.NOBODY)


def _is_reset(server: "_Bounded") -> bool:
    """Whether the connection can serve the next mail."""
    try:
        return server.sock is not None and server.rset()[0] == 250
    except OSError:
        return False


def _name(error: OSError) -> str:
    """The failure in a word, without anything the server or the system wrote."""
    cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else error
    names: list[tuple[type[BaseException], str]] = [
        (TimeoutError, "timed_out"),
        (ConnectionRefusedError, "connection_refused"),
        (socket.gaierror, "host_unknown"),
        (ssl.SSLError, "tls_failed"),
        (smtplib.SMTPNotSupportedError, "not_supported"),
    ]
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"sign_in_refused_{error.smtp_code}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"greeting_{error.smtp_code}"
    return next((name for kind, name in names if isinstance(cause, kind)), "dropped")


class _Bounded(smtplib.SMTP):
    """Gives up on a server that is too slow over all, not only in one answer."""

    def __init__(self, *where: Any, ends_at: float, **how: Any) -> None:
        self.ends_at = ends_at
        super().__init__(*where, **how)

    def send(self, s: Any) -> None:
        self.bound()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        self.bound()
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Answers(self))
        return super().getreply()

    def bound(self) -> None:
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.sock is not None:
            self.sock.settimeout(min(left, SECONDS_FOR_A_STEP))


class _Answers(io.RawIOBase):
    """What the server says, read against the clock: a socket's own time-out would begin anew with each letter."""

    def __init__(self, server: _Bounded) -> None:
        self._server = server

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._server.bound()
        return self._server.sock.recv_into(buffer) if self._server.sock is not None else 0


class _BoundedFromTheFirstByte(_Bounded, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class _Backend(EmailBackend):
    """Django's own, which knows all settings of the mail server."""

    ends_at: float
    connection: Any
    _partial_connection: Any

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override]  # the stubs know a class only
        return partial(_BoundedFromTheFirstByte if self.use_ssl else _Bounded, ends_at=self.ends_at)

    @property
    def partial_connection(self) -> Any:
        return self._partial_connection
