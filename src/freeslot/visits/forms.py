"""The forms of the cancel and move pages: they let through what is well formed; whether it may be, operations say."""

import re
import uuid
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freeslot.scheduling.operations.cancel import LONGEST_NOTE
from freeslot.scheduling.reasons import choices
from freeslot.scheduling.rulebook import ReasonRule, Rules

LONGEST_REASON, LONGEST_TIME, LARGEST_FEE = 24, 80, 2_147_483_647
STALE = _("This page was not as we had sent it. Please look at it once more, then press again.")
NOT_OFFERED = _("Choose one of the reasons in the list.")
REVIEWS = [
    ("emergency", _("It is an emergency")),
    ("plan", _("My health plan may not be charged")),
    ("practice", _("The practice made a mistake")),
]


class NoteField(forms.CharField):
    """Text as it was typed, markup, marks of direction and all; only NUL is left out, which no database here keeps."""

    widget = forms.Textarea

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`: browsers cut what is pasted at it and say nothing."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\x00", "").replace("\r\n", "\n")


class ReasonField(forms.CharField):
    """A code of the practice's reasons; none where they are not asked for."""

    def __init__(self, **said: Any) -> None:
        wrong = {"max_length": NOT_OFFERED, "null_characters_not_allowed": NOT_OFFERED}
        super().__init__(required=False, max_length=LONGEST_REASON, error_messages=wrong, **said)


class FeeField(forms.IntegerField):
    """A fee as our pages write it: in minor units, digits and nothing else."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> int | None:
        if not re.fullmatch(r"[0-9]*", str(value or "")):
            raise forms.ValidationError(STALE)
        return super().to_python(value)


class PressForm(forms.Form):
    """What every press says: `confirm` is the fee that was shown, `key` makes a second press harmless, `tried` is our
    own stamp of a try that failed."""

    note = NoteField(
        required=False,
        strip=False,
        max_length=LONGEST_NOTE,
        label=_("Anything the practice should know?"),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"max_length": _("This is %(show_value)s characters long. Please keep it to %(limit_value)s.")},
    )
    confirm = FeeField(required=False, min_value=0, max_value=LARGEST_FEE)
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,64}$", required=False, widget=forms.HiddenInput)
    tried = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    # Said where the practice asks for a reason and none is given.
    no_reason: Promise

    @property
    def is_stale(self) -> bool:
        """Whether something is wrong with it that nobody types."""
        return bool(set(self.errors) - {"reason", "note"})

    @property
    def unchanged(self) -> str:
        """What is so, and what to do about it: the first thing that is wrong with the form."""
        first = next(str(error) for errors in self.errors.values() for error in errors)
        return str(_("Nothing was changed. %(problem)s")) % {"problem": first}

    @property
    def wrong_reason(self) -> str:
        """What is wrong with a reason that the practice's rules do not take."""
        return str(NOT_OFFERED if self.cleaned_data["reason"] else self.no_reason)

    @property
    def next_key(self) -> str:
        """The same for the same press once more, else a new one: a page pressed twice is one act."""
        key = self["key"].value() if self.is_bound and "key" not in self.errors else ""
        return key or "-".join(filter(None, [new_key(), self.prefix]))

    def offer_reasons(self, rule: ReasonRule, reasons: tuple[str, ...]) -> None:
        """Makes the reason the choice that the practice's rules ask for, or leaves it out."""
        field = self.fields["reason"]
        if rule is ReasonRule.OFF:
            del self.fields["reason"]
            return
        field.required = rule is ReasonRule.REQUIRED
        nothing = _("Choose one") if field.required else _("Prefer not to say")
        field.widget = forms.Select(choices=[("", nothing), *choices(reasons)])
        field.widget.is_required = field.required


class CancelForm(PressForm):
    """`alike` says that another visit looks like this one, `which` then names the one that is meant."""

    reason = ReasonField(label=_("Why are you cancelling?"))
    no_reason = _("Choose why you are cancelling.")
    review = forms.ChoiceField(required=False, choices=REVIEWS, error_messages={"invalid_choice": STALE})
    alike = forms.BooleanField(required=False, widget=forms.HiddenInput)
    which = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def offer(self, rules: Rules) -> None:
        self.offer_reasons(rules.reason, rules.reasons)


class MoveForm(PressForm):
    """`time` is the new time as the list offers it, `seen` the visit as the page had shown it, signed."""

    reason = ReasonField(label=_("Why are you moving it?"))
    no_reason = _("Choose why you are moving it.")
    time = forms.CharField(required=False, max_length=LONGEST_TIME, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def offer(self, rules: Rules) -> None:
        self.offer_reasons(rules.move.reason, rules.reasons)


def new_key() -> str:
    """A key for one intention."""
    return uuid.uuid4().hex
