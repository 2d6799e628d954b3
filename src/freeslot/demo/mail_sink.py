"""A small mail server on this machine: takes every message the product sends and puts it into the demo's outbox."""

import asyncio
import re
from base64 import b64encode
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from freeslot.demo.outbox import Attachment, Received, keep, new_id

TEXT_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
HTML_LINK = re.compile(r"""href\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
READABLE = {"application/ics", "application/jose", "application/json"}
LARGEST_MAIL = 10 * 1024 * 1024


def start_mail_sink(data: Path) -> Controller:
    """Starts it on a free port of loopback (`controller.port`); `controller.stop()` ends it."""
    controller = _Sink(
        _Handler(data), hostname="127.0.0.1", port=0, server_hostname="localhost", data_size_limit=LARGEST_MAIL
    )
    controller.start()
    return controller


class _Sink(Controller):
    """The library calls its own port to see that it listens, so it must know which one it was given."""

    def _trigger_server(self) -> None:
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # the library's own


class _Handler:
    def __init__(self, data: Path) -> None:
        self._data = data

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        for recipient in envelope.rcpt_tos:
            keep(self._data, received_from(mail, recipient))
        return "250 Message accepted for delivery"


def received_from(mail: EmailMessage, recipient: str) -> Received:
    message_id, at = new_id()
    text, html = _body(mail, "plain"), _body(mail, "html")
    return Received(
        id=message_id,
        at=at,
        channel="email",
        to=recipient,
        subject=str(mail["subject"] or ""),
        text=text,
        html=html,
        links=links_in(text, html),
        attachments=[_attachment(part) for part in mail.walk() if _is_attachment(part)],
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _is_attachment(part: EmailMessage) -> bool:
    if part.is_multipart():
        return False
    return part.get_content_disposition() == "attachment" or part.get_content_type() not in {"text/plain", "text/html"}


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        name=part.get_filename() or "",
        type=part.get_content_type(),
        text=_as_text(part),
        base64=b64encode(content).decode() if isinstance(content, bytes) else "",
    )


def _as_text(part: EmailMessage) -> str:
    content = part.get_content()
    if isinstance(content, str):
        return content.replace("\r\n", "\n")
    if part.get_content_type() in READABLE and isinstance(content, bytes):
        return content.decode("utf-8", "replace").replace("\r\n", "\n")
    return ""


def links_in(text: str, html: str = "") -> list[str]:
    """Every web address in either part, in order, each once."""
    found = [address.rstrip(".,;:!?") for address in TEXT_LINK.findall(text)]
    found += [unescape(address) for address in HTML_LINK.findall(html)]
    return list(dict.fromkeys(address for address in found if address.startswith("http")))
