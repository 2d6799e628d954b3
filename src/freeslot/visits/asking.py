"""Who is asking for a visit's pages, and in whose frame they are drawn: each door answers for itself."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from freeslot.scheduling.actors import Actor, ActorKind, Door


@dataclass(frozen=True)
class Asker:
    """Someone whose right to ask is proved. `frame` is the template their door draws around the pages.

    `until` is when this right ends by itself; None where it does not.
    """

    actor: Actor
    door: Door
    frame: str
    until: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether they see only some of a patient's visits, and so must be told that there are others."""
        return self.actor.kind is ActorKind.PATIENT

    @property
    def user_id(self) -> uuid.UUID | None:
        """The account of somebody signed in; a link's holder has none."""
        return uuid.UUID(self.actor.id) if self.actor.kind is ActorKind.ACCOUNT else None


class NotAnyMore(Exception):
    """The door knows who this was, but their time is over; `answer` is the page that says so and leads on."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


@cache
def doors() -> tuple[Callable[[HttpRequest, str], Asker | None], ...]:
    """The doors' own answers, named in settings so that nothing is imported upwards."""
    return tuple(import_string(path) for path in settings.FREESLOT_DOORS)


def asker_for(request: HttpRequest, ref: str = "") -> Asker | None:
    """The first door's answer for one visit, or for the list of them; None when no door knows who this is.

    Raises NotAnyMore.
    """
    return next((asker for door in doors() if (asker := door(request, ref))), None)
