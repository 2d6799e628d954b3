"""Draws every component with sample data into static pages, to be looked at: python -m tests.web.gallery DIR."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import segno
from django import forms
from django.template import engines
from django.utils.safestring import SafeString

from freeslot.web.facts import (
    Brand,
    Choice,
    Delivery,
    Frame,
    Panel,
    PhoneLine,
    Place,
    ReceiptCard,
    Step,
    UndoBox,
    VisitCard,
)
from freeslot.web.line import deadline_line
from freeslot.web.script import script
from freeslot.web.stylesheet import stylesheet

NOW = datetime(2026, 2, 28, 11, 0, tzinfo=UTC)
VISIT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
NEW_YORK = Place(zone="America/New_York", locale="en_US", now=NOW)
RIVERSIDE = Frame(
    brand=Brand(name="Riverside Family Practice", home="/p/riverside/"),
    phone=PhoneLine(number="555 0142", country="US", hours="open until 5 pm"),
    emergency="911",
    place=NEW_YORK,
    languages=("en", "es"),
)
HARBOR_NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LOS_ANGELES = Place(zone="America/Los_Angeles", locale="en_US", now=HARBOR_NOW)
HARBOR_VISIT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
HARBOR = Frame(
    brand=Brand(name="Harbor Dental", colour="#7a3b16", home="/p/harbor/"),
    phone=PhoneLine(number="555 0177", country="US", hours="opens Mon 8 am"),
    emergency="911",
    place=LOS_ANGELES,
)


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label="Why are you cancelling?",
        required=False,
        choices=[("", "Prefer not to say"), ("feeling-better", "Feeling better"), ("no-transport", "No way to get there")],
    )
    note = forms.CharField(label="Anything to add?", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class BirthForm(forms.Form):
    birth_date = forms.CharField(label="Date of birth", help_text="Day, month and year, such as 31 1 1980")
    member_id = forms.CharField(label="Member number")


def card(**changes: object) -> VisitCard:
    values: dict[str, object] = {
        "starts_at": VISIT,
        "ends_at": VISIT + timedelta(minutes=20),
        "place": NEW_YORK,
        "reference": "FS-7K3M-92QD",
        "patient": "Maria",
        "practitioner": "Dr. Amara Osei",
        "where": "12 Mill Street, 2nd floor",
        "facts": {"ref": "FS-7K3M-92QD", "status": "booked", "slot": VISIT.isoformat()},
    }
    return VisitCard(**{**values, **changes})  # type: ignore[arg-type]


def free_panel() -> Panel:
    deadline = VISIT - timedelta(hours=24)
    return Panel(
        kind="free",
        headline="Free to cancel until Mon 2 March, 10:00 am",
        text="You have {left}. After that the fee is $25.00.",
        ends_at=deadline,
        ended="Free cancelling has just ended.",
        place=NEW_YORK,
        line=line(NOW, [Step(deadline=deadline, words="$25.00")]),
    )


def line(now: datetime, steps: list[Step], *, visit: datetime = VISIT, place: Place = NEW_YORK):
    return deadline_line(
        now=now, booked_from=now - timedelta(days=9), steps=steps, starts_at=visit, zone=place.zone, locale=place.locale
    )


def late_panel() -> Panel:
    deadline = HARBOR_VISIT - timedelta(hours=48)
    return Panel(
        kind="late",
        headline="Cancelling now costs $60.00",
        text="Free cancelling ended Sat 21 November, 2:30 pm. The fee is half the price.",
        line=line(HARBOR_NOW, [Step(deadline=deadline, words="$60.00")], visit=HARBOR_VISIT, place=LOS_ANGELES),
    )


def many_lines() -> list[Panel]:
    """Marks close together, tiers, a last stretch by telephone, and a deadline days away."""
    day = timedelta(days=1)
    hour = timedelta(hours=1)
    tiers = [Step(deadline=VISIT - 2 * day, words="$25.00"), Step(deadline=VISIT - 6 * hour, words="$40.00")]
    by_phone = [Step(deadline=VISIT - day, words="30,00 €"), Step(deadline=VISIT - 2 * hour, words="by phone", kind="call")]
    cases = {
        "One minute before the deadline": line(VISIT - day - timedelta(minutes=1), [Step(VISIT - day, "$25.00")]),
        "One minute after it": line(VISIT - day + timedelta(minutes=1), [Step(VISIT - day, "$25.00")]),
        "One minute before the visit": line(VISIT - timedelta(minutes=1), [Step(VISIT - day, "$25.00")]),
        "Far away": line(VISIT - 60 * day, [Step(VISIT - day, "$25.00")]),
        "Two tiers, free": line(NOW, tiers),
        "Two tiers, between": line(VISIT - day, tiers),
        "Two tiers, after both": line(VISIT - hour, tiers),
        "Last hours by phone": line(NOW, by_phone),
        "Already by phone": line(VISIT - hour, by_phone),
    }
    return [Panel(kind="free", headline=name, line=drawn) for name, drawn in cases.items()]


CANCEL = """{% extends "web/layout.html" %}{% load web %}
{% block content %}<h1>Cancel this visit?</h1>
{% include "web/components/visit_card.html" %}{% include "web/components/panel.html" %}
<form class="form" method="post" action="/appointments/FS/cancellation/">{% csrf_token %}
{% include "web/components/field.html" with field=form.reason %}
<div class="presses"><button class="button button-danger">{{ press }}</button>
<a class="button" href="#">Move it to another time</a><a class="button button-link" href="#">Keep it as it is</a></div></form>
<div class="stack rule"><p class="small soft">You can undo for 10 minutes. You get a receipt you can show to anyone.</p></div>
{% include "web/components/phone_button.html" with phone=frame.phone %}
{% include "web/components/emergency.html" with number=frame.emergency %}{% endblock %}"""

DONE = """{% extends "web/layout.html" %}{% load web %}
{% block account %}<a href="/appointments/">My visits</a>{% endblock %}
{% block content %}{% include "web/components/panel.html" with heading="h1" %}
{% include "web/components/undo_box.html" %}
<section class="section"><h2>Your receipt</h2>{% include "web/components/receipt_card.html" %}</section>
<section class="section"><h2>What we sent you</h2>{% include "web/components/delivery_list.html" %}
<p class="small soft">Nothing there? Look in spam for a message from visits@riverside.example, or <a href="#">send it again</a>.</p></section>
<a class="button" href="#">Book another time</a>
<p class="small soft rule">Still need care? Dr. Osei has a time on Wed 4 March.</p>
{% include "web/components/emergency.html" with number=frame.emergency %}{% endblock %}"""

PARTS = """{% extends "web/layout.html" %}{% load web %}
{% block content %}<h1>Your visit is still booked</h1>
{% include "web/components/error_summary.html" with form=birth %}
{% include "web/components/notice.html" with kind="refused" heading="Your visit is still booked" text="This visit has begun, so it cannot be cancelled here." %}
{% include "web/components/notice.html" with text="A plain notice." %}
<form class="form">{% include "web/components/field.html" with field=birth.birth_date %}{% include "web/components/field.html" with field=birth.member_id %}
{% include "web/components/field.html" with field=form.note %}
{% include "web/components/choices.html" with legend="Which visit do you mean?" name="slot" %}
<button class="button button-main">Continue</button></form>
<h2>My visits</h2>
{% for card in cards %}<article class="card">{% include "web/components/visit_card_body.html" %}<div class="visit-foot"><a class="button button-small" href="#">Move</a><a class="button button-small" href="#">Cancel</a></div></article>{% endfor %}
<h2>Lines</h2>{% for panel in panels %}{% include "web/components/panel.html" %}{% endfor %}
{% endblock %}"""


def pages() -> dict[str, tuple[str, dict[str, object]]]:
    qr = SafeString(segno.make("https://freeslot.example/receipts/verify/").svg_inline(omitsize=True, border=0))
    done = {
        "frame": RIVERSIDE,
        "panel": Panel(kind="free", headline="Your visit is cancelled", text="Tue 3 March, 10:00 am (New York time) with Dr. Amara Osei. No fee."),
        "undo": UndoBox(until=NOW + timedelta(minutes=10), place=NEW_YORK, undo_url="/u", release_url="/r"),
        "receipt": ReceiptCard(
            number="R-8DWE-6TNP",
            lines=["Cancelled Sat 28 February, 5:42 am, by you, by e-mail link. In time: no fee. Rules of 1 January. Second in this visit’s chain."],
            qr=qr, pdf_url="#", json_url="#", check_url="#",
        ),
        "deliveries": [
            Delivery(what="E-mail to m•••@example.org", state="delivered", words="delivered 5:42 am"),
            Delivery(what="Text to •••• 0199", state="waiting", words="on its way"),
            Delivery(what="Calendar update", state="sent", words="sent 5:42 am", help_text="still there?", help_url="#"),
            Delivery(what="Text to •••• 0111", state="failed", words="did not arrive"),
        ],
        "live": False,
    }  # fmt: skip
    birth = BirthForm({"birth_date": "", "member_id": "12"})
    birth.is_valid()
    parts = {
        "frame": RIVERSIDE, "birth": birth, "form": ReasonForm(), "panels": many_lines(),
        "choices": [Choice("a", "Tue 3 March, 10:00 am", "Dr. Amara Osei, 12 Mill Street"), Choice("b", "Tue 3 March, 2:00 pm", chosen=True)],
        "cards": [card(visit_type="Check-up", state="Booked", state_kind="free"), card(patient="Sam", starts_at=VISIT + timedelta(days=400), ends_at=VISIT + timedelta(days=400, minutes=20), state="Cancelled", state_kind="danger")],
    }  # fmt: skip
    harbor = card(
        starts_at=HARBOR_VISIT, ends_at=HARBOR_VISIT + timedelta(minutes=45), place=LOS_ANGELES,
        reference="FS-2QX8-K41N", practitioner="Jo Lindqvist, hygienist", where="Pier 4",
    )  # fmt: skip
    return {
        "cancel": (CANCEL, {"frame": RIVERSIDE, "card": card(), "panel": free_panel(), "form": ReasonForm(), "press": "Cancel this visit"}),
        "late": (CANCEL, {"frame": HARBOR, "card": harbor, "panel": late_panel(), "form": ReasonForm(), "press": "Cancel and accept the $60.00 fee"}),
        "done": (DONE, done),
        "parts": (PARTS, parts),
    }  # fmt: skip


def draw(folder: Path) -> None:
    """Each page beside its one stylesheet, so that it can be opened as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.js").write_bytes(script().body)
    for name, (source, context) in pages().items():
        html = engines["django"].from_string(source).render(context)
        frame = context["frame"]
        assert isinstance(frame, Frame)
        css = folder / f"{frame.brand.colour.removeprefix('#')}.css"
        css.write_bytes(stylesheet(frame.brand.colour).body)
        start = html.index('rel="stylesheet" href="') + len('rel="stylesheet" href="')
        html = html[:start] + css.name + html[html.index('"', start) :]
        start = html.index('type="module" src="') + len('type="module" src="')
        html = html[:start] + "page.js" + html[html.index('"', start) :]
        (folder / f"{name}.html").write_text(html, encoding="utf-8")


def settle() -> None:
    """The few settings that drawing needs, without the product's own."""
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["freeslot.web"],
        LANGUAGES=[("en", "English"), ("es", "Español")],
        ROOT_URLCONF="tests.web.gallery_urls",
        SECRET_KEY="drawn for looking at",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )
    django.setup()


if __name__ == "__main__":
    settle()
    draw(Path(sys.argv[1]))
