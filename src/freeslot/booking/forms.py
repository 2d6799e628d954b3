"""The form with the details of a booking: for whom, what for, who pays; and of a guest who they are."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from freeslot.booking.words import born_words
from freeslot.patients.details import Fault
from freeslot.patients.models import Contact, Patient
from freeslot.patients.proof import LONGEST_LIFE, dates_in
from freeslot.practices.models import VisitType
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.details import Details
from freeslot.scheduling.operations.suiting import not_for
from freeslot.scheduling.rulebook import BookingRules, ReasonRule
from freeslot.visits.forms import NoteField
from freeslot.visits.unsuitable import UNSUITABLE
from freeslot.web.facts import Place

# What the form asks, whoever books.
ASKED = ("patient", "given_name", "family_name", "birth_date", "contact", "visit_reason", "payer")
LONGEST_NAME, LONGEST_CONTACT, LONGEST_PAYER, LONGEST_REASON = 80, 254, 60, 2000
# What a visit is booked under where no health plan pays for it.
SELF_PAY, ANOTHER = "self-pay", "another"
# Django writes the limit in.
TOO_LONG = gettext_lazy("This is too long: %(limit_value)d characters at most.")


def _text(label: Any, longest: int, help_text: Any = "", **attributes: str) -> forms.CharField:
    return forms.CharField(
        max_length=longest,
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs={name.replace("_", "-"): value for name, value in attributes.items()}),
        error_messages={"required": gettext_lazy("Write this first."), "max_length": TOO_LONG},
    )


class DetailsForm(forms.Form):
    """`patients` are those whom the account may book for; where there are none, the one who books is a guest."""

    def __init__(
        self,
        *args: Any,
        visit_type: VisitType,
        rules: BookingRules,
        patients: Sequence[Patient],
        place: Place,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.visit_type, self.rules, self.patients, self.place = visit_type, rules, patients, place
        self.fields = {**(self._whom() if patients else _guest()), **self._asked()}

    def _whom(self) -> dict[str, forms.Field]:
        return {
            "patient": forms.ChoiceField(
                label=_("Who is the visit for?"),
                choices=[(str(each.pk), f"{each.given_name} {each.family_name}") for each in self.patients],
                error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose who the visit is for.")),
            )
        }

    def _asked(self) -> dict[str, forms.Field]:
        """What the practice's rules ask for beside."""
        fields: dict[str, forms.Field] = {}
        if self.rules.reason is not ReasonRule.OFF:
            fields["visit_reason"] = NoteField(
                label=_("What is the visit about?"),
                help_text=_("A few words are enough. Only the practice reads them."),
                required=self.rules.reason is ReasonRule.REQUIRED,
                max_length=LONGEST_REASON,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
                error_messages={"required": _("Write a few words."), "max_length": TOO_LONG},
            )
        if self.rules.payer is not ReasonRule.OFF:
            fields["payer"] = self._payer(required=self.rules.payer is ReasonRule.REQUIRED)
        return fields

    def _payer(self, *, required: bool) -> forms.Field:
        label, taken = _("Who pays for the visit?"), self.visit_type.payers
        if not taken:
            help_text = _("The name of your health plan, or «myself».")
            field = _text(label, LONGEST_PAYER, help_text)
            field.required = required
            return field
        nothing = _("Choose one") if required else _("I would rather say it later")
        plans = [("", nothing), *((each, each) for each in taken)]
        return forms.ChoiceField(
            label=label,
            choices=[*plans, (ANOTHER, _("Another health plan")), (SELF_PAY, _("I pay myself"))],
            required=required,
            error_messages={"required": _("Choose who pays."), "invalid_choice": self._not_taken()},
        )

    def _not_taken(self) -> str:
        words = _(
            "For this visit the practice takes %(plans)s. With another plan choose to pay yourself, or call first."
        )
        return words % {"plans": ", ".join(self.visit_type.payers)}

    def clean_patient(self) -> Patient:
        """Said here already where the type of visit is not for them; the operation asks once more."""
        patient = next(each for each in self.patients if str(each.pk) == self.cleaned_data["patient"])
        if why := not_for(patient, self.rules):
            raise ValidationError(str(UNSUITABLE[why]))
        return patient

    def clean_payer(self) -> str:
        payer = str(self.cleaned_data["payer"]).strip()
        if payer == ANOTHER and self.visit_type.payers:
            raise ValidationError(self._not_taken())
        return payer

    def clean_birth_date(self) -> date:
        """However it is typed; where it can be two days, it is asked for once more."""
        today = self.place.now.astimezone(self.visit_type.practice.tz).date()
        found = sorted(dates_in(self.cleaned_data["birth_date"], today=today))
        if not found and dates_in(self.cleaned_data["birth_date"], today=date(today.year + LONGEST_LIFE, 12, 31)):
            raise ValidationError(str(FAULTS[Fault.IN_FUTURE]))
        if not found:
            raise ValidationError(_("We cannot read this as a date of birth. Write it like 7 March 1948."))
        if len(found) > 1:
            raise ValidationError(_("This can be more than one day. Write the month as a word, like 7 March 1948."))
        return found[0]

    def clean_contact(self) -> tuple[str, str]:
        """Its kind, and what was typed."""
        typed = self.cleaned_data["contact"].strip()
        if "@" not in typed and not settings.SMS_GATEWAY:
            raise ValidationError(str(FAULTS[Fault.NO_ADDRESS]))
        return (Contact.Kind.EMAIL if "@" in typed else Contact.Kind.PHONE), typed

    def refuse(self, faults: Mapping[str, Fault]) -> None:
        """What is wrong with what a guest said of themself."""
        for name, fault in faults.items():
            self.add_error("contact" if name == "contact_value" else name, str(FAULTS[fault]))

    def details(self) -> Details:
        """What somebody says who is signed in."""
        return Details(self.cleaned_data["patient"], **self.about())

    def about(self) -> dict[str, str]:
        said = self.cleaned_data
        return {
            "visit_reason": said.get("visit_reason", ""),
            "payer": said.get("payer", ""),
            "language": (get_language() or "").split("-")[0],
        }

    def who(self) -> dict[str, Any]:
        """What a guest says of themself."""
        kind, typed = self.cleaned_data["contact"]
        named = {name: self.cleaned_data[name] for name in ("given_name", "family_name", "birth_date")}
        return {**named, "contact_kind": kind, "contact_value": typed}


