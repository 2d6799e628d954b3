"""What Freeslot decides about accounts where django-allauth leaves it open."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# Five wrong passwords for one name in five minutes are django-allauth's limit, which we leave as it is.
TOO_MANY = _(
    "There were too many wrong passwords. Wait 5 minutes, then try again. You can also choose a new password at once, "
    "with “I forgot my password”, or call the practice."
)


class Adapter(DefaultAccountAdapter):
    """Accounts are made by the practice. An open sign-up would tell strangers which addresses have one."""

    error_messages = DefaultAccountAdapter.error_messages | {"too_many_login_attempts": TOO_MANY}

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether to go there after signing in; what is no address at all is not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False
