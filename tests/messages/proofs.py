"""A stand-in for what other apps attach, so that these tests are about messages alone."""

from freeslot.events.models import Event

NUMBER = "R-8DWE-6TNP"


def attachments_for(event: Event, language: str) -> list[tuple[str, str, bytes]]:
    return [(f"receipt-{NUMBER}.pdf", "application/pdf", f"%PDF {event.pk} {language}".encode())]


def number_for(event: Event) -> str:
    return NUMBER


def not_there_yet(event: Event, language: str) -> list[tuple[str, str, bytes]]:
    raise LookupError(event.pk)


def no_number_yet(event: Event) -> str:
    raise LookupError(event.pk)
