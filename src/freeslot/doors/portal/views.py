"""What anyone may read: the practices, one practice's portal, and what search engines ask for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.doors.portal.hours import opening_hours
from freeslot.practices.models import Location, Practice
from freeslot.visits.frames import frame_for
from freeslot.web.frame import set_frame


@require_safe
def practices(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/practices.html", {"practices": Practice.objects.order_by("name")})


@require_safe
def practice(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Practice, slug=slug)
    frame = frame_for(found, timezone.now())
    set_frame(request, frame)
    context = {
        "practice": found,
        "locations": Location.objects.filter(practice=found).order_by("name"),
        "hours": opening_hours(found, frame.place),
        "canonical": _address("practice", slug),
        "visits": f"{reverse('appointments')}?practice={slug}",
        "links_begin_with": settings.BASE_URL,
    }
    return render(request, "portal/practice.html", context)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    slugs = Practice.objects.order_by("slug").values_list("slug", flat=True)
    addresses = [_address("home"), *(_address("practice", slug) for slug in slugs)]
    return render(request, "portal/sitemap.xml", {"addresses": addresses}, content_type="application/xml")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/robots.txt", {"sitemap": _address("sitemap")}, content_type="text/plain")


def _address(name: str, *args: str) -> str:
    return settings.BASE_URL + reverse(name, args=args)
