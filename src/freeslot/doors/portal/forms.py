"""The sign-in forms in our words: a label says what to write, nothing stands in the field."""

from typing import Any

from allauth.account import forms
from django.core.validators import MaxLengthValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The longest address there is (RFC 5321); SQLite cannot even look for what is very much longer.
LONGEST_LOGIN = 254


class SignInForm(forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, login=_("User name or e-mail address"), password=_("Password"))
        self.fields["login"].validators.append(MaxLengthValidator(LONGEST_LOGIN))


class ResetPasswordForm(forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, email=_("E-mail address"))


class NewPasswordForm(forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, password1=_("New password"), password2=_("New password, once more"))


def _say(form: Any, **labels: Promise) -> None:
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.widget.attrs.pop("placeholder", None)
        if name in {"login", "password"}:
            field.help_text = ""
