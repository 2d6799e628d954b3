"""Several visits cancelled together: picked, looked at with the sum of the fees, then pressed once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker, NotAnyMore
from freeslot.visits.entering import visit_page
from freeslot.visits.forms import STALE, CancelForm
from freeslot.visits.several import MOST, Item, items_beside, items_named, refs_in
from freeslot.visits.several_outcomes import results_page
from freeslot.visits.several_pages import choice_page, review_page
from freeslot.visits.several_press import press_all, problems_of
from freeslot.visits.stopped import stopped_page
from freeslot.visits.typed import chosen_before, forget_typed, keep_typed, picked_before


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def together(request: HttpRequest, asker: Asker) -> HttpResponse:
    now = timezone.now()
    try:
        if request.method == "POST":
            return _pressed(request, asker, now=now)
        if done := refs_in(request.GET.getlist("done")[:MOST]):
            return results_page(request, asker, items_named(request, done, now=now))
        return _choice(request, asker, now=now, chosen=chosen_before(request))
    except NotAnyMore as over:
        keep_typed(request)
        return over.answer


def _pressed(request: HttpRequest, asker: Asker, *, now: datetime) -> HttpResponse:
    refs = refs_in(request.POST.getlist("visit"))
    if not refs or len(refs) > MOST:
        problem = str(STALE) if refs else _("Pick at least one visit.")
        return _choice(request, asker, now=now, chosen=refs, problem=problem)
    items = items_named(request, refs, now=now)
    named = refs_in(request.POST.getlist("with")[:MOST])
    if "look" in request.POST:
        forms = {ref: CancelForm(prefix=ref, initial=picked_before(request, ref)) for ref in refs}
        return review_page(request, asker, items, forms, named=named)
    forms = {ref: CancelForm(request.POST, prefix=ref) for ref in refs}
    return _cancel(request, asker, items, forms, named=named, now=now)


def _cancel(
    request: HttpRequest,
    asker: Asker,
    items: Sequence[Item],
    forms: Mapping[str, CancelForm],
    *,
    named: Sequence[str],
    now: datetime,
) -> HttpResponse:
    """All or nothing as long as it can be told beforehand; after that, what became of each is said of each."""
    if problems := problems_of(items, forms, now=now):
        return review_page(request, asker, items, forms, named=named, problems=problems)
    pressed = press_all(items, forms, now=now)
    if pressed.is_away:
        return stopped_page(request, pressed, now=now)
    forget_typed(request)
    return see_other(f"{reverse('together')}?{urlencode([('done', item.ref) for item in items])}")


def _choice(
    request: HttpRequest, asker: Asker, *, now: datetime, chosen: Sequence[str], problem: str = ""
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    named = refs_in(given.getlist("with")[:MOST])
    items = items_named(request, named, now=now)
    items = sorted([*items, *items_beside(asker, items, now=now)], key=lambda item: item.visit.starts_at)
    return choice_page(request, asker, items, named=named, chosen=[*named, *chosen], problem=problem)
