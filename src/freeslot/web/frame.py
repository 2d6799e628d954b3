"""The frame of a page: a door sets it once on the request, and every template and error page stands in it."""

from django.http import HttpRequest

from freeslot.web.facts import Frame

ATTRIBUTE = "freeslot_frame"


def set_frame(request: HttpRequest, frame: Frame) -> None:
    setattr(request, ATTRIBUTE, frame)


def frame_of(request: HttpRequest | None) -> Frame:
    frame = getattr(request, ATTRIBUTE, None)
    return frame if isinstance(frame, Frame) else Frame()


def frame(request: HttpRequest) -> dict[str, object]:
    """The context processor: `frame` in every template. A value of the same name from the view goes before it."""
    return {"frame": frame_of(request)}
