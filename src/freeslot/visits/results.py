"""The page after a press: how the visit stands now, whatever was pressed and whenever this page is read."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from freeslot.events.models import Event
from freeslot.messages.delivery import deliveries_of, sender_address
from freeslot.receipts.answers import receipt_card
from freeslot.receipts.models import Receipt
from freeslot.receipts.queries import latest_receipt
from freeslot.scheduling.actors import account
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.take_back import can_take_back
from freeslot.scheduling.reasons import ILL
from freeslot.scheduling.states import Status
from freeslot.visits.again import WORDS
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for, undo_box
from freeslot.visits.histories import last_move
from freeslot.visits.loading import appointment_for
from freeslot.visits.outcomes import outcome_panel, was_told
from freeslot.web.facts import Delivery, Place, ReceiptCard


def result_page(
    request: HttpRequest, asker: Asker, ref: str, *, now: datetime, status: int = 200, is_too_late: bool = False
) -> HttpResponse:
    """The live state, Undo while there is one, the latest receipt, and what was sent where."""
    visit = appointment_for(request, asker, ref, now=now)
    card = card_for(visit, now=now)
    move = last_move(visit)
    receipt = _receipt_of_now(visit, move)
    sent = _sent(visit, receipt, card.place)
    is_free = can_take_back(visit, asker.actor, now)
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "panel": outcome_panel(
            visit,
            asker,
            place=card.place,
            receipt=receipt,
            is_too_late=is_too_late,
            is_refused=status != 200,
            is_free=is_free,
            move=move if _is_latest(move, visit) else None,
        ),
        "undo": undo_box(visit, card.place),
        "is_free": is_free,
        "receipt": _card(visit, receipt, card.place) if receipt else None,
        "sent": sent,
        "again": WORDS.get(request.GET.get("again", "")),
        "is_cancelled": visit.status == Status.CANCELLED,
        "is_ill": visit.reason == ILL,
        "is_outside": _is_outside(request, asker, visit, now=now),
    }
    return render(request, "visits/receipt.html", context, status=status)


def _is_outside(request: HttpRequest, asker: Asker, visit: Appointment, *, now: datetime) -> bool:
    """Whether somebody signed in would look for this visit among theirs in vain."""
    user = request.user
    if not asker.is_narrow or not user.is_authenticated:
        return False
    return not Appointment.objects.visible_to(account(user.pk), now).filter(pk=visit.pk).exists()


def _is_latest(move: Event | None, visit: Appointment) -> bool:
    return move is not None and move.version == visit.version and not was_told(visit)


def _receipt_of_now(visit: Appointment, move: Event | None) -> Receipt | None:
    """The latest receipt; None while the one of a cancel, of its undo or of a move is still to be written."""
    receipt = latest_receipt(visit.pk)
    if _is_latest(move, visit) and move and receipt and receipt.event_id != move.pk:
        return None
    says_cancelled = receipt is not None and receipt.claims.event == "cancelled"
    return receipt if says_cancelled == (visit.status == Status.CANCELLED) else None


@dataclass(frozen=True)
class Sent:
    """What went out about the latest change: `is_timed` when a time is said of it, `has_mail` when a mail went.

    `again` are the messages that may be asked for once more.
    """

    rows: list[Delivery]
    is_live: bool
    is_timed: bool
    has_mail: bool
    has_calendar: bool
    again: list[str]
    sender: str


def _sent(visit: Appointment, receipt: Receipt | None, place: Place) -> Sent:
    found = deliveries_of(visit.pk, receipt.event_id if receipt else None, place=place)
    if receipt:
        found = [each for each in found if each.event_id == receipt.event_id]
    gone = [each for each in found if each.state in {"sent", "delivered"}]
    return Sent(
        rows=[Delivery(what=each.what, state=each.state, words=each.words) for each in found],
        is_live=any(each.state == "waiting" for each in found),
        is_timed=bool(gone),
        has_mail=any(each.channel == "email" for each in gone),
        has_calendar=any(each.carries_calendar for each in gone),
        again=[str(each.message_id) for each in found if each.can_be_sent_again],
        sender=sender_address(),
    )


def _card(visit: Appointment, receipt: Receipt, place: Place) -> ReceiptCard:
    ref = [visit.reference]
    return receipt_card(
        receipt, place=place, pdf_url=reverse("receipt.pdf", args=ref), json_url=reverse("receipt.json", args=ref)
    )
