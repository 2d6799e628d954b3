"""What messages attach as proof; named in settings, because messages do not know receipts."""

from freeslot.events.models import Event


def attachments_for(event: Event, language: str) -> list[tuple[str, str, bytes]]:  # noqa: ARG001
    """File name, media type and content of each."""
    return []
