"""The answers that Django has no class for."""

from django.http import HttpResponse


def see_other(address: str) -> HttpResponse:
    """303: what was pressed is done; the page to read is there, and reading it again presses nothing."""
    return HttpResponse(status=303, headers={"Location": address})
