"""A message as the bytes of a mail: the same row always gives the same bytes, so that a repeat is known as one."""

import hashlib
from datetime import UTC
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from freeslot.messages.calendar import calendar_for
from freeslot.messages.code_letter import AnyLetter, CodeLetter
from freeslot.messages.headers import Headers
from freeslot.messages.letter import Letter
from freeslot.messages.models import Message
from freeslot.messages.proofs import attachments_for
from freeslot.messages.rendering import html_of, subject_of, text_of
from freeslot.messages.senders import sender_address


class BadAddress(ValueError):
    """The contact's address is not one that a mail can be sent to."""


def mail_for(message: Message, letter: AnyLetter) -> EmailMessage:
    """The whole mail. Raises BadAddress or ProofMissing.

    multipart/mixed of an alternative (text, HTML, calendar) and the files: the shape that calendars were seen to take.
    """
    recipient = wire_address(message.address)
    mail = EmailMessage(policy=Headers(linesep="\r\n", utf8=not recipient.isascii()))
    _add_headers(mail, message, letter)
    mail.set_content(text_of(letter), cte="quoted-printable")
    mail.add_alternative(html_of(letter), subtype="html", cte="quoted-printable")
    if not isinstance(letter, CodeLetter):
        _add_visit(mail, message, letter, recipient)
    mail["Content-Language"] = message.language
    _fix_boundaries(mail, message)
    return mail


def wire_address(address: str) -> str:
    """The address as mail servers take it, its domain in ASCII. Raises BadAddress."""
    name, _, domain = address.rpartition("@")
    try:
        return str(_address(name, domain.encode("idna").decode()).addr_spec)
    except (ValueError, IndexError, MessageError) as error:
        raise BadAddress from error


def _address(name: str, domain: str) -> Address:
    if name.isascii():
        return Address(addr_spec=f"{name}@{domain}")
    if not all(sign.isprintable() and sign not in ' "(),:;<>@[\\]' for sign in name):
        raise BadAddress
    return Address(username=name, domain=domain)


def _add_headers(mail: EmailMessage, message: Message, letter: AnyLetter) -> None:
    """The Date is the event's: what the mail says was so then, and a repeat carries the same."""
    name, _, domain = wire_address(message.address).rpartition("@")
    mail["From"] = Address(letter.practice_name, addr_spec=sender_address())
    mail["To"] = _address(name, domain)
    if letter.practice.email and not letter.kind.is_for_practice:
        mail["Reply-To"] = Address(letter.practice_name, addr_spec=letter.practice.email)
    mail["Subject"] = subject_of(letter)
    mail["Date"] = format_datetime(letter.event.at.astimezone(UTC).replace(microsecond=0))
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"


def _add_visit(mail: EmailMessage, message: Message, letter: Letter, recipient: str) -> None:
    calendar = calendar_for(letter, address=recipient)
    if calendar:
        _add_calendar(mail, calendar, method=letter.kind.calendar_method)
    attached = [] if letter.kind.is_for_practice else attachments_for(letter.event, message.language)
    for name, media_type, content in attached:
        kind, _, subtype = media_type.partition("/")
        mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)


def _add_calendar(mail: EmailMessage, calendar: bytes, *, method: str) -> None:
    parts = {"charset": "UTF-8", "method": method, "component": "VEVENT"}
    mail.add_alternative(calendar, maintype="text", subtype="calendar", cte="base64", params=parts)
    name = "invite.ics"
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename=name, params={"name": name})


def _fix_boundaries(mail: EmailMessage, message: Message) -> None:
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        digest = hashlib.sha256(f"{message.pk} {number}".encode()).hexdigest()
        part.set_boundary(f"={digest[:40]}=")
