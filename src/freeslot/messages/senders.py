"""Who our messages come from: one stable address and one stable host for the whole deployment."""

from email.utils import parseaddr

from django.conf import settings


def sender_address() -> str:
    """The bare address of every mail we send: what to look for among unwanted mail."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def message_host() -> str:
    """The right side of a Message-ID."""
    return sender_address().rpartition("@")[2]


def page_address(path: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{path}"
