"""What templates say of `web`: addresses of style and script, times in words, and the components."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info

from freeslot.web import formatting
from freeslot.web.contrast import shades
from freeslot.web.facts import Brand, Place
from freeslot.web.formatting.days import day_and_clock
from freeslot.web.headers import is_right
from freeslot.web.script import script as script_text
from freeslot.web.stylesheet import stylesheet as stylesheet_text

register = template.Library()
LONGEST_LINE = 24


@register.simple_tag
def stylesheet(brand: Brand) -> str:
    """The address of the brand's stylesheet."""
    colour = brand.colour.lower()
    digest = stylesheet_text(colour).digest
    return reverse("web:style", kwargs={"colour": colour.removeprefix("#"), "digest": digest})


@register.simple_tag
def page_script() -> str:
    return reverse("web:script", kwargs={"digest": script_text().digest})


@register.simple_tag
def favicon(brand: Brand) -> SafeString:
    """The mark as an address of its own: no request for it."""
    shade = shades(brand.colour)
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" '
        f'fill="{shade.light}"/><text x="16" y="22.5" font-family="sans-serif" font-size="18" font-weight="700" '
        f'text-anchor="middle" fill="{shade.on_light}">{brand.letter.replace("&", "")}</text></svg>'
    )
    return SafeString("data:image/svg+xml," + quote(drawing, safe=" =:/,;"))


@register.simple_tag
def page_direction() -> str:
    return formatting.direction((get_language() or "en").replace("-", "_").split("_")[0])


@register.simple_tag
def other_languages() -> list[dict[str, Any]]:
    """The languages beside the page's own, each by its own name."""
    spoken = (get_language() or "").split("-")[0]
    return [dict(get_language_info(code)) for code, _ in settings.LANGUAGES if code.split("-")[0] != spoken]


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """This page's own address, for coming back to it, or where `come_back_to` leads: a 404 repeats no address."""
    if "come_back_to" in context:
        return str(context["come_back_to"])
    request = context.get("request")
    return request.get_full_path() if isinstance(request, HttpRequest) else "/"


@register.simple_tag(takes_context=True)
def may_come_back(context: Context) -> bool:
    """Whether a redirect may carry this page's address: not where the address is itself a right."""
    request = context.get("request")
    return not (isinstance(request, HttpRequest) and is_right(request.path_info))


@register.simple_tag
def facts(values: Mapping[str, object] | None) -> SafeString:
    """`data-…` attributes; a fact that is None is left out."""
    known = [(name.replace("_", "-"), value) for name, value in (values or {}).items() if value is not None]
    return format_html_join("", ' data-{}="{}"', known)


@register.simple_tag
def when(at: datetime, place: Place, form: str) -> SafeString:
    """A `<time>` element; `form` is day_clock, day or clock. It is kept on one line while that is sure to fit on a
    small phone."""
    forms = {"day_clock": day_clock, "day": day, "clock": clock}
    words = forms[form](at, place)
    long = SafeString(' class="long"') if len(words) > LONGEST_LINE else ""
    return format_html('<time datetime="{}"{}>{}</time>', instant(at, place), long, words)


@register.filter
def instant(at: datetime, place: Place) -> str:
    """ISO 8601 in the practice's offset."""
    return at.astimezone(ZoneInfo(place.zone)).isoformat()


@register.filter
def moment(at: datetime, place: Place) -> str:
    return formatting.moment(at, zone=place.zone, locale=place.locale, now=place.now)


@register.filter
def day_clock(at: datetime, place: Place) -> str:
    return day_and_clock(at, zone=place.zone, locale=place.locale, now=place.now)


@register.filter
def day(at: datetime, place: Place) -> str:
    return formatting.day(at, zone=place.zone, locale=place.locale, now=place.now)


def clock(at: datetime, place: Place) -> str:
    return formatting.clock(at, zone=place.zone, locale=place.locale)


@register.filter
def relative_day(at: datetime, place: Place) -> str:
    return formatting.relative_day(at, zone=place.zone, locale=place.locale, now=place.now)


@register.filter
def day_parts(at: datetime, place: Place) -> formatting.DayParts:
    return formatting.day_parts(at, zone=place.zone, locale=place.locale, now=place.now)


@register.filter
def left(at: datetime, place: Place) -> str:
    """How long from now until `at`: `2 days 4 hours`."""
    return formatting.length(at - place.now, locale=place.locale)


@register.filter
def zone_words(place: Place) -> str:
    return formatting.zone_words(place.zone, place.locale)


@register.filter
def phone(number: str, country: str) -> str:
    return formatting.phone(number, country=country)


@register.filter
def phone_link(number: str, country: str) -> str:
    return formatting.phone_link(number, country=country)


@register.filter
def percent(share: float) -> str:
    """A share of the whole as an SVG length; the same in every language."""
    return f"{share * 100:.1f}%"


@register.filter
def mirrored(share: float, right_to_left: bool) -> float:
    return 1 - share if right_to_left else share


@register.simple_tag
def visit_times(starts_at: datetime, ends_at: datetime, place: Place) -> str:
    return formatting.time_range(starts_at, ends_at, zone=place.zone, locale=place.locale)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's own input in the look of the page; what is wrong with it is tied to it by Django."""
    return field.as_widget(attrs={**field.field.widget.attrs, "class": "input"})
