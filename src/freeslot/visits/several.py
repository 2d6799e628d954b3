"""Several visits at once: those that were named, each by its own right, and those that could go with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import Http404, HttpRequest

from freeslot.scheduling.actors import link_holder
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.policy import Kind, Verdict
from freeslot.scheduling.reference import parse_reference
from freeslot.scheduling.words import verdict_words
from freeslot.visits.asking import Asker, asker_for
from freeslot.visits.cards import card_for
from freeslot.web.facts import VisitCard

MOST = 20
NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Item:
    """One of the visits as it stands now, and who asks for it."""

    visit: Appointment
    asker: Asker
    verdict: Verdict
    card: VisitCard

    @property
    def ref(self) -> str:
        return self.visit.reference

    @property
    def can_cancel(self) -> bool:
        return self.verdict.kind is not Kind.REFUSED

    @property
    def headline(self) -> str:
        return verdict_words(self.verdict, place=self.card.place)[0]


def refs_in(values: Iterable[str]) -> list[str]:
    """References as they are written, each once. Http404 for what cannot be one."""
    refs = [parse_reference(value, REFERENCE_PREFIX) for value in values]
    if None in refs:
        raise Http404
    return list(dict.fromkeys(filter(None, refs)))


def items_named(request: HttpRequest, refs: Sequence[str], *, now: datetime) -> list[Item]:
    """In order of time; one that is a stranger's makes it 404 for all. Raises NotAnyMore."""
    askers = {ref: _asker(request, ref) for ref in refs}
    visits = _loaded(askers, now)
    if len(visits) < len(askers):
        raise Http404
    return [_item(visit, askers[visit.reference], now) for visit in visits]


def items_beside(asker: Asker, named: Sequence[Item], *, now: datetime) -> list[Item]:
    """What else is to come of those the asker sees: the nearest in time, at most twenty with those that were named.

    Beside a visit that was named: at its practice, or less than a week from it. A link's holder sees few anyway.
    """
    coming = Appointment.objects.visible_to(asker.actor, now).live().for_pages().filter(starts_at__gt=now)
    if named and not asker.is_narrow:
        coming = coming.filter(_near(named))
    others = coming.exclude(pk__in=[item.visit.pk for item in named]).order_by("starts_at")
    return [_item(visit, asker, now) for visit in others[: max(0, MOST - len(named))]]


def _asker(request: HttpRequest, ref: str) -> Asker:
    asker = asker_for(request, ref)
    if asker is None:
        raise Http404
    return asker


def _loaded(askers: dict[str, Asker], now: datetime) -> list[Appointment]:
    """One statement for the account's, one for those that links opened."""
    opened = [visit_id for asker in askers.values() for visit_id in asker.actor.appointment_ids]
    actors = {asker.actor for asker in askers.values() if not asker.is_narrow}
    actors |= {link_holder(*opened)} if opened else set()
    found: dict[str, Appointment] = {}
    for actor in actors:
        visible = Appointment.objects.visible_to(actor, now).for_pages()
        found |= {visit.reference: visit for visit in visible.filter(reference__in=list(askers))}
    return sorted(found.values(), key=lambda visit: visit.starts_at)


def _near(named: Sequence[Item]) -> Q:
    near = Q(practice_id__in={item.visit.practice_id for item in named})
    for item in named:
        near |= Q(starts_at__gt=item.visit.starts_at - NEAR, starts_at__lt=item.visit.starts_at + NEAR)
    return near


def _item(visit: Appointment, asker: Asker, now: datetime) -> Item:
    verdict = visit.verdict(asker.actor, now)
    return Item(visit, asker, verdict, card_for(visit, now=now, verdict=verdict, is_listed=True))
