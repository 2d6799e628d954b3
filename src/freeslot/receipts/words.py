"""Receipts in words: what happened, what is proved by it and what is not; the same on page, PDF and terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.receipts.claims import Claims
from freeslot.receipts.reading import Problem
from freeslot.scheduling.actors import ActorKind, Door
from freeslot.scheduling.money import Money
from freeslot.scheduling.words import DOORS, fee_words
from freeslot.web.facts import Place
from freeslot.web.formatting import moment

# A proof is read years later: far from this «now», every day is written with its year.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

HAPPENED: dict[str, Promise] = {
    "booked": gettext_lazy("Visit %(reference)s was booked."),
    "cancelled": gettext_lazy("Visit %(reference)s was cancelled."),
    "undone": gettext_lazy("The cancel of visit %(reference)s was taken back. The visit was booked again as before."),
    "moved": gettext_lazy("Visit %(reference)s was moved to another time."),
    "practice_told": gettext_lazy(
        "The practice was told that the patient will not come to visit %(reference)s. The visit stayed booked."
    ),
    "noshow": gettext_lazy("The practice noted that the patient did not come to visit %(reference)s."),
}
TOLD: dict[str, Promise] = {
    "booked": gettext_lazy("Booked %(at)s by %(actor)s, %(door)s."),
    "cancelled": gettext_lazy("Cancelled %(at)s by %(actor)s, %(door)s."),
    "undone": gettext_lazy("Cancel taken back %(at)s by %(actor)s, %(door)s."),
    "moved": gettext_lazy("Moved %(at)s by %(actor)s, %(door)s."),
    "practice_told": gettext_lazy("Practice told %(at)s by %(actor)s, %(door)s."),
    "noshow": gettext_lazy("Noted as missed %(at)s by %(actor)s, %(door)s."),
}
ACTORS: dict[str, Promise] = {
    ActorKind.PATIENT: gettext_lazy("the patient"),
    ActorKind.PROXY: gettext_lazy("someone who acts for the patient"),
    ActorKind.PRACTICE: gettext_lazy("the practice"),
    ActorKind.SYSTEM: gettext_lazy("the practice’s system"),
}
PROBLEMS: dict[Problem, Promise] = {
    Problem.NOTHING: gettext_lazy(
        "There is no receipt in this. Paste the whole text that begins with “eyJ”, or choose the PDF or the file."
    ),
    Problem.TOO_LARGE: gettext_lazy("This is larger than any receipt. A receipt’s file has less than 1 MB."),
    Problem.UNREADABLE: gettext_lazy(
        "This file cannot be read. Choose what you saved with “Save as PDF” or “Save as data”."
    ),
    Problem.SEVERAL: gettext_lazy("There are several receipts in this. Check them one by one."),
    Problem.MALFORMED: gettext_lazy("This is no whole receipt: a part of it is missing or damaged. Copy it again."),
    Problem.OTHER_KIND: gettext_lazy("This is signed, but it is not a receipt of a visit."),
    Problem.UNKNOWN_KEY: gettext_lazy(
        "This was not signed with a key known here. It may come from another address, or it may be made up."
    ),
    Problem.CHANGED: gettext_lazy("The signature does not fit: something in it was changed after it was signed."),
    Problem.CHANGED_BESIDE: gettext_lazy(
        "The text beside the signature was changed, so do not trust it. What was signed is the part that begins with "
        "“eyJ”: check that alone."
    ),
}


def happened(claims: Claims) -> str:
    """One sentence or two for a stranger, without a name."""
    return str(HAPPENED.get(claims.event, claims.event)) % {"reference": claims.reference}


def told(claims: Claims, *, place: Place) -> str:
    """One line for those who know which visit it is."""
    at = moment(claims.at, zone=place.zone, locale=place.locale, now=place.now)
    door = _("as they had wished") if _is_wish(claims) else _door(claims)
    return str(TOLD[claims.event]) % {"at": at, "actor": _actor(claims), "door": door}


def facts_of(claims: Claims, *, place: Place, practice: str) -> list[tuple[str, str]]:
    """Label and value of all that is signed, in the order a reader asks for it. `practice` is its name, or its slug."""
    rows = [
        (_("Practice"), practice),
        (_("Reference"), claims.reference),
        (_("When it happened"), _moment(claims.at, place)),
        (_("Time of the visit"), _visit_time(claims, place)),
        (_("Done by"), _actor(claims)),
        (_("Where"), _door(claims)),
        (_("Free to cancel until"), _moment(claims.policy.free_until, place) if claims.policy.free_until else ""),
        (_("Fee"), fee_of(claims, place=place)),
        (_("Rules of the practice"), _("version %(version)s") % {"version": claims.policy.version}),
        (_("Receipt"), claims.number),
    ]
    return [(label, value) for label, value in rows if value]


def fee_of(claims: Claims, *, place: Place) -> str:
    """The fee that was decided; nothing where nothing was cancelled and so nothing decided."""
    if claims.event != "cancelled":
        return ""
    return fee_words(claims.policy.fee or Money(0, ""), claims.policy.fee_state, place)


def proved(claims: Claims) -> list[str]:
    return [
        _("%(issuer)s signed exactly these facts, and nothing was changed since.") % {"issuer": claims.issuer},
        _("The practice cannot take back that it recorded this, at this time and with this fee.")
        if claims.event == "cancelled"
        else _("The practice cannot take back that it recorded this, at this time."),
    ]


def not_proved(*, later_is_known: bool = False) -> list[str]:
    """`later_is_known`: the books were asked, and what came later, if anything did, is said beside this."""
    later = _("It does not prove that nothing happened later. Ask the practice, or check it at its address.")
    return [
        _("It does not prove which person pressed the button, or who the patient is. It holds no name."),
        *([] if later_is_known else [later]),
    ]


def as_lines(facts: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{label}: {value}" for label, value in facts]


def _actor(claims: Claims) -> str:
    return str(ACTORS.get(claims.actor, claims.actor))


def _door(claims: Claims) -> str:
    door = str(DOORS.get(claims.door, claims.door))
    return ", ".join([door, _("as they had wished")]) if _is_wish(claims) else door


def _is_wish(claims: Claims) -> bool:
    """Nobody pressed: the practice's system did what a patient, or who acts for them, had wished."""
    return claims.door == Door.SYSTEM and claims.actor in {ActorKind.PATIENT, ActorKind.PROXY}


def _visit_time(claims: Claims, place: Place) -> str:
    if claims.start and claims.start_before:
        times = {"before": _moment(claims.start_before, place), "after": _moment(claims.start, place)}
        return _("%(before)s, moved to %(after)s") % times
    return _moment(claims.starts_at, place) if claims.starts_at else ""


def _moment(at: datetime, place: Place) -> str:
    return moment(at, zone=place.zone, locale=place.locale, now=LONG_AGO)
