"""Pages that show a kept time: each says that it is open, and that it was left; then the time goes back soon.

A browser says the same of a closed page as of one that is loaded anew, and what it says of the old page may come after
what it says of the new one. So a page that is open has a number, and only the newest can be left.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.slots import hold_until

# Long enough for a page to be loaded anew on a slow line.
GRACE = timedelta(minutes=1)


def open_page(*, checkout_id: uuid.UUID, now: datetime) -> Checkout:
    """One more page is open. A time that was left, and is kept still, is kept until when it was before."""
    with transaction.atomic():
        checkout = Checkout.objects.lock(checkout_id)
        checkout.pages += 1
        if checkout.left_until and checkout.is_kept(now):
            _keep_until(checkout, checkout.left_until)
            checkout.left_until = None
        checkout.save(update_fields=["pages", "until", "left_until"])
    return checkout


def leave_page(*, checkout_id: uuid.UUID, page: int, now: datetime) -> None:
    """The page of this number was closed. Nothing happens where another was opened after it."""
    with transaction.atomic():
        checkout = Checkout.objects.lock(checkout_id)
        if page != checkout.pages or not checkout.is_kept(now) or checkout.until <= now + GRACE:
            return
        checkout.left_until = checkout.until
        _keep_until(checkout, now + GRACE)
        checkout.save(update_fields=["until", "left_until"])


def _keep_until(checkout: Checkout, until: datetime) -> None:
    checkout.until = until
    hold_until(checkout.pk, until)
