"""What Freeslot decides about accounts where django-allauth leaves it open."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by the practice. An open sign-up would tell strangers which addresses have one."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth asks with the request
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether to go there after signing in; what is no address at all is not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False
