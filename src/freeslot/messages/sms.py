"""A message as a text: whether its reader may get one, its words, and the line that says how to have no more."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

import phonenumbers
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from freeslot.messages.code_letter import AnyLetter, CodeLetter
from freeslot.messages.fates import Blame, Fate, NotSent
from freeslot.messages.letter import Letter
from freeslot.messages.models import Message
from freeslot.messages.rendering import sms_of
from freeslot.messages.sections import warned_briefly
from freeslot.messages.senders import page_address
from freeslot.messages.texts import gsm_text, segments
from freeslot.patients.models import Contact
from freeslot.web.formatting import phone

NO_CONSENT, LANDLINE = "no_consent", "landline"
# The countries behind +1 (North American Numbering Plan).
# 47 CFR 64.1200(a)(9)(iv) has health care texts offer the opt-out by «STOP» in each message and keep to 160 characters;
# the carriers' rules (CTIA, Messaging Principles and Best Practices) ask for it in the first one. So it stands in the
# first text always, and in every later one that it does not raise to another segment. STOP is the word that carriers
# act upon in every language, so it is not translated.
ASKS_FOR_OPT_OUT = "+1"


@dataclass(frozen=True)
class Sms:
    """`to` in the form +12125550199. `report_to` is where the gateway tells what became of it."""

    to: str
    body: str
    report_to: str


def reason_against_texts(contact: Contact | None) -> str:
    """Why this contact gets no texts; empty where it may. Who was deleted has agreed to nothing."""
    if contact is None or contact.consented_at is None:
        return NO_CONSENT
    return "" if contact.can_receive_texts else LANDLINE


def sms_for(message: Message, letter: AnyLetter) -> Sms:
    """Raises NotSent where the consent was taken back since the row was made, or the number is none.

    A guest's code goes to the number that they have just asked to have it sent to: that is the consent to this text.
    """
    contact = Contact.objects.filter(pk=message.contact_id).first() if message.contact_id else None
    reason = "" if isinstance(letter, CodeLetter) else reason_against_texts(contact)
    if reason:
        raise NotSent(Fate.NEVER, reason)
    to = wire_number(message.address, country=letter.practice.country)
    if isinstance(letter, Letter):
        letter = replace(letter, is_far=not _is_of(to, letter.practice.country))
    return Sms(to=to, body=_with_what_fits(letter, message, to=to), report_to=_report_address(message))


def wire_number(number: str, *, country: str) -> str:
    """The number as gateways take it. Raises NotSent."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException as error:
        raise NotSent(Fate.NEVER, "bad_address", blame=Blame.ADDRESS) from error
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        raise NotSent(Fate.NEVER, "bad_address", blame=Blame.ADDRESS)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _is_of(number: str, country: str) -> bool:
    """By the country's calling code: no code begins another's."""
    return number.startswith(f"+{phonenumbers.country_code_for_region(country)}")


def _with_what_fits(letter: AnyLetter, message: Message, *, to: str) -> str:
    """The text, the warning where there is one, and the practice's number as far as it makes no further segment."""
    text, way_out = sms_of(letter), ""
    with override(message.language):
        warning = gsm_text(warned_briefly(letter))
        number = gsm_text(phone(letter.practice.phone, country=letter.practice.country))
        portal = gsm_text(_("or our portal"))
        if to.startswith(ASKS_FOR_OPT_OUT):
            way_out = gsm_text(_("Reply STOP to opt out"))
    text = _joined(text, warning)
    # A code needs no telephone number beside it, which invites being called about it.
    extras = [each for each in (number, portal) if each not in text and not isinstance(letter, CodeLetter)]
    if way_out and (_fits(text, way_out) or _is_first(message)):
        return _joined(_with_extras(text, extras, way_out), way_out)
    return _with_extras(text, extras, "")


def _with_extras(text: str, extras: list[str], last: str) -> str:
    for extra in filter(None, extras):
        if segments(_joined(text, extra, last)) == segments(_joined(text, last)):
            text = _joined(text, extra)
    return text


def _fits(text: str, more: str) -> bool:
    return segments(_joined(text, more)) == segments(text)


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _is_first(message: Message) -> bool:
    same = Q(contact=message.contact) if message.contact_id else Q(address=message.address)
    taken = Message.objects.filter(same, channel=Message.Channel.SMS, sent_at__isnull=False)
    return not taken.exclude(pk=message.pk).exists()


def _report_address(message: Message) -> str:
    """Names the row and how often it was asked for again: so a report finds its row before we know the gateway's own
    number for it, even when the answer that held the number was lost."""
    return (
        f"{page_address(reverse('messages:reports'))}?{urlencode({'message': message.pk, 'repeat': message.repeats})}"
    )
