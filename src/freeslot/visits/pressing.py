"""What the press of a cancel page and that of a move page share: what stands against it, said in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404
from django.utils.functional import Promise

from freeslot.scheduling.errors import BadReason, KeyReused, UnknownAppointment
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.forms import STALE, PressForm


class Stays(Exception):
    """Nothing was changed, and why; with 409 the fee is not the one that was shown."""

    def __init__(self, why: str | Promise = "", *, status: int = 422) -> None:
        super().__init__(str(why))
        self.why, self.status = str(why), status


class MovedMeanwhile(Stays):
    """Nothing was changed: the visit is at another time than the page had shown."""


def check_form(form: PressForm) -> None:
    """Raises Stays for a form that is not whole."""
    if not form.is_valid():
        raise Stays(STALE if form.is_stale else form.unchanged)


def fee_rose(form: PressForm) -> Stays:
    """The page says which fee it is now; a form that names none is none of ours."""
    return Stays(STALE if form.cleaned_data["confirm"] is None else "", status=409)


@contextmanager
def saying_what_stands(form: PressForm) -> Iterator[None]:
    """Around the operation: raises Stays for what it takes amiss in the form, NotSaved, OutcomeUnknown, or Http404 to a
    stranger."""
    try:
        with telling_what_was_saved():
            yield
    except UnknownAppointment:
        raise Http404 from None
    except KeyReused:
        form.add_error("key", str(STALE))
        raise Stays(STALE) from None
    except BadReason:
        form.add_error("reason", form.wrong_reason)
        raise Stays(form.unchanged) from None
