"""Reads an id out of what a form or an address says."""

import uuid


def as_uuid(text: str) -> uuid.UUID | None:
    """None for what is no id."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
