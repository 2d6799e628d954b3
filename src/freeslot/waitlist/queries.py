"""Questions about wishes that pages ask."""

import uuid

from freeslot.waitlist.models import Wish


def live_wish(appointment_id: uuid.UUID) -> Wish | None:
    """The visit's wish for an earlier time, while it stands; with the practitioner who is wished for."""
    return Wish.objects.live().select_related("practitioner").filter(appointment_id=appointment_id).first()
