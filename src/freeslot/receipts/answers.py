"""The answer to someone who checks a receipt, and the receipt as pages show it; plain values for templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from freeslot.receipts import words
from freeslot.receipts.claims import Claims
from freeslot.receipts.models import Receipt
from freeslot.receipts.qr import check_address, qr_svg
from freeslot.receipts.standing import Standing
from freeslot.receipts.verify import Checked
from freeslot.web.facts import Place, ReceiptCard
from freeslot.web.formatting import locale_for, moment


@dataclass(frozen=True)
class Answer:
    """What page and terminal say of a receipt. `kind` is the panel's: free (it holds), late (it does, but), refused."""

    kind: str
    headline: str
    text: str
    facts: Sequence[tuple[str, str]] = ()
    proved: Sequence[str] = ()
    not_proved: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        return self.kind != "refused"


def answer_to(checked: Checked, standing: Standing | None) -> Answer:
    """`standing` is None where no books were asked: offline."""
    if checked.claims is None:
        return _refusal(checked)
    claims = checked.claims
    place = place_of(claims, standing)
    practice = standing.practice.name if standing and standing.practice else claims.practice
    kind, headline, more = _verdict(standing, place)
    return Answer(
        kind=kind,
        headline=headline,
        text=" ".join(filter(None, [words.happened(claims), words.fee_of(claims, place=place), more])),
        facts=words.facts_of(claims, place=place, practice=practice),
        proved=words.proved(claims),
        not_proved=words.not_proved(later_is_known=bool(standing and standing.receipt)),
    )


def place_of(claims: Claims, standing: Standing | None = None) -> Place:
    """Times by the clock of the practice, in the reader's language."""
    country = standing.practice.country if standing and standing.practice else ""
    return Place(zone=claims.zone, locale=locale_for(get_language() or "en", country), now=words.LONG_AGO)


def receipt_card(receipt: Receipt, *, place: Place, pdf_url: str = "", json_url: str = "") -> ReceiptCard:
    """The receipt on a visit's page."""
    claims = receipt.claims
    terms = {"version": claims.policy.version, "index": receipt.chain_index}
    rules = _("Rules version %(version)s. Number %(index)s of this visit’s receipts.") % terms
    lines = [words.told(claims, place=place), words.fee_of(claims, place=place), rules]
    return ReceiptCard(
        number=receipt.number,
        lines=[line for line in lines if line],
        qr=qr_svg(receipt.token),
        pdf_url=pdf_url,
        json_url=json_url,
        check_url=check_address(receipt.token),
    )


def as_json(receipt: Receipt) -> dict[str, Any]:
    """receipt.json: the token is what counts, the claims are its content for those who cannot decode it."""
    return {"token": receipt.token, "claims": receipt.payload}


def _refusal(checked: Checked) -> Answer:
    assert checked.problem is not None  # noqa: S101  one of the two is always there
    return Answer(kind="refused", headline=_("This cannot be confirmed"), text=str(words.PROBLEMS[checked.problem]))


def _verdict(standing: Standing | None, place: Place) -> tuple[str, str, str]:
    if standing is None:
        return "free", _("The signature is right"), ""
    if standing.receipt is None:
        missing = _("But it is not in the books here. Call the practice before you rely on it.")
        return "late", _("The signature is right"), missing
    if standing.later is None:
        return "free", _("This receipt is right"), _("It is the latest receipt of this visit.")
    return "late", _("This receipt is right, but not the latest"), _later(standing.later, place)


def _later(receipt: Receipt, place: Place) -> str:
    claims = receipt.claims
    at = moment(claims.at, zone=place.zone, locale=place.locale, now=place.now)
    later = {"at": at, "number": receipt.number, "happened": words.happened(claims)}
    return _("Later, on %(at)s: %(happened)s See receipt %(number)s.") % later
