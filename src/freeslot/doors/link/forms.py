"""The forms of the link door: the proof as the practice asks for it, a code, and what is known of a lost link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 80
# Without an example: a machine would try that first.
BORN = _("Of the person whose visit it is. Write it as you like, in figures or words.")


def _text(label: Any, help_text: Any, **attributes: str) -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST,
        label=label,
        help_text=help_text,
        widget=forms.TextInput(attrs=attributes),
        error_messages={"required": _("Write this first."), "max_length": _("This is too long.")},
    )


def _proofs() -> dict[str, forms.CharField]:
    """Free text throughout: no wheel to turn, and however it is written it is read."""
    return {
        "birth_year": _text(
            _("Year of birth"), _("Of the person whose visit it is. Two or four figures."), inputmode="numeric"
        ),
        "birth_date": _text(_("Date of birth"), BORN),
        "member_id": _text(_("Member number"), _("From the health plan’s card. Spaces and dashes do not matter.")),
    }


class ProofForm(forms.Form):
    """The fields that the practice asks for, in its order."""

    def __init__(self, *args: Any, asked: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proofs = _proofs()
        self.fields = {name: proofs[name] for name in asked}

    def refuse(self, words: str) -> None:
        """Beside the field where there is one alone; of several, none is named: which of them is right stays unsaid."""
        self.add_error(next(iter(self.fields)) if len(self.fields) == 1 else None, words)


class CodeForm(forms.Form):
    code = _text(_("Code"), _("Six digits, from our message."), inputmode="numeric", autocomplete="one-time-code")


class FindForm(forms.Form):
    reference = _text(_("Reference"), _("It stands in every message about the visit, such as FS-7K3M-92Q5."))
    birth_date = _text(_("Date of birth"), BORN)
