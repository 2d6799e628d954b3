"""The code on a receipt: an address that opens the open check with the receipt in it. It proves, it grants nothing."""

from functools import lru_cache

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# Signed text is as good as random, so any of the eight masks reads as well; trying them all took four times as long.
MASK = 6


def check_address(token: str) -> str:
    """The receipt stands behind a #: browsers keep that part to themselves, so it reaches no server's log."""
    return f"{settings.BASE_URL}{reverse('receipts:verify')}#{token}"


def qr_of(token: str) -> segno.QRCode:
    """About 850 characters: the lowest error correction keeps the squares as large as they can be."""
    return segno.make_qr(check_address(token), error="l", boost_error=False, mask=MASK)


def qr_svg(token: str) -> SafeString:
    """Black on white in both schemes, since readers need it so; sized by the page's stylesheet."""
    return _drawn(token, _("Code to check the receipt"))


@lru_cache(maxsize=256)
def _drawn(token: str, title: str) -> SafeString:
    """A page that shows how far its messages came draws the same code again and again."""
    options = {"omitsize": True, "border": 4, "dark": "#000", "light": "#fff", "lineclass": None, "title": title}
    return SafeString(qr_of(token).svg_inline(svgclass="qr", **options).replace("<svg ", '<svg role="img" ', 1))
