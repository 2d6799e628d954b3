"""What somebody sees before they book: the visit as a card, what a cancel of it will cost and until when it is free."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from freeslot.booking.flow import Flow
from freeslot.booking.forms import SELF_PAY
from freeslot.booking.words import born_words, price_words, where_words
from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import VisitFacts, verdict_for
from freeslot.scheduling.states import Side, Status
from freeslot.scheduling.words import panel_for, policy_words
from freeslot.web.facts import Panel, VisitCard


@dataclass(frozen=True)
class Review:
    """`born` is the date of birth as a guest said it; `panel` is the verdict on a cancel as it will be right after the
    booking; `not_taken` is said of a health plan that does not cover this visit here."""

    card: VisitCard
    born: str
    panel: Panel
    policy: list[str]
    price: str
    payer: str
    not_taken: str


def review_of(flow: Flow) -> Review:
    kind = flow.checkout.visit_type
    price = Money(kind.price_minor, flow.practice.currency)
    facts = _facts(flow, price)
    verdict = verdict_for(facts, flow.rules, Side.PATIENT, flow.now)
    payer = flow.payer
    return Review(
        card=_card(flow),
        born=born_words(flow.checkout.birth_date, flow.place),
        panel=panel_for(verdict, facts=facts, place=flow.place),
        policy=policy_words(flow.rules, price=price, place=flow.place),
        price=price_words(kind, flow.place),
        payer=str(_("you yourself")) if payer == SELF_PAY else payer,
        not_taken=_not_taken(flow, payer),
    )


def _facts(flow: Flow, price: Money) -> VisitFacts:
    """The visit as it will be once it is booked at this moment."""
    return VisitFacts(
        status=Status.BOOKED,
        starts_at=flow.checkout.starts_at,
        booked_at=flow.now,
        zone=flow.practice.tz,
        price=price,
        payer=flow.payer,
    )


def _card(flow: Flow) -> VisitCard:
    checkout = flow.checkout
    practitioner = checkout.practitioner
    return VisitCard(
        starts_at=checkout.starts_at,
        ends_at=checkout.starts_at + checkout.visit_type.length,
        place=flow.place,
        reference="",
        patient=flow.patient.given_name if flow.patient else checkout.given_name,
        practitioner=", ".join(filter(None, [practitioner.name, practitioner.role])),
        visit_type=checkout.visit_type.name,
        where=where_words(checkout.visit_type, checkout),
        facts={"slot": checkout.starts_at.astimezone(flow.practice.tz).isoformat()},
    )


def _not_taken(flow: Flow, payer: str) -> str:
    taken = flow.checkout.visit_type.payers
    if not taken or not payer or payer in {*taken, SELF_PAY}:
        return ""
    return _("For this visit the practice does not take %(plan)s: you may have to pay it yourself. Ask first.") % {
        "plan": payer
    }
