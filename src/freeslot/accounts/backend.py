"""Who is signed in, by the id in the session: read in SQL, since every page asks."""

import uuid

from allauth.account.auth_backends import AuthenticationBackend

from freeslot.accounts.models import User
from freeslot.database.rows import Columns, adapted

USER = Columns(User, "u")


class Backend(AuthenticationBackend):
    def get_user(self, user_id: uuid.UUID) -> User | None:
        found = USER.find("WHERE u.id = %s", adapted(User, id=user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None
