"""The demo's own pages: what its mail sink and text gateway received, and the world as it is now."""

import re
from base64 import b64decode
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from freeslot.demo.facts import world_facts
from freeslot.demo.outbox import Received, received, received_one

MESSAGE_ID = re.compile(r"[0-9T-]{1,64}")
# A mail brings its own styles and may show pictures it carries; nothing else of it runs, loads or leaves.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

# What is downloaded opens in a program of its own; should a browser show it, nothing in it acts.
FILE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
OPENED_BY = {"application/pdf": "pdf", "application/ics": "ics", "text/calendar": "ics"}


@require_safe
@never_cache
def world(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(world_facts(timezone.now()))


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/outbox.html", {"messages": received(settings.DATA)})


@require_safe
@never_cache
def outbox_json(_request: HttpRequest) -> JsonResponse:
    return JsonResponse([_as_facts(each) for each in received(settings.DATA)], safe=False)


@require_safe
@never_cache
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    return render(request, "demo/message.html", {"message": _message(message_id)})


@require_safe
@never_cache
def message_html(_request: HttpRequest, message_id: str) -> HttpResponse:
    """A mail's HTML part alone, under a policy stricter than any page's own."""
    response = HttpResponse(_message(message_id).html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


@require_safe
@never_cache
def attachment(_request: HttpRequest, message_id: str, number: int) -> HttpResponse:
    """A part as a file to open. Its name and type are ours: what a mail calls it decides nothing here."""
    parts = _message(message_id).attachments
    if not 1 <= number <= len(parts):
        raise Http404
    part = parts[number - 1]
    known = part.type in OPENED_BY
    response = HttpResponse(
        b64decode(part.base64) or part.text.encode(),
        content_type=part.type if known else "application/octet-stream",
    )
    name = f"attachment-{number}.{OPENED_BY.get(part.type, 'bin')}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _as_facts(message: Received) -> dict[str, Any]:
    """Without the content of what is attached: each has an address of its own."""
    facts = asdict(message)
    for part in facts["attachments"]:
        del part["base64"]
    return facts


def _message(message_id: str) -> Received:
    found = received_one(settings.DATA, message_id) if MESSAGE_ID.fullmatch(message_id) else None
    if found is None:
        raise Http404
    return found
