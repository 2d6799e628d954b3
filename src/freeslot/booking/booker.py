"""Who is booking: a browser, known by a random number in its session, and the account that is signed in there."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.http import HttpRequest

from freeslot.patients.models import Grant, Patient
from freeslot.practices.models import Practice, VisitType
from freeslot.scheduling.actors import Actor, account
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.models.checkout import CheckoutQuerySet
from freeslot.scheduling.operations.repeats import PRESSED_TWICE
from freeslot.scheduling.reading import read_bookings
from freeslot.scheduling.tokens import keyed_hash
from freeslot.web.ids import as_uuid

IN_SESSION = "booker"


@dataclass(frozen=True)
class Booker:
    """`number` is empty while the browser has begun nothing yet."""

    number: str
    account_id: uuid.UUID | None

    @cached_property
    def source(self) -> str:
        """The browser's fingerprint; empty with its number."""
        return _source_of(self.number) if self.number else ""

    @property
    def actor(self) -> Actor | None:
        return account(self.account_id) if self.account_id else None

    def may_book(self, practice: Practice) -> bool:
        """The desk's switch: everyone, whoever is signed in, or nobody."""
        return practice.books_online(is_signed_in=self.account_id is not None)

    def checkouts(self) -> CheckoutQuerySet:
        """The bookings that this browser or this account began; what is outside does not exist for them."""
        mine = Q(source=self.source) if self.source else Q(pk__in=[])
        if self.account_id:
            mine |= Q(account_id=self.account_id)
        return Checkout.objects.filter(mine, moving__isnull=True)

    def keeps(self, now: datetime) -> list[Checkout]:
        """Those of them whose time is still kept."""
        return read_bookings(self.source, self.account_id, now=now)

    def kept_already(
        self, visit_type: VisitType, starts_at: datetime, practitioner_id: uuid.UUID, *, now: datetime
    ) -> Checkout | None:
        """What a press that comes twice, or once more after going back, has kept before."""
        wished = (visit_type.pk, starts_at, practitioner_id)
        kept = {(each.visit_type_id, each.starts_at, each.practitioner_id): each for each in self.keeps(now)}
        return kept.get(wished)

    def patients(self, practice: Practice, now: datetime) -> list[Patient]:
        """Whom the account may book for at this practice, oneself first; nobody where it is not signed in."""
        if not self.account_id:
            return []
        granted = Grant.objects.filter(Grant.in_force(now), user_id=self.account_id, patient__practice=practice)
        found = granted.select_related("patient").order_by("patient__given_name", "patient_id")
        return [grant.patient for grant in sorted(found, key=lambda each: each.scope != Grant.Scope.SELF)]

    def account_at(self, practice: Practice, now: datetime) -> uuid.UUID | None:
        """None where the practice knows nobody whom the account acts for: then they book as a guest does."""
        return self.account_id if self.patients(practice, now) else None


def booker_of(request: HttpRequest) -> Booker:
    user = request.user
    return Booker(request.session.get(IN_SESSION, ""), user.pk if user.is_authenticated else None)


def pressing_booker(request: HttpRequest, *, now: datetime) -> Booker:
    """For a press: known by the number that the page gave along, where the browser has none yet. The number is our own
    and not the session's key, which is another one after signing in."""
    booker = booker_of(request)
    if booker.number:
        return booker
    given = as_uuid(request.POST.get(IN_SESSION, ""))
    return replace(booker, number=(given if given and _is_new(given.hex, now) else uuid.uuid4()).hex)


def remember(request: HttpRequest, booker: Booker) -> None:
    """Once something is kept for them, the browser is known by its number."""
    if request.session.get(IN_SESSION) != booker.number:
        request.session[IN_SESSION] = booker.number


def _is_new(number: str, now: datetime) -> bool:
    """Given along, a number serves a press that comes twice. Later, on a computer that others use too, the page it was
    on would open to the next person what the first has begun."""
    begun = Checkout.objects.filter(source=_source_of(number), began_at__lte=now - PRESSED_TWICE)
    return not begun.exists()


def number_for(request: HttpRequest) -> dict[str, str]:
    """What the form of a first press sends along: pressed twice, both are of one browser, though neither brings a
    session."""
    return {} if IN_SESSION in request.session else {IN_SESSION: uuid.uuid4().hex}


def change_key(request: HttpRequest, *, now: datetime) -> None:
    """A new session key once a contact is proved, so that nobody who knew the old one sees the visit. A press that came
    twice still brings the old key, and its browser has dropped the first answer with the new one: for as long as two
    presses can lie apart, the old key stays good for what it was good for without the proof, and no more.

    Whoever is signed in was given a new key at that.
    """
    before = request.session.session_key
    if before is None or request.user.is_authenticated:
        return
    request.session.create()
    known = request.session.encode({IN_SESSION: request.session[IN_SESSION]})
    Session.objects.filter(pk=before).update(session_data=known, expire_date=now + PRESSED_TWICE)


def _source_of(number: str) -> str:
    return keyed_hash("booker", number)
