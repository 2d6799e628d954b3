"""The parts of a mail that several messages share, each a heading, a few sentences and at most one thing to press."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.messages.code_letter import AnyLetter
from freeslot.messages.kinds import MessageKind
from freeslot.messages.letter import Letter
from freeslot.practices.models import Practitioner
from freeslot.scheduling.policy import Why
from freeslot.scheduling.states import Status
from freeslot.scheduling.words import ACTORS, DOORS, EXPLANATIONS, fee_amount, policy_words
from freeslot.web.formatting import clock, moment, phone, phone_link, zone_words


@dataclass(frozen=True)
class Section:
    """`link` is the visit's page, written out in plain text; a `tap` is a number to call, and is only for pressing."""

    heading: str
    sentences: tuple[str, ...]
    link: str = ""
    tap: str = ""
    press: str = ""

    @property
    def text(self) -> str:
        return " ".join(sentence for sentence in self.sentences if sentence)


def outcome_words(letter: Letter) -> str:
    """What was decided about money, and why."""
    return " ".join(filter(None, [letter.fee_words, _why(letter)]))


def _why(letter: Letter) -> str:
    why, free_until = letter.data.get("why", ""), letter.data.get("free_until")
    if why == Why.LATE and free_until:
        return _("Free cancelling had ended %(ended)s.") % {
            "ended": _moment(datetime.fromisoformat(free_until), letter)
        }
    if why == Why.IN_TIME and free_until:
        until = _moment(datetime.fromisoformat(free_until), letter)
        return _("It was cancelled in time, before %(until)s.") % {"until": until}
    own = {
        Why.GRACE: _("It was cancelled soon enough after booking."),
        # No deadline is known of a visit that was moved when it was late.
        Why.LATE: str(EXPLANATIONS[Why.CARRIED]),
    }
    return str(own.get(why) or EXPLANATIONS.get(why, ""))


def again_words(letter: Letter) -> str:
    """What an undo means."""
    return " ".join([_("The cancel was taken back: same time, same reference, no fee."), free_until_words(letter)])


def moved_words(letter: Letter) -> str:
    """What a move has changed, and until when the visit can now be cancelled free."""
    sentences = [_("You wished for an earlier time, and this one came free.")] if letter.data.get("wish") else []
    sentences += [_("It was %(before)s before.") % {"before": _moment(letter.started_before, letter)}]
    if not letter.is_discreet and _was_another("practitioner_id", letter):
        now, before = letter.practitioner.name, _name_before(letter)
        sentences.append(_("It is with %(now)s now, not with %(before)s.") % {"now": now, "before": before})
    if _was_another("location_id", letter) and not letter.appointment.visit_type.by_video:
        sentences.append(_("The place is another one now: %(where)s.") % {"where": letter.where})
    return " ".join([*sentences, _carried_words(letter) or free_until_words(letter)])


def _was_another(name: str, letter: Letter) -> bool:
    return bool(letter.data.get(f"{name}_before", letter.data[name]) != letter.data[name])


def _name_before(letter: Letter) -> str:
    return str(Practitioner.objects.get(pk=letter.data["practitioner_id_before"]).name)


def _carried_words(letter: Letter) -> str:
    """The fee that went along, where a move was late; nothing is due while the visit stands."""
    fee = letter.verdict.fee
    if not letter.data.get("carried_fee_minor") or not fee:
        return ""
    words = _("The move was free. Free cancelling had ended before it, so a cancel costs at least %(fee)s.")
    return words % {"fee": fee_amount(fee, letter.place)}


def told_words(letter: Letter) -> str:
    """What was done with a wish to cancel that the rules no longer take online."""
    zone, locale = letter.place.zone, letter.place.locale
    at = {"time": clock(letter.event.at, zone=zone, locale=locale), "zone": zone_words(zone, locale)}
    sentences = [
        _("We told the practice at %(time)s (%(zone)s) that you are not coming.") % at,
        _("The practice decides what happens next."),
    ]
    if letter.fee:
        costs = {"fee": fee_amount(letter.fee, letter.place)}
        sentences.append(_("Its rules say that a late cancel costs %(fee)s.") % costs)
    return " ".join(sentences)


