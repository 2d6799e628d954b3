"""Who is asking for a visit's pages, and in whose frame they are drawn: each door answers for itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from freeslot.scheduling.actors import Actor, Door


@dataclass(frozen=True)
class Asker:
    """Someone whose right to ask is proved. `frame` is the template their door draws around the pages."""

    actor: Actor
    door: Door
    frame: str


@cache
def doors() -> tuple[Callable[[HttpRequest], Asker | None], ...]:
    """The doors' own answers, named in settings so that nothing is imported upwards."""
    return tuple(import_string(path) for path in settings.FREESLOT_DOORS)


def asker_for(request: HttpRequest) -> Asker | None:
    """The first door's answer; None when no door knows who this is."""
    return next((asker for door in doors() if (asker := door(request))), None)
