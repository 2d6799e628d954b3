"""Calendar files as a library reads them that is not the one that wrote them, and as they stand on the wire."""

import re

from django.test import Client
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from tests.visits.pages import read


def parsed(content: bytes) -> Calendar:
    return IcsCalendarStream.calendar_from_ics(content.decode())


def event_in(content: bytes) -> Event:
    (event,) = parsed(content).events
    return event


def lines_of(content: bytes) -> list[str]:
    """Each property on one line, unfolded."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def make_feed(client: Client) -> str:
    """The path of a new address, made by its button on the calendar page."""
    key = read(client.get("/appointments/?view=calendar")).fields["key"]
    return path_in(client.post("/calendar/", {"key": key}))


def path_in(response) -> str:
    return path_in_text(response.content.decode())


def path_in_text(text: str) -> str:
    return re.findall(r"/calendar/[A-Za-z0-9_-]{22}\.ics", text)[0]


def feed(path: str, **headers: str):
    """Asked for as a calendar does: nobody is signed in."""
    return Client().get(path, headers=headers)