def free_until_words(letter: Letter) -> str:
    """Until when a cancel is free, and what it costs after that; without a word on now, for a mail is read later."""
    verdict = letter.verdict
    if not verdict.steps or verdict.deadline is None:
        return str(EXPLANATIONS.get(verdict.why, ""))
    if verdict.is_carried:
        return str(EXPLANATIONS[Why.CARRIED])
    is_free = letter.event.at <= verdict.deadline
    free = _("Free to cancel until %(until)s.") if is_free else _("It was free to cancel until %(until)s.")
    costs = _("After that the fee is %(fee)s.") % {"fee": fee_amount(verdict.steps[0].fee, letter.place)}
    return f"{free % {'until': _moment(verdict.deadline, letter)}} {costs}"


def facts_of(letter: Letter) -> list[tuple[str, str]]:
    """What a mail proves by itself, as label and value."""
    how = [_("as you had wished")] if letter.data.get("wish") else [_who(letter), DOORS.get(letter.event.door, "")]
    facts = [(_("Reference"), letter.reference)]
    if letter.receipt_number and not letter.kind.is_for_practice:
        facts.append((_("Receipt"), _("%(number)s, attached") % {"number": letter.receipt_number}))
    if letter.kind is MessageKind.MOVED:
        facts.append((_("Time before"), _moment(letter.started_before, letter)))
    facts.append((letter.deed, ", ".join(str(each) for each in (_moment(letter.event.at, letter), *how) if each)))
    return facts


def _who(letter: Letter) -> str:
    if letter.kind is MessageKind.LINK_ASKED:
        # It is not known who asks: the link is sent to find out.
        return ""
    if letter.kind.is_for_practice:
        return _("by the patient or someone who acts for them")
    return str(ACTORS.get(letter.event.actor_kind, ""))


def undo_section(letter: Letter) -> Section | None:
    """How to take a cancel back, where that is the patient's to do."""
    if not letter.can_be_undone or letter.undo_until is None:
        return None
    until = clock(letter.undo_until, zone=letter.place.zone, locale=letter.place.locale)
    kept = {"time": f"{until} ({zone_words(letter.place.zone, letter.place.locale)})"}
    sentences = (
        _("Your time is kept for you until %(time)s.") % kept,
        _("Open your visit and press Undo."),
        asked_words(letter),
        _("After an undo there is no fee.") if letter.fee else "",
    )
    return Section(_("Changed your mind?"), sentences, link=letter.page, press=_("Open your visit"))


def video_section(letter: Letter) -> Section | None:
    """Where the way into a visit by video is."""
    if not letter.appointment.visit_type.by_video:
        return None
    way = _("The way into the video room is on your visit’s page, shortly before the visit begins.")
    return Section(_("Your video visit"), (way,))


def cancel_section(letter: Letter) -> Section:
    """How to cancel a visit that is booked."""
    how = _("Open your visit and move or cancel it there, at any hour.")
    return Section(_("Cannot come?"), (how, asked_words(letter)), link=letter.page, press=_("Open your visit"))


def visit_section(letter: Letter) -> Section | None:
    """The way to the visit's page where no other part of the mail leads there."""
    if undo_section(letter) is not None:
        return None
    shown = _("It shows this visit as it is now, at any hour.")
    sentences = (shown, asked_words(letter))
    return Section(_("Your visit’s page"), sentences, link=letter.page, press=_("Open your visit"))


def asked_words(letter: Letter) -> str:
    """What the link asks for before it shows anything, and the other way in."""
    if not letter.token:
        return _("You will be asked to sign in.")
    asked = _("It asks for the patient’s %(proof)s and nothing else.") % {"proof": _proofs_of(letter)}
    portal = _("With an account you can also sign in to the patient portal of %(practice)s.")
    return f"{asked} {portal % {'practice': letter.practice_name}}"


def asked_briefly(letter: Letter) -> str:
    """The same where there is little room."""
    if not letter.token:
        return ""
    names = [str(BRIEF_PROOFS[name]) for name in letter.appointment.rules.proof]
    return _("(asks %(proof)s)") % {"proof": ", ".join(names)}


def warned_briefly(letter: AnyLetter) -> str:
    """The warning of an act from an unusual place where there is little room."""
    number = phone(letter.practice.phone, country=letter.practice.country)
    return _("Not you? Call %(phone)s") % {"phone": number} if letter.data.get("unusual") else ""


def _proofs_of(letter: Letter) -> str:
    names = [str(PROOFS[name]) for name in letter.appointment.rules.proof]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


