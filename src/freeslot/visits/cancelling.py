"""One press of the cancel page: the form in, the operation called, and what is left standing said in words."""

from datetime import datetime

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from freeslot.scheduling.errors import BadReason, KeyReused, UnknownAppointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.operations.cancel import CancelOutcome, CancelResult, cancel_appointment
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.scheduling.policy import Verdict
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.asking import Asker
from freeslot.visits.forms import NOT_OFFERED, STALE, CancelForm
from freeslot.visits.proof import prove
from freeslot.visits.tried import tried_at


class Stays(Exception):
    """Nothing was changed, and why; with 409 the fee is not the one that was shown."""

    def __init__(self, why: str | Promise, *, status: int = 422, verdict: Verdict | None = None) -> None:
        super().__init__(str(why))
        self.why, self.status, self.verdict = why, status, verdict


class MeantAnother(Exception):
    """The visit that was picked is not the one this page is about."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.ref = ref


def press_cancel(form: CancelForm, *, ref: str, asker: Asker, now: datetime) -> CancelOutcome:
    """Cancels, or tells the practice, and issues the receipt. Raises Stays, MeantAnother, or Http404 to a stranger."""
    if not form.is_valid():
        raise Stays(STALE if set(form.errors) - {"reason", "note"} else _unchanged(form))
    _check_meant(form, ref)
    outcome = _cancel(form, ref=ref, asker=asker, now=now)
    if outcome.result is CancelResult.FEE_ROSE:
        names_none = form.cleaned_data["confirm"] is None
        raise Stays(STALE if names_none else "", status=409, verdict=outcome.verdict)
    if outcome.result is CancelResult.REFUSED:
        raise Stays("", verdict=outcome.verdict)
    prove(outcome.event)
    return outcome


def _cancel(form: CancelForm, *, ref: str, asker: Asker, now: datetime) -> CancelOutcome:
    said = form.cleaned_data
    try:
        with telling_what_was_saved():
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
    except UnknownAppointment:
        raise Http404 from None
    except KeyReused:
        form.add_error("key", str(STALE))
        raise Stays(STALE) from None
    except BadReason:
        form.add_error("reason", wrong_reason(said["reason"]))
        raise Stays(_unchanged(form)) from None


def wrong_reason(reason: str) -> str:
    return str(NOT_OFFERED) if reason else _("Choose why you are cancelling.")


def _check_meant(form: CancelForm, ref: str) -> None:
    if not form.cleaned_data["alike"]:
        return
    meant = parse_reference(form.cleaned_data["which"], REFERENCE_PREFIX)
    if meant is None:
        form.add_error("which", _("Pick the visit that you mean."))
        raise Stays(_unchanged(form))
    if meant != ref:
        raise MeantAnother(meant)


def _unchanged(form: CancelForm) -> str:
    """What is so, and what to do about it: the first thing that is wrong with the form."""
    first = next(str(error) for errors in form.errors.values() for error in errors)
    return _("Nothing was changed. %(problem)s") % {"problem": first}
