"""What came of the wish to have a message once more, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freeslot.messages.delivery import Again

WORDS: dict[str, Promise] = {
    Again.QUEUED: _("It is on its way once more."),
    Again.TOO_SOON: _("It went out less than a minute ago. Wait a little, then ask again."),
    Again.TOO_OFTEN: _("It was sent several times already. Call the practice if nothing arrives."),
    Again.SUPERSEDED: _("A later message has gone out since. It tells how the visit stands now."),
    Again.UNKNOWN: _("This message cannot be sent again."),
}