BRIEF_PROOFS = {
    "birth_year": gettext_lazy("birth year"),
    "birth_date": gettext_lazy("birth date"),
    "member_id": gettext_lazy("member no."),
}
PROOFS = {
    "birth_year": gettext_lazy("year of birth"),
    "birth_date": gettext_lazy("date of birth"),
    "member_id": gettext_lazy("member number"),
}


def notice_words(letter: Letter) -> str:
    """What the practice has to know and to do, in its own mail."""
    at = clock(letter.event.at, zone=letter.place.zone, locale=letter.place.locale)
    said = {"time": f"{at} ({zone_words(letter.place.zone, letter.place.locale)})"}
    sentences = [
        _("The patient let you know at %(time)s that they are not coming.") % said,
        _("The visit is still booked, since your rules take no cancel online at that hour: you decide what happens."),
    ]
    if letter.fee:
        sentences.append(
            _("By your rules a late cancel costs %(fee)s.") % {"fee": fee_amount(letter.fee, letter.place)}
        )
    return " ".join(sentences)


def code_section(letter: AnyLetter) -> Section | None:
    """The code that was asked for, in the message that brings it."""
    if not letter.code:
        return None
    until = clock(letter.code_until, zone=letter.place.zone, locale=letter.place.locale)
    good = {"time": f"{until} ({zone_words(letter.place.zone, letter.place.locale)})"}
    sentences = (
        _("It is good until %(time)s, once, on the page that asked for it.") % good,
        _("Tell it to nobody: the practice does not ask for it."),
    )
    return Section(_("Your code: %(code)s") % {"code": letter.code}, sentences)


def unusual_section(letter: Letter) -> Section | None:
    """A word of warning where the act came from a place that this patient was never seen at before."""
    if not letter.data.get("unusual"):
        return None
    sentences = (
        _("This was done from a place that we had not seen before for this patient, or without a link of ours."),
        _("If it was you, all is well. If not, open your visit or call the practice at once."),
    )
    return Section(_("Was this you?"), sentences)


def rules_section(letter: Letter) -> Section:
    visit, facts = letter.appointment, letter.visit_facts
    rules = policy_words(visit.rules, price=visit.price, place=letter.place, moves=facts.moves)
    heading = _("The rules you booked under (version %(number)s)") % {"number": letter.data["policy_version"]}
    also_lost = letter.appointment.rules.also_lost_in(letter.language)
    return Section(heading, tuple(filter(None, [*rules, also_lost])))


def calendar_section(letter: Letter) -> Section:
    """What a calendar may have made of this mail; nothing is claimed that we cannot know."""
    if letter.kind.calendar_method == "CANCEL":
        sentences = (
            _("This mail carries an update for your calendar."),
            _("If the visit is still shown there, delete it: it is cancelled all the same."),
        )
    else:
        sentences = (
            _("This mail carries the visit for your calendar."),
            _("Declining or deleting it there does not cancel the visit."),
        )
    return Section(_("In your calendar"), sentences)


def care_section(letter: AnyLetter) -> Section:
    """The way to care that is still needed, or to a person where nothing is lost."""
    number = phone(letter.practice.phone, country=letter.practice.country)
    hours = letter.phone_line.hours
    called = {"practice": letter.practice_name, "phone": f"{number} ({hours})" if hours else number}
    stands = letter.data.get("status") != Status.CANCELLED
    heading = _("Questions?") if stands else _("Do you still need care?")
    again = _("Open your visit to book it again, or call %(practice)s: %(phone)s.")
    line = _("Call %(practice)s: %(phone)s.") if stands else again
    emergency = _("In an emergency call %(number)s.") % {"number": letter.practice.emergency}
    tap = phone_link(letter.practice.phone, country=letter.practice.country)
    return Section(heading, (line % called, emergency), tap=tap, press=_("Call %(phone)s") % {"phone": number})


def safety_section(letter: AnyLetter) -> Section:
    sentences = (
        _("Our links always begin with %(host)s and lead nowhere else.") % {"host": letter.host},
        _("In messages we never ask for a password or a card."),
    )
    return Section(_("Is this mail from us?"), sentences)


def _moment(at: datetime, letter: Letter) -> str:
    return moment(at, zone=letter.place.zone, locale=letter.place.locale, now=letter.place.now)
