"""The parts of a mail that several messages share, each a heading, a few sentences and at most one link."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from freeslot.messages.letter import Letter
from freeslot.scheduling.policy import Why
from freeslot.scheduling.words import ACTORS, DOORS, EXPLANATIONS, fee_amount, policy_words
from freeslot.web.formatting import clock, moment, phone, zone_words


@dataclass(frozen=True)
class Section:
    heading: str
    sentences: tuple[str, ...]
    link: str = ""
    link_words: str = ""

    @property
    def text(self) -> str:
        return " ".join(sentence for sentence in self.sentences if sentence)


def outcome_words(letter: Letter) -> str:
    """What was decided about money, and why."""
    return " ".join(filter(None, [letter.fee_words, _why(letter)]))


def _why(letter: Letter) -> str:
    """The reason behind the fee, or its absence; empty where nothing was cancelled."""
    why, free_until = letter.data.get("why", ""), letter.data.get("free_until")
    if why == Why.LATE and free_until:
        ended = moment(
            datetime.fromisoformat(free_until), zone=letter.place.zone, locale=letter.place.locale, now=letter.place.now
        )
        return _("Free cancelling had ended %(ended)s.") % {"ended": ended}
    own = {Why.IN_TIME: _("It was cancelled in time."), Why.GRACE: _("It was cancelled soon enough after booking.")}
    return str(own.get(why) or EXPLANATIONS.get(why, ""))


def facts_of(letter: Letter) -> list[tuple[str, str]]:
    """What a mail proves by itself, as label and value."""
    who, door = ACTORS.get(letter.event.actor_kind, ""), DOORS.get(letter.event.door, "")
    when = moment(letter.event.at, zone=letter.place.zone, locale=letter.place.locale, now=letter.place.now)
    facts = [(_("Reference"), letter.reference)]
    if letter.receipt_number:
        facts.append((_("Receipt"), _("%(number)s, attached") % {"number": letter.receipt_number}))
    facts.append((letter.deed, ", ".join(str(each) for each in (when, who, door) if each)))
    return facts


def undo_section(letter: Letter) -> Section | None:
    """How to take a cancel back, while that is possible."""
    if letter.undo_until is None:
        return None
    until = clock(letter.undo_until, zone=letter.place.zone, locale=letter.place.locale)
    kept = {"time": f"{until} ({zone_words(letter.place.zone, letter.place.locale)})"}
    return Section(
        _("Changed your mind?"),
        (
            _("Your time is kept for you until %(time)s.") % kept,
            _("Open your visit and press Undo. You will be asked to sign in."),
        ),
        letter.page,
        _("Open your visit"),
    )


def cancel_section(letter: Letter) -> Section:
    """How to cancel a visit that is booked, and until when that is free."""
    return Section(
        _("Cannot come?"),
        (
            _("Open your visit and cancel it there, at any hour. You will be asked to sign in."),
            free_until_words(letter),
        ),
        letter.page,
        _("Open your visit"),
    )


def free_until_words(letter: Letter) -> str:
    verdict, place = letter.verdict, letter.place
    if not verdict.steps or verdict.deadline is None:
        return str(EXPLANATIONS[verdict.why]) if verdict.why in EXPLANATIONS else ""
    until = {"until": moment(verdict.deadline, zone=place.zone, locale=place.locale, now=place.now)}
    is_free = letter.event.at <= verdict.deadline
    free = _("Free to cancel until %(until)s.") if is_free else _("It was free to cancel until %(until)s.")
    costs = _("After that the fee is %(fee)s.") % {"fee": fee_amount(verdict.steps[0].fee, place)}
    return f"{free % until} {costs}"


def rules_section(letter: Letter) -> Section:
    rules = policy_words(letter.appointment.rules, price=letter.appointment.price, place=letter.place)
    heading = _("The rules you booked under (version %(number)s)") % {"number": letter.data["policy_version"]}
    return Section(heading, tuple(rules))


def calendar_section(letter: Letter) -> Section:
    """What a calendar may have made of this mail; nothing is claimed that we cannot know."""
    if letter.kind.calendar_method == "CANCEL":
        return Section(
            _("In your calendar"),
            (
                _("This mail carries an update for your calendar."),
                _("If the visit is still shown there, delete it: it is cancelled all the same."),
            ),
        )
    return Section(
        _("In your calendar"),
        (
            _("This mail carries the visit for your calendar."),
            _("Declining or deleting it there does not cancel the visit."),
        ),
    )


def care_section(letter: Letter) -> Section:
    """The way to care that is still needed."""
    number = phone(letter.practice.phone, country=letter.practice.country)
    called = {"practice": letter.practice_name, "phone": number, "hours": letter.phone_line.hours}
    line = (
        _("To book another time, call %(practice)s: %(phone)s (%(hours)s).")
        if letter.phone_line.hours
        else _("To book another time, call %(practice)s: %(phone)s.")
    )
    emergency = _("In an emergency call %(number)s.") % {"number": letter.practice.emergency}
    return Section(_("Do you still need care?"), (line % called, emergency))


def safety_section(letter: Letter) -> Section:
    return Section(
        _("Is this mail from us?"),
        (
            _("Our links always begin with %(host)s and lead nowhere else.") % {"host": letter.host},
            _("In messages we never ask for a password or a card."),
        ),
    )


def visit_section(letter: Letter) -> Section | None:
    """The way to the visit's page where no other part of the mail leads there."""
    if letter.undo_until is not None:
        return None
    return Section(
        _("Your visit’s page"),
        (_("It shows this visit as it is now, at any hour. You will be asked to sign in."),),
        letter.page,
        _("Open your visit"),
    )


def again_words(letter: Letter) -> str:
    """What an undo means."""
    return _("The cancel was taken back: same time, same reference, no fee.") + " " + free_until_words(letter)


def told_words(letter: Letter) -> str:
    """What was done with a wish to cancel that the rules no longer take online."""
    at = clock(letter.event.at, zone=letter.place.zone, locale=letter.place.locale)
    sentences = [_("We told the practice at %(time)s that you are not coming.") % {"time": at}]
    sentences.append(_("The practice decides what happens next."))
    if letter.fee:
        costs = {"fee": fee_amount(letter.fee, letter.place)}
        sentences.append(_("Its rules say that a late cancel costs %(fee)s.") % costs)
    return " ".join(sentences)
