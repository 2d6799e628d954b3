"""Who signs in, and who is signed in, by the id in the session: read in SQL, since every page asks."""

import uuid
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from freeslot.accounts.models import User
from freeslot.database.rows import Columns, adapted

USER = Columns(User, "u")


class Backend(AuthenticationBackend):
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        """A closed account is as good as none: django-allauth leads it to a page that says there is one."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        self.unstash_authenticated_user()
        return user

    def get_user(self, user_id: uuid.UUID) -> User | None:
        found = USER.find("WHERE u.id = %s", adapted(User, id=user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None
