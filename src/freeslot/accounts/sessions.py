"""Sessions in the database, as Django keeps them; every page begins by reading one, so that is done in SQL."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from freeslot.database.rows import Columns, adapted

SESSION = Columns(Session, "s")


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        values = adapted(Session, session_key=self.session_key, expire_date=timezone.now())
        if found := SESSION.find("WHERE s.session_key = %s AND s.expire_date > %s", values):
            return self.decode(found[0].session_data)
        self._session_key = None
        return {}
