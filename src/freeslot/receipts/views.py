"""Where anyone checks a receipt, and the public keys for those who check it themselves.

A receipt arrives by POST only. The code on paper holds an address with the receipt behind a `#`: browsers keep that
part to themselves, so no server and no proxy writes it down, which a query (`?receipt=…`) could not promise. A script
moves it into the form; without scripts the page asks for the address to be pasted, and takes it as it is.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from freeslot.receipts import keys
from freeslot.receipts.answers import answer_to
from freeslot.receipts.forms import ReceiptForm
from freeslot.receipts.standing import standing_of
from freeslot.receipts.verify import check
from freeslot.web.headers import keep_nothing

KEYS_KEPT_SECONDS = 300


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, ReceiptForm())
    form = ReceiptForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    checked = check(form.handed_in(), keys.jwks())
    standing = standing_of(checked.token, checked.claims.number) if checked.claims else None
    answer = answer_to(checked, standing)
    status = 200 if answer.holds else 422
    return _page(request, ReceiptForm(), answer=answer, claims=checked.claims, status=status)


@require_safe
def jwks(_request: HttpRequest) -> JsonResponse:
    """For every origin: the keys are public, and a check in a page of somebody else's is what they are for."""
    response = JsonResponse(keys.jwks())
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = f"public, max-age={KEYS_KEPT_SECONDS}"
    return response


def _page(request: HttpRequest, form: ReceiptForm, *, status: int = 200, **context: object) -> HttpResponse:
    known = {"form": form, "keys_path": reverse("receipts:jwks"), **context}
    response = render(request, "receipts/verify.html", known, status=status)
    keep_nothing(response)
    return response
