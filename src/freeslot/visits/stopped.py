"""What a page says when the database fails amid a press for several visits: how each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from freeslot.practices.models import Practice
from freeslot.visits import snapshot
from freeslot.visits.failures import failure_page
from freeslot.visits.several import MOST, Item
from freeslot.visits.several_pages import headline, in_frame
from freeslot.visits.several_press import Pressed
from freeslot.visits.tried import stamp, tried_at
from freeslot.web.facts import VisitCard

# All that the form sends of each visit, for the one that tries again.
SENT = ("confirm", "key", "reason", "review", "seen")


@dataclass(frozen=True)
class Seen:
    """What is known of one of them without asking the database."""

    practice: Practice
    card: VisitCard

    @property
    def ref(self) -> str:
        return self.card.reference


def stopped_page(request: HttpRequest, pressed: Pressed, *, now: datetime) -> HttpResponse:
    done, unknown, left = (_seen(each) for each in (pressed.done, pressed.unknown, pressed.left))
    return _page(request, done=done, unknown=unknown, left=left, now=now)


def stopped_before(request: HttpRequest, *, now: datetime) -> HttpResponse | None:
    """When not even the visits could be read: nothing was changed, and the form itself knows which they are."""
    refs = request.POST.getlist("visit")[:MOST]
    read = [snapshot.read(request.POST.get(f"{ref}-seen", ""), ref=ref) for ref in refs]
    left = [Seen(each.practice, each.card(now)) for each in read if each]
    return _page(request, done=[], unknown=[], left=left, now=now) if left and len(left) == len(refs) else None


def _seen(items: Sequence[Item]) -> list[Seen]:
    return [Seen(item.visit.practice, item.card) for item in items]


def _page(
    request: HttpRequest, *, done: list[Seen], unknown: list[Seen], left: list[Seen], now: datetime
) -> HttpResponse:
    everything = [*done, *unknown, *left]
    # Those that are done go along with their keys: they stay as they are, and the result tells of all.
    stamps = {seen.ref: _stamp(request, seen.ref, now) for seen in everything}
    context = {
        "question": _("We do not know yet") if unknown else headline(len(done), len(everything)),
        "done": done,
        "unknown": unknown,
        "left": left,
        "tried_at": min(tried_at(text, ref=ref) or now for ref, text in stamps.items()),
        "place": everything[0].card.place,
        "look": f"{reverse('together')}?{urlencode([('done', seen.ref) for seen in everything])}",
        "sent": [pair for ref, text in stamps.items() for pair in _sent(request, ref, text)],
        "phones": in_frame(request, [seen.practice for seen in everything], now),
    }
    return failure_page(request, "visits/together_stopped.html", context)


def _stamp(request: HttpRequest, ref: str, now: datetime) -> str:
    """That of the first try, however often it fails."""
    earlier = request.POST.get(f"{ref}-tried", "")
    return earlier if tried_at(earlier, ref=ref) else stamp(ref, now)


def _sent(request: HttpRequest, ref: str, tried: str) -> list[tuple[str, str]]:
    names = [f"{ref}-{name}" for name in SENT]
    pairs = [(name, request.POST[name]) for name in names if name in request.POST]
    return [("visit", ref), *pairs, (f"{ref}-tried", tried)]
