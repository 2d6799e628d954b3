"""What somebody hands in to be checked: pasted text or a file."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.receipts.reading import LARGEST


class ReceiptForm(forms.Form):
    receipt = forms.CharField(
        label=gettext_lazy("Receipt as text"),
        help_text=gettext_lazy("The address from the code, or the text that begins with “eyJ”."),
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        required=False,
        strip=True,
    )
    file = forms.FileField(
        label=gettext_lazy("Receipt as a file"),
        help_text=gettext_lazy("What you saved with “Save as PDF” or “Save as data”."),
        required=False,
        allow_empty_file=True,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("receipt") and self._file() is None:
            raise forms.ValidationError(_("Paste the receipt, or choose its file."))
        return cleaned

    def handed_in(self) -> str | bytes:
        """The file where there is one; one byte more than a receipt may have is enough to see that it is too large."""
        file = self._file()
        return file.read(LARGEST + 1) if file is not None else str(self.cleaned_data["receipt"])

    def _file(self) -> "UploadedFile[bytes] | None":
        """The page sends it as `file`; whoever knows the one field `receipt` may send a file as that."""
        chosen: UploadedFile[bytes] | None = self.files.get("file") or self.files.get("receipt")
        return chosen
