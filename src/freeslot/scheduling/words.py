"""Verdicts, rules and histories in words, said the same way on pages, in messages and on receipts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from freeslot.scheduling.actors import ActorKind, Door
from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import FeeStep, Kind, Verdict, VisitFacts, Why
from freeslot.scheduling.rulebook import Deadline, Fee, MoveRules, ReasonRule, Rules
from freeslot.scheduling.rulebook import Step as RuleStep
from freeslot.scheduling.states import Status
from freeslot.web import facts as web
from freeslot.web.facts import Panel, Place
from freeslot.web.formatting import clock, length, moment, money
from freeslot.web.formatting.days import day_and_clock
from freeslot.web.line import deadline_line

STATUSES: dict[str, Promise] = {
    Status.PENDING: gettext_lazy("Requested"),
    Status.BOOKED: gettext_lazy("Booked"),
    Status.ARRIVED: gettext_lazy("Checked in"),
    Status.FULFILLED: gettext_lazy("Took place"),
    Status.NOSHOW: gettext_lazy("Missed"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
}
DOORS: dict[str, Promise] = {
    Door.PORTAL: gettext_lazy("on the practice’s portal"),
    Door.PLATFORM: gettext_lazy("on Freeslot"),
    Door.APP: gettext_lazy("in the app"),
    Door.LINK: gettext_lazy("by the link in a message"),
    Door.DESK: gettext_lazy("at the practice’s desk"),
    Door.SYSTEM: gettext_lazy("by the practice’s system"),
}
ACTORS: dict[str, Promise] = {
    ActorKind.PATIENT: gettext_lazy("by you"),
    ActorKind.PROXY: gettext_lazy("by someone who acts for you"),
    ActorKind.PRACTICE: gettext_lazy("by the practice"),
    ActorKind.SYSTEM: gettext_lazy("by the practice’s system"),
}
HEADLINES: dict[Why, Promise] = {
    Why.NO_FEES: gettext_lazy("Cancelling is free"),
    Why.GRACE: gettext_lazy("Cancelling is free"),
    Why.PAYER: gettext_lazy("Cancelling is free"),
    Why.MOVED_BY_PRACTICE: gettext_lazy("Cancelling is free"),
    Why.BY_PRACTICE: gettext_lazy("Cancelling is free for the patient"),
    Why.TELL: gettext_lazy("It is too late to cancel online"),
    Why.STARTED: gettext_lazy("This visit has already started"),
    Why.CHECKED_IN: gettext_lazy("You are already checked in"),
    Why.OVER: gettext_lazy("This visit is over"),
    Why.CANCELLED: gettext_lazy("This visit is already cancelled"),
}
EXPLANATIONS: dict[Why, Promise] = {
    Why.NO_FEES: gettext_lazy("This practice charges no fee, at any time before the visit."),
    Why.GRACE: gettext_lazy("This visit is booked late, so you have time to think again until it starts."),
    Why.PAYER: gettext_lazy("Your health plan does not allow a fee for a late cancel."),
    Why.MOVED_BY_PRACTICE: gettext_lazy("The practice moved this visit, so there is no fee."),
    Why.BY_PRACTICE: gettext_lazy("A cancel by the practice never costs the patient anything."),
    Why.CARRIED: gettext_lazy("Free cancelling had ended when this visit was moved, so the fee went along."),
    Why.STARTED: gettext_lazy("A visit can be cancelled online until it starts. Call the practice if you cannot come."),
    Why.CHECKED_IN: gettext_lazy("Speak to the desk, or call the practice."),
    Why.OVER: gettext_lazy("It cannot be cancelled any more. Call the practice if something is wrong."),
    Why.CANCELLED: gettext_lazy("There is nothing more to do."),
}


PANELS: dict[Kind, Literal["free", "late", "refused"]] = {
    Kind.ALLOWED: "free",
    Kind.LATE: "late",
    Kind.REFUSED: "refused",
}


def panel_for(verdict: Verdict, *, facts: VisitFacts, place: Place) -> Panel:
    """The verdict as the panel of the cancel page: one sentence, what follows from it, and the deadline line."""
    with override(_language(place)):
        headline, text = verdict_words(verdict, place=place)
        counts_down = verdict.kind is Kind.ALLOWED and verdict.deadline is not None
        return Panel(
            kind=PANELS[verdict.kind],
            headline=headline,
            text=text,
            line=_line(verdict, facts=facts, place=place),
            ends_at=verdict.deadline if counts_down else None,
            ended=_("Free cancelling has ended. Load this page again to see the fee.") if counts_down else "",
            place=place,
        )


def verdict_words(verdict: Verdict, *, place: Place) -> tuple[str, str]:
    """Headline and the sentences below it. In the second, {left} stands for the time that is left."""
    with override(_language(place)):
        if verdict.deadline and verdict.kind is Kind.ALLOWED:
            return _free_until(verdict, verdict.deadline, place)
        if verdict.kind is Kind.LATE and verdict.deadline:
            return _late(verdict, verdict.deadline, place)
        if verdict.why is Why.TELL:
            return str(HEADLINES[Why.TELL]), _tell(verdict, place)
        return str(HEADLINES[verdict.why]), str(EXPLANATIONS[verdict.why])


def _free_until(verdict: Verdict, deadline: datetime, place: Place) -> tuple[str, str]:
    until = day_and_clock(deadline, zone=place.zone, locale=place.locale, now=place.now)
    grace = _("This visit is booked late, so you have time to think again.")
    why = grace if verdict.why is Why.GRACE else ""
    costs = _("After that the fee is %(fee)s.") % {"fee": fee_amount(verdict.steps[0].fee, place)}
    left = _("You have {left}.")
    return _("Free to cancel until %(until)s") % {"until": until}, " ".join(filter(None, [left, costs, why]))


def _late(verdict: Verdict, deadline: datetime, place: Place) -> tuple[str, str]:
    ended = day_and_clock(deadline, zone=place.zone, locale=place.locale, now=place.now)
    ended_words = _one_stop(_("Free cancelling ended %(ended)s.") % {"ended": ended})
    text = [str(EXPLANATIONS[Why.CARRIED]) if verdict.is_carried else ended_words]
    later = [step for step in verdict.steps if step.fee.minor > verdict.fee.minor]
    if later:
        at = day_and_clock(later[0].after, zone=place.zone, locale=place.locale, now=place.now)
        text.append(_("After %(time)s the fee is %(fee)s.") % {"time": at, "fee": fee_amount(later[0].fee, place)})
    return _("Cancelling now costs %(fee)s") % {"fee": fee_amount(verdict.fee, place)}, " ".join(text)


def _tell(verdict: Verdict, place: Place) -> str:
    told = _("You can tell the practice now that you are not coming. The practice decides what happens next.")
    if not verdict.fee:
        return told
    costs = _("Its rules say that a late cancel costs %(fee)s.") % {"fee": fee_amount(verdict.fee, place)}
    return f"{told} {costs}"


def _line(verdict: Verdict, *, facts: VisitFacts, place: Place) -> web.DeadlineLine | None:
    if not verdict.steps or verdict.is_carried or place.now >= facts.starts_at:
        return None
    steps = [web.Step(deadline=step.after, words=fee_amount(step.fee, place)) for step in verdict.steps]
    return deadline_line(
        now=place.now,
        booked_from=facts.booked_at,
        steps=steps,
        starts_at=facts.starts_at,
        zone=place.zone,
        locale=place.locale,
    )


def fee_amount(fee: Money, place: Place) -> str:
    return money(fee.minor, currency=fee.currency, locale=place.locale)


def fee_words(fee: Money, state: str, place: Place) -> str:
    """What was decided about a fee: "No fee.", "The fee is $25.00.", "The fee of $25.00 is in review."."""
    with override(_language(place)):
        if not fee:
            return _("No fee.")
        amount = {"fee": fee_amount(fee, place)}
        if state == "in_review":
            return _("The practice will review the fee of %(fee)s. It is not decided yet.") % amount
        return _("The fee is %(fee)s.") % amount


def phone_rule_words(steps: Sequence[FeeStep], place: Place) -> str:
    """The rule by phone where it is not the one online."""
    with override(_language(place)):
        if not steps:
            return _("By phone, cancelling is free at any time.")
        until = moment(steps[0].after, zone=place.zone, locale=place.locale, now=place.now)
        amounts = {"until": until, "fee": fee_amount(steps[0].fee, place)}
        return _("By phone, cancelling is free until %(until)s, then the fee is %(fee)s.") % amounts


def policy_words(rules: Rules, *, price: Money, place: Place, moves: int = 0) -> list[str]:
    """The rules in sentences, as they were when the visit was booked; `moves` is how often it was moved since."""
    with override(_language(place)):
        sentences = _fee_rules(rules.steps, price=price, place=place)
        if rules.phone_steps is not None:
            by_phone = " ".join(_fee_rules(rules.phone_steps, price=price, place=place))
            sentences.append(_("By phone: %(rules)s") % {"rules": by_phone})
        if rules.tell_after:
            when = _until(rules.tell_after, place)
            online = _("You can cancel online until %(when)s. After that we tell the practice for you.")
            sentences.append(online % {"when": when})
        if rules.never_charged_payers:
            sentences.append(_("If your health plan does not allow a fee, you never pay one."))
        sentences.append(_("If the practice cancels or moves the visit, you pay nothing."))
        if _rising(rules.steps, price) and rules.grace_after_booking:
            span = length(rules.grace_after_booking, locale=place.locale)
            sentences.append(_("Booked late? You can still cancel free for %(span)s after booking.") % {"span": span})
        if rules.undo_for:
            span = length(rules.undo_for, locale=place.locale)
            sentences.append(_("You can undo a cancel for %(span)s.") % {"span": span})
            if rules.undo_ends_before:
                before = length(rules.undo_ends_before, locale=place.locale)
                sentences.append(_("Undo ends %(span)s before the visit at the latest.") % {"span": before})
        if rules.reason is ReasonRule.REQUIRED:
            sentences.append(_("The practice asks for a reason."))
        return sentences + _move_rules(rules.move, place, moves)


def _fee_rules(steps: Sequence[RuleStep], *, price: Money, place: Place) -> list[str]:
    rising = _rising(steps, price)
    if not rising:
        return [_("Cancelling is free until the visit starts.")]
    sentences = [_("Cancelling is free until %(when)s.") % {"when": _until(rising[0].after, place)}]
    for index, step in enumerate(rising):
        amounts = {"fee": _fee(step.fee, price=price, place=place), "when": _until(step.after, place)}
        if index == 0:
            sentences.append(_("After that the fee is %(fee)s.") % amounts)
        else:
            sentences.append(_("Later than %(when)s it is %(fee)s.") % amounts)
    return sentences


def _move_rules(move: MoveRules, place: Place, moves: int) -> list[str]:
    """Only what a practice has set for moves of its own."""
    sentences = []
    if move.until:
        sentences.append(_("You can move the visit online until %(when)s.") % {"when": _until(move.until, place)})
    if move.most is not None:
        often = ngettext("You can move it online once.", "You can move it online %(count)s times.", move.most)
        left = _moves_left(move.most - moves) if moves else ""
        sentences.append(" ".join(filter(None, [often % {"count": move.most}, left])))
    if move.reason is ReasonRule.REQUIRED:
        sentences.append(_("The practice asks for a reason for a move."))
    return sentences


def _moves_left(left: int) -> str:
    if left <= 0:
        return _("No move is left.")
    return ngettext("One move is left.", "%(left)s moves are left.", left) % {"left": left}


def _rising(steps: Sequence[RuleStep], price: Money) -> list[RuleStep]:
    """The steps as they come, without those that cost no more than the one before or count from the start on."""
    rising: list[RuleStep] = []
    for step in sorted(steps, key=_lead, reverse=True):
        rises = step.fee.of(price).minor > (rising[-1].fee.of(price).minor if rising else 0)
        if rises and _lead(step):
            rising.append(step)
    return rising


def _lead(step: RuleStep) -> timedelta:
    """How long before the visit; a clock time is taken as before a visit at noon."""
    after = step.after
    if after.at is None:
        return after.before or timedelta()
    return timedelta(days=after.days_before, hours=12 - after.at.hour, minutes=-after.at.minute)


def _until(deadline: Deadline, place: Place) -> str:
    if deadline.at is None:
        return _("%(span)s before the visit") % {"span": _span(deadline.before or timedelta(), place)}
    # Only the clock time is said, so any day without a clock change serves to write it.
    at = clock(datetime(2027, 1, 13, deadline.at.hour, deadline.at.minute, tzinfo=ZoneInfo(place.zone)),
               zone=place.zone, locale=place.locale)  # fmt: skip
    if deadline.days_before == 1:
        return _("%(time)s on the day before the visit") % {"time": at}
    return _("%(time)s, %(days)s days before the visit") % {"time": at, "days": deadline.days_before}


def _span(span: timedelta, place: Place) -> str:
    """24 and 48 hours are called so; other whole days are days."""
    hours, rest = divmod(int(span.total_seconds()), 3600)
    if not rest and hours in {24, 48, 72}:
        return _("%(hours)s hours") % {"hours": hours}
    return length(span, locale=place.locale)


def _fee(fee: Fee, *, price: Money, place: Place) -> str:
    amount = fee_amount(fee.of(price), place)
    if fee.percent is None:
        return amount
    share = {"percent": fee.percent, "amount": amount}
    if fee.cap_minor is None:
        return _("%(percent)s %% of the price: %(amount)s") % share
    cap = fee_amount(Money(fee.cap_minor, price.currency), place)
    return _("%(percent)s %% of the price, at most %(cap)s: %(amount)s") % (share | {"cap": cap})


def _one_stop(sentence: str) -> str:
    """A sentence that ends in an abbreviation ("4:20 p.m.") keeps one full stop."""
    return sentence.removesuffix(".") if sentence.endswith("..") else sentence


def _language(place: Place) -> str:
    return place.locale.split("_")[0]
