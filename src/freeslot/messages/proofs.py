"""What other apps add to a mail as proof; they are named in settings, so that nothing here knows them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from freeslot.events.models import Event

Attachment = tuple[str, str, bytes]


class ProofMissing(Exception):
    """The proof of an event is not there yet: the mail waits for it."""


def attachments_for(event: Event, language: str) -> list[Attachment]:
    """File name, media type and content of each proof. Raises ProofMissing."""
    try:
        return [found for attach in _hooks("FREESLOT_PROOFS") for found in attach(event, language)]
    except Exception as error:
        raise ProofMissing from error


def number_for(event: Event) -> str:
    """The number printed on the event's receipt; empty where it has none. Raises ProofMissing."""
    try:
        return next((str(number) for find in _hooks("FREESLOT_PROOF_NUMBERS") if (number := find(event))), "")
    except Exception as error:
        raise ProofMissing from error


def _hooks(setting: str) -> tuple[Callable[..., Any], ...]:
    return _imported(tuple(getattr(settings, setting, ())))


@cache
def _imported(paths: tuple[str, ...]) -> tuple[Callable[..., Any], ...]:
    return tuple(import_string(path) for path in paths)
