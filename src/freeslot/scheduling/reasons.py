"""Reasons for a cancel or a move: the codes of FHIR's appointment-cancellation-reason, in words for patients.

Source: http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason (HL7, R4). `ill` and `other` are ours;
towards FHIR they are its general codes `pat` and `other`.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freeslot.scheduling.errors import BadReason
from freeslot.scheduling.rulebook import ReasonRule

ILL = "ill"

WORDS: dict[str, str | Promise] = {
    ILL: _("I feel ill"),
    "pat-fb": _("I feel better"),
    "pat-lt": _("I cannot get there"),
    "oth-fin": _("It costs too much"),
    "pat-swl": _("I have another time"),
    "pat-ucp": _("I see someone else now"),
    "pat-mv": _("I have moved away"),
    "oth-weath": _("The weather"),
    "oth-int": _("There is no interpreter"),
    "oth-err": _("It was booked by mistake"),
    "other": _("Another reason"),
}


def choices(codes: tuple[str, ...]) -> list[tuple[str, str | Promise]]:
    """The reasons a practice offers, in the order above; all of them where it names none."""
    return [(code, words) for code, words in WORDS.items() if not codes or code in codes]


def check_reason(reason: str, rule: ReasonRule, *, among: tuple[str, ...]) -> None:
    """Raises BadReason for a reason that is not offered, or a missing one where the practice requires it."""
    offered = {code for code, _words in choices(among)} if rule is not ReasonRule.OFF else set()
    if (reason and reason not in offered) or (not reason and rule is ReasonRule.REQUIRED):
        raise BadReason
