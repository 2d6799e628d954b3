"""What a move would mean, in words: until when the visit could then be cancelled and moved, and under which rules."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freeslot.practices.models import policy_for
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.moving import MoveVerdict, move_until
from freeslot.scheduling.policy import Verdict, VisitFacts, Why, verdict_for
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side
from freeslot.scheduling.words import EXPLANATIONS, fee_amount, panel_for, policy_words, verdict_words
from freeslot.web.facts import Panel, Place
from freeslot.web.formatting import moment
from freeslot.web.formatting.days import day_and_clock


def terms_panel(visit: Appointment, move: MoveVerdict, starts_at: datetime, place: Place) -> Panel:
    """Both deadlines of the new time as clock times, and the fee that goes along with the visit, if any."""
    facts = facts_after(visit, move, starts_at, place.now)
    verdict = verdict_for(facts, visit.rules, Side.PATIENT, place.now)
    return Panel(
        kind="late" if verdict.fee else "free",
        headline=_headline(verdict, place),
        text=" ".join(filter(None, [_why(visit, move, verdict, place), move_words(visit, facts, place)])),
        line=panel_for(verdict, facts=facts, place=place).line,
        place=place,
    )


def facts_after(visit: Appointment, move: MoveVerdict, starts_at: datetime, now: datetime) -> VisitFacts:
    """The visit as it would be after a move at `now`."""
    facts = visit.facts()
    return replace(
        facts,
        starts_at=starts_at,
        moved_at=now,
        moves=facts.moves + 1,
        carried_fee_minor=max(facts.carried_fee_minor, move.carried.minor),
    )


def move_words(visit: Appointment, facts: VisitFacts, place: Place) -> str:
    """Until when the visit can be moved, and how often."""
    left = None if visit.rules.move.most is None else visit.rules.move.most - facts.moves
    until = move_until(facts, visit.rules)
    if (left is not None and left <= 0) or until <= place.now:
        return _("After this move it can be moved again only by phone.")
    last = moment(until, zone=place.zone, locale=place.locale, now=place.now)
    words = _("You can move it again until %(until)s.") % {"until": last}
    if left is None:
        return words
    often = ngettext("One more move is left then.", "%(count)s more moves are left then.", left) % {"count": left}
    return f"{words} {often}"


def carried_words(move: MoveVerdict, place: Place) -> str:
    """That a fee goes along, before a time is picked; empty where there is none."""
    if not move.carried:
        return ""
    return _("Moving is free. A cancel after it costs at least %(fee)s.") % {"fee": fee_amount(move.carried, place)}


def rules_of_today(visit: Appointment, place: Place) -> list[str]:
    """The practice's rules in sentences, where they are newer than those the visit was booked under."""
    policy = policy_for(visit.visit_type, now=place.now)
    if policy.pk == visit.policy_id:
        return []
    return policy_words(rules_from(policy.rules), price=visit.price, place=place)


def _headline(verdict: Verdict, place: Place) -> str:
    if verdict.fee:
        costs = {"fee": fee_amount(verdict.fee, place)}
        return _("Moving is free. A cancel after it costs at least %(fee)s.") % costs
    return verdict_words(verdict, place=place)[0]


def _why(visit: Appointment, move: MoveVerdict, verdict: Verdict, place: Place) -> str:
    if move.carried:
        before = verdict_for(visit.facts(), visit.rules, Side.PATIENT, place.now)
        if before.deadline is None:
            return ""
        if before.is_carried:
            return str(EXPLANATIONS[Why.CARRIED])
        words = _("Free cancelling of the time you have now ended %(ended)s, and a move does not change that.")
        return words % {"ended": _clock(before.deadline, place)}
    if verdict.deadline is None or verdict.fee:
        return verdict_words(verdict, place=place)[1] if not verdict.fee else ""
    costs = _("After that the fee is %(fee)s.") % {"fee": fee_amount(verdict.steps[0].fee, place)}
    soon = _("That time is soon, so you have a while to think again.") if verdict.why is Why.GRACE else ""
    return " ".join(filter(None, [costs, soon]))


def _clock(at: datetime, place: Place) -> str:
    return day_and_clock(at, zone=place.zone, locale=place.locale, now=place.now)
