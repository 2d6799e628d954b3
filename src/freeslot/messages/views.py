"""Where the text-message gateway reports what became of a text."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from freeslot.messages.reports import note_report
from freeslot.messages.senders import page_address
from freeslot.messages.signatures import is_signed

LARGEST_REPORT = 16 * 1024
MOST_FIELDS = 100

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def reports(request: HttpRequest) -> HttpResponse:
    """204 for every report that is signed, whatever it says: the signature takes the place of a form's own token."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST_REPORT:
        return HttpResponse(status=413)
    fields = _fields(request.body)
    if fields is None or not _is_from_the_gateway(request, fields):
        log.info("A report about a text was refused: its signature is not the gateway's.")
        return HttpResponse(status=403)
    note_report(
        {name: str(fields[name]) for name in fields},
        message_id=request.GET.get("message", ""),
        repeat=request.GET.get("repeat", ""),
        now=timezone.now(),
    )
    return HttpResponse(status=204)


def _fields(body: bytes) -> QueryDict | None:
    """None for what is no form."""
    if body.count(b"&") >= MOST_FIELDS:
        return None
    try:
        return QueryDict(body.decode("ascii"), encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _is_from_the_gateway(request: HttpRequest, fields: QueryDict) -> bool:
    if settings.SMS_GATEWAY is None:
        return False
    return is_signed(
        page_address(request.get_full_path()),
        dict(fields.lists()),
        token=settings.SMS_GATEWAY.token,
        signature=request.headers.get("X-Twilio-Signature", ""),
    )
