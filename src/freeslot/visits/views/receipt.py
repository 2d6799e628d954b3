"""The result of what was pressed, and its receipt as a page, a PDF and a signed text."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from freeslot.receipts import attach
from freeslot.receipts.answers import as_json
from freeslot.receipts.models import Receipt
from freeslot.receipts.queries import latest_receipt
from freeslot.visits.asking import Asker
from freeslot.visits.entering import visit_page
from freeslot.visits.loading import appointment_for
from freeslot.visits.results import result_page


@require_safe
@visit_page
def receipt(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    return result_page(request, asker, ref, now=timezone.now())


@require_safe
@visit_page
def receipt_pdf(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    latest = _latest(request, asker, ref)
    content = attach.pdf_of(latest, get_language() or "en")
    headers = {"Content-Disposition": f'attachment; filename="{latest.number}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_safe
@visit_page
def receipt_json(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    latest = _latest(request, asker, ref)
    headers = {"Content-Disposition": f'attachment; filename="{latest.number}.json"'}
    return JsonResponse(as_json(latest), headers=headers)


def _latest(request: HttpRequest, asker: Asker, ref: str) -> Receipt:
    found = latest_receipt(appointment_for(request, asker, ref, now=timezone.now()).pk)
    if found is None:
        raise Http404
    return found
