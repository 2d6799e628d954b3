"""One self-contained page per status, for a proxy to show while Freeslot itself does not answer."""

from functools import partial
from html import escape

from django.conf import settings
from django.utils.translation import get_language_info, gettext, override

from freeslot.web.contrast import FREESLOT
from freeslot.web.stylesheet import stylesheet

STATUSES = (500, 502, 503)


def standalone(status: int) -> str:
    """The whole page with its style inside; every language on it, since nobody is there to choose."""
    css = stylesheet(FREESLOT).body.decode()
    parts = "".join(_words(code) for code, _name in settings.LANGUAGES)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><meta name="freeslot-status" content="{status}">'
        f"<title>Freeslot</title><style>{css}</style></head>"
        f'<body><main class="page">{parts}</main></body></html>\n'
    )


def _words(code: str) -> str:
    with override(code):
        say = partial(_say, code=code)
        heading = say("h1", gettext("We cannot show this page right now"))
        stands = say("p", gettext("If you pressed nothing, nothing was changed: your visit stands as it was."))
        unsure = say("p", gettext("If you had just pressed a button, open your visit again before you rely on it."))
        # An empty address is this page's own, asked for anew and pressing nothing.
        again = f'<a class="button button-main" href="">{escape(gettext("Try again"))}</a>'
        call = say("p", gettext("The telephone number of your practice is in every message it sent you."))
    direction = "rtl" if get_language_info(code)["bidi"] else "ltr"
    return (
        f'<div class="presses" lang="{code}" dir="{direction}">'
        f'<section class="panel panel-plain">{heading}{stands}{unsure}{call}</section>{again}</div>'
    )


def _say(tag: str, words: str, *, code: str) -> str:
    tag = "h2" if tag == "h1" and code != settings.LANGUAGES[0][0] else tag
    return f"<{tag}>{escape(words)}</{tag}>"
