"""One press of the cancel page: the form in, the operation called, and what is left standing said in words."""

from datetime import datetime

from django.utils.translation import gettext as _

from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.operations.cancel import CancelOutcome, CancelResult, cancel_appointment
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.asking import Asker
from freeslot.visits.forms import CancelForm
from freeslot.visits.pressing import Stays, check_form, fee_rose, saying_what_stands
from freeslot.visits.proof import prove
from freeslot.visits.tried import tried_at


class MeantAnother(Exception):
    """The visit that was picked is not the one this page is about."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


def press_cancel(form: CancelForm, *, ref: str, asker: Asker, now: datetime) -> CancelOutcome:
    """Cancels, or tells the practice, and issues the receipt. Raises Stays, MeantAnother, or Http404 to a stranger."""
    check_form(form)
    _check_meant(form, ref)
    outcome = _cancel(form, ref=ref, asker=asker, now=now)
    if outcome.result is CancelResult.FEE_ROSE:
        raise fee_rose(form)
    if outcome.result is CancelResult.REFUSED:
        raise Stays
    prove(outcome.event)
    return outcome


def _check_meant(form: CancelForm, ref: str) -> None:
    if not form.cleaned_data["alike"]:
        return
    meant = parse_reference(form.cleaned_data["which"], REFERENCE_PREFIX)
    if meant is None:
        form.add_error("which", _("Pick the visit that you mean."))
        raise Stays(form.unchanged)
    if meant != ref:
        raise MeantAnother(meant)


def _cancel(form: CancelForm, *, ref: str, asker: Asker, now: datetime) -> CancelOutcome:
    said = form.cleaned_data
    with saying_what_stands(form):
        return cancel_appointment(
            ref=ref,
            actor=asker.actor,
            door=asker.door,
            reason=said["reason"],
            note=said["note"],
            accepted_fee=said["confirm"] or 0,
            idempotency_key=said["key"],
            now=now,
            ask_review=bool(said["review"]),
            review_why=said["review"],
            tried_at=tried_at(said["tried"], ref=ref),
        )
