"""The receipt as a PDF: fills the sheet from the event as it was, and is what messages attach as proof.

Named in settings (FREESLOT_PROOFS, FREESLOT_PROOF_NUMBERS), because messages do not know receipts.
"""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.events.models import Event
from freeslot.practices.models import Location, Practitioner
from freeslot.receipts import words
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import Receipt
from freeslot.receipts.pdf import ReceiptSheet, receipt_pdf
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.words import policy_words
from freeslot.web.facts import Place
from freeslot.web.formatting import day_parts, locale_for, time_range, zone_words

# Where paper is Letter; everywhere else it is A4. Source: CLDR's paper sizes.
LETTER = {"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"}


def attachments_for(event: Event, language: str) -> list[tuple[str, str, bytes]]:
    """File name, media type and content of what proves this event; nothing for an event that earns no receipt."""
    receipt = receipt_for(event)
    if receipt is None:
        return []
    return [(file_name(receipt), "application/pdf", pdf_of(receipt, language, goes_by_mail=True))]


def number_for(event: Event) -> str | None:
    """The number of the event's receipt, for the words of a message."""
    receipt = receipt_for(event)
    return receipt.number if receipt else None


def file_name(receipt: Receipt) -> str:
    return f"receipt-{receipt.number}.pdf"


def pdf_of(receipt: Receipt, language: str, *, goes_by_mail: bool = False) -> bytes:
    """The receipt on paper, in a language of ours. It names no patient: what is signed does not either.

    By mail it says no more than the mail: where the practice has a neutral alias, that and the address.
    """
    with override(language):
        return receipt_pdf(_sheet(receipt, language, goes_by_mail=goes_by_mail))


def _sheet(receipt: Receipt, language: str, *, goes_by_mail: bool) -> ReceiptSheet:
    """Time and place as the event has them, since a later move must not reach back into an older receipt."""
    claims, data = receipt.claims, receipt.event.data
    visit = Appointment.objects.select_related("practice", "policy").get(pk=receipt.appointment_id)
    place = Place(claims.zone, locale_for(language, visit.practice.country), words.LONG_AGO)
    starts_at, ends_at = (datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at"))
    parts = day_parts(starts_at, zone=place.zone, locale=place.locale, now=place.now)
    practitioner = Practitioner.objects.get(pk=data["practitioner_id"])
    location = Location.objects.get(pk=data["location_id"])
    is_discreet = goes_by_mail and bool(visit.practice.neutral_alias)
    name = visit.practice.public_name if is_discreet else visit.practice.name
    where = [", ".join(filter(None, [practitioner.name, practitioner.role])), location.name, location.address]
    return ReceiptSheet(
        language=language,
        paper="Letter" if visit.practice.country in LETTER else "A4",
        practice=name,
        headline=words.happened(claims),
        weekday=parts.weekday,
        day=parts.number,
        month=" ".join(filter(None, [parts.month, parts.year])),
        times=time_range(starts_at, ends_at, zone=place.zone, locale=place.locale),
        zone=zone_words(place.zone, place.locale),
        details=[location.address] if is_discreet else where,
        reference=(_("Reference"), claims.reference),
        facts=[*words.facts_of(claims, place=place, practice=name), _chain(receipt)],
        lists=[
            (_("The rules as booked"), policy_words(visit.rules, price=visit.price, place=place)),
            (_("What this proves"), words.proved(claims)),
            (_("What it does not prove"), words.not_proved()),
        ],
        title=_("Receipt %(number)s") % {"number": receipt.number},
        check_at=settings.BASE_URL + reverse("receipts:verify"),
        code_words=_("Scan this code to check the receipt, or go to:"),
        token=receipt.token,
        signed_at=claims.at,
    )


def _chain(receipt: Receipt) -> tuple[str, str]:
    return _("In this visit’s chain"), _("number %(index)s") % {"index": receipt.chain_index}
