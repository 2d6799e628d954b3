"""A mail server that really listens, and does what a test asks of it."""

# ruff: noqa: N802 - the library gives the names of its hooks

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What arrived. Each hook may answer instead of the server: `at_recipient(address)`, `at_data(envelope)`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.seen: Counter[str] = Counter()
        self.connections = 0
        self.slowness = 0.0
        self.at_sender: Callable[[str], str | None] = lambda _address: None
        self.at_recipient: Callable[[str], str | None] = lambda _address: None
        self.at_data: Callable[[Envelope], str | None] = lambda _envelope: None

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.seen["mail"] += 1
        await asyncio.sleep(self.slowness)
        answer = self.at_sender(address)
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 fine"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.seen["rcpt"] += 1
        await asyncio.sleep(self.slowness)
        answer = self.at_recipient(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 fine"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.seen["data"] += 1
        answer = self.at_data(envelope)
        if answer is None:
            raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
            self.raw.append(raw)
            self.recipients.extend(envelope.rcpt_tos)
            self.mails.append(message_from_bytes(raw, policy=policy.default))
        if answer == "drop":
            server.transport.abort()
        return answer or "250 taken"


class MailServer(Controller):
    def __init__(self, box: Mailbox, port: int = 0, *, knows_utf8: bool = True, **options: Any) -> None:
        super().__init__(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=knows_utf8, **options)

    def _trigger_server(self) -> None:
        """The port is known only now; the library itself would knock at 0."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(settings: Any, box: Mailbox, port: int = 0, **options: Any) -> Iterator[MailServer]:
    server = MailServer(box, port, **options)
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    try:
        yield server
    finally:
        server.stop(no_assert=True)


class DroppingServer:
    """Takes a mail's first lines, or not even those, then hangs up."""

    def __init__(self, greeting: bytes = b"220 here") -> None:
        self._greeting = greeting

    def __enter__(self) -> "DroppingServer":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        peer, _address = self._listener.accept()
        with peer, peer.makefile("rb") as lines:
            peer.sendall(self._greeting + b"\r\n")
            for line in lines:
                peer.sendall(b"354 go on\r\n" if line.startswith(b"DATA") else b"250 fine\r\n")
                if line.startswith(b"DATA"):
                    lines.readline()
                    return


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    with mail_server(settings, box):
        yield box
