"""Short ways to what tests of guests need: a checkout in each of its states."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.checkout import begin_checkout
from freeslot.scheduling.operations.guests import ask_guest_code, say_who, use_guest_code
from freeslot.scheduling.tokens import guest_codes_for
from tests.support.cast import Cast

BORN = date(1990, 5, 4)
WHO: dict[str, Any] = {
    "given_name": "Nora",
    "family_name": "Ng",
    "birth_date": BORN,
    "contact_kind": "email",
    "contact_value": "nora@example.org",
}
# Maria, whom the cast's practice knows.
MARIA = WHO | {"given_name": "Maria", "family_name": "Lopez", "birth_date": date(1948, 3, 7)}


def begin(cast: Cast, *, source: str = "one", days: int = 7, at: datetime | None = None, **given: Any) -> Checkout:
    at = at or cast.now
    slots = [slot for slot in cast.slots_from(cast.now + timedelta(days=days), 60) if slot.status == "free"]
    return begin_checkout(visit_type=cast.visit_type, slot_ids=[slots[0].pk], source=source, now=at, **given)


def say(checkout: Checkout, *, at: datetime | None = None, **changed: Any) -> Checkout:
    return say_who(checkout_id=checkout.pk, now=at or checkout.began_at, **(WHO | changed))


def ask(checkout: Checkout, *, at: datetime | None = None) -> bool:
    return ask_guest_code(checkout_id=checkout.pk, door=Door.PORTAL, now=at or checkout.began_at)


def code_of(checkout: Checkout) -> str:
    return guest_codes_for(checkout.pk, Checkout.objects.get(pk=checkout.pk).codes)[0]


def use(checkout: Checkout, typed: str | None = None, *, at: datetime | None = None) -> bool:
    typed = code_of(checkout) if typed is None else typed
    return use_guest_code(checkout_id=checkout.pk, typed=typed, now=at or checkout.began_at)


def verified(cast: Cast, *, source: str = "one", **changed: Any) -> Checkout:
    checkout = begin(cast, source=source)
    say(checkout, **changed)
    assert ask(checkout)
    assert use(checkout)
    return Checkout.objects.select_related("practice").get(pk=checkout.pk)


def nobody() -> uuid.UUID:
    return uuid.uuid4()