FAULTS: dict[Fault, Promise] = {
    Fault.MISSING: gettext_lazy("Write this first."),
    Fault.TOO_LONG: gettext_lazy("This is too long."),
    Fault.NO_NAME: gettext_lazy("We cannot read this as a name."),
    Fault.IN_FUTURE: gettext_lazy("This day is still to come."),
    Fault.TOO_LONG_AGO: gettext_lazy("We cannot read this as a date of birth. Write it like 7 March 1948."),
    Fault.NO_ADDRESS: gettext_lazy("This is not an e-mail address. It looks like name@example.org."),
    Fault.NO_NUMBER: gettext_lazy(
        "This is neither an e-mail address nor a telephone number. A number from another country begins with + and the "
        "country’s code."
    ),
    Fault.NO_TEXTS: gettext_lazy(
        "This number takes no texts. Give a mobile number, from another country with + and the country’s code, or an "
        "e-mail address."
    ),
}


def _guest() -> dict[str, forms.Field]:
    whose = gettext_lazy("Of the person whose visit it is.")
    born = gettext_lazy("Of the person whose visit it is, with the month as a word: 7 March 1948.")
    code = gettext_lazy("We send a code there before the visit is booked, and news of the visit after that.")
    by_mail = gettext_lazy("E-mail address")
    contact = gettext_lazy("E-mail address or mobile number") if settings.SMS_GATEWAY else by_mail
    return {
        "given_name": _text(gettext_lazy("First name"), LONGEST_NAME, whose, autocomplete="given-name"),
        "family_name": _text(gettext_lazy("Last name"), LONGEST_NAME, whose, autocomplete="family-name"),
        "birth_date": _text(gettext_lazy("Date of birth"), LONGEST_NAME, born, autocomplete="bday"),
        "contact": _text(contact, LONGEST_CONTACT, code, autocomplete="email"),
    }


def initial_of(checkout: Checkout, patients: Sequence[Patient], place: Place) -> dict[str, str]:
    """What was said before, as it would be typed."""
    chosen = checkout.patient_id or (patients[0].pk if len(patients) == 1 else "")
    return {
        "patient": str(chosen),
        "visit_reason": checkout.visit_reason,
        "payer": checkout.payer,
        "given_name": checkout.given_name,
        "family_name": checkout.family_name,
        "birth_date": born_words(checkout.birth_date, place),
        "contact": checkout.contact_value,
    }
