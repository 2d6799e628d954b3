"""Lets the time of a link session pass, without waiting for it."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

from freeslot.doors.link.session import IN_SESSION, LASTS


def let_the_session_end(page: Page) -> None:
    """As if every visit of this browser had been opened too long ago."""
    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]
    session = SessionStore(session_key=key)
    long_ago = (datetime.now(UTC) - LASTS - timedelta(minutes=1)).isoformat()
    session[IN_SESSION] = {ref: opened | {"at": long_ago} for ref, opened in session[IN_SESSION].items()}
    session.save()
