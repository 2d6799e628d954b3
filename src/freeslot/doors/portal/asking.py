"""The portal's answer to «who is asking?»: whoever is signed in, for the patients they have a grant for."""

from django.http import HttpRequest

from freeslot.scheduling.actors import Door, account
from freeslot.visits.asking import Asker

FRAME = "portal/frame.html"


def asker_for(request: HttpRequest, _ref: str) -> Asker | None:
    user = request.user
    return Asker(actor=account(user.pk), door=Door.PORTAL, frame=FRAME) if user.is_authenticated else None
