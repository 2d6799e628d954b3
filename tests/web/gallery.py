"""Draws every component with sample data into static pages, to be looked at: python -m tests.web.gallery DIR."""

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import segno
from django import forms
from django.conf import settings
from django.template.backends.django import DjangoTemplates
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

ERRORS = ("400", "403", "404", "429", "500", "503", "csrf", "maintenance")
NOW = datetime(2026, 2, 28, 11, 0, tzinfo=UTC)
VISIT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
NEW_YORK = Place(zone="America/New_York", locale="en_US", now=NOW)
RIVERSIDE = Frame(
    brand=Brand(name="Riverside Family Practice", home="/p/riverside/"),
    phone=PhoneLine(number="555 0142", country="US", hours="open until 5 pm"),
    emergency="911",
    place=NEW_YORK,
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
        choices=[
            ("", "Prefer not to say"),
            ("feeling-better", "Feeling better"),
            ("no-transport", "No way to get there"),
        ],
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
    return VisitCard(**{**values, **changes})  # type: ignore[arg-type]  # of mixed types


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
    by_phone = [
        Step(deadline=VISIT - day, words="30,00 €"),
        Step(deadline=VISIT - 2 * hour, words="by phone", kind="call"),
    ]
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


def done() -> dict[str, object]:
    qr = SafeString(segno.make("https://freeslot.example/receipts/verify/").svg_inline(omitsize=True, border=0))
    words = "Tue 3 March, 10:00 am (New York time) with Dr. Amara Osei. No fee."
    said = "Cancelled Sat 28 February, 6:00 am, by you, by e-mail link. In time: no fee. Rules of 1 January."
    return {
        "frame": RIVERSIDE,
        "panel": Panel(kind="free", headline="Your visit is cancelled", text=words),
        "undo": UndoBox(until=NOW + timedelta(minutes=10), place=NEW_YORK, undo_url="/u", release_url="/r"),
        "receipt": ReceiptCard(
            number="R-8DWE-6TNP",
            lines=[said, "Second in this visit’s chain."],
            qr=qr,
            pdf_url="#",
            json_url="#",
            check_url="#",
        ),
        "deliveries": [
            Delivery(what="E-mail to m•••@example.org", state="delivered", words="delivered 6:00 am"),
            Delivery(what="Text to •••• 0199", state="waiting", words="on its way"),
            Delivery(what="Calendar update", state="sent", words="sent 6:00 am"),
            Delivery(what="Text to •••• 0111", state="failed", words="did not arrive"),
        ],
    }


def parts() -> dict[str, object]:
    birth = BirthForm({"birth_date": "", "member_id": "12"})
    birth.is_valid()
    later = VISIT + timedelta(days=400)
    return {
        "frame": RIVERSIDE,
        "birth": birth,
        "form": ReasonForm(),
        "choices": [
            Choice("a", "Tue 3 March, 10:00 am", "Dr. Amara Osei, 12 Mill Street"),
            Choice("b", "Tue 3 March, 2:00 pm", chosen=True),
        ],
        "cards": [
            card(visit_type="Check-up", state="Booked", state_kind="free"),
            card(patient="Sam", starts_at=later, ends_at=later + timedelta(minutes=20), state="Cancelled"),
        ],
    }


def harbor_card() -> VisitCard:
    return card(
        starts_at=HARBOR_VISIT,
        ends_at=HARBOR_VISIT + timedelta(minutes=45),
        place=LOS_ANGELES,
        reference="FS-2QX8-K41N",
        practitioner="Jo Lindqvist, hygienist",
        where="Pier 4",
    )


def mail_panel(panel: Panel) -> Panel:
    """A mail is read later, so it counts nothing down."""
    return replace(panel, text="After that the fee is $25.00.", ends_at=None)


def pages() -> dict[str, tuple[str, dict[str, object]]]:
    """File name to template and context."""
    free = {"frame": RIVERSIDE, "card": card(), "panel": free_panel(), "form": ReasonForm()}
    late = {"frame": HARBOR, "card": harbor_card(), "panel": late_panel(), "form": ReasonForm()}
    errors = {f"error-{name}": (f"web/errors/{name}.html", {"frame": RIVERSIDE}) for name in ERRORS}
    return {
        "cancel": ("cancel.html", {**free, "press": "Cancel this visit"}),
        "late": ("cancel.html", {**late, "press": "Cancel and accept the $60.00 fee"}),
        "done": ("done.html", done()),
        "parts": ("parts.html", parts()),
        "lines": ("lines.html", {"frame": RIVERSIDE, "panels": many_lines()}),
        "mail": ("mail.html", {**free, "panel": mail_panel(free_panel())}),
        "mail-late": ("mail.html", late),
        **errors,
    }


def draw(folder: Path) -> None:
    """Each page beside its one stylesheet, so that it can be opened as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.js").write_bytes(script().body)
    engine = DjangoTemplates(
        {"NAME": "gallery", "DIRS": [Path(__file__).parent / "gallery_pages"], "APP_DIRS": True, "OPTIONS": {}}
    )
    for name, (template, context) in pages().items():
        frame = context["frame"]
        assert isinstance(frame, Frame)
        css = folder / f"{frame.brand.colour.removeprefix('#')}.css"
        css.write_bytes(stylesheet(frame.brand.colour).body)
        html = engine.get_template(template).render(context)
        html = re.sub(r"/style/[^\"]*", css.name, re.sub(r"/script/[^\"]*", "page.js", html))
        (folder / f"{name}.html").write_text(html, encoding="utf-8")


def settle() -> None:
    """The few settings that drawing needs, without the product's own."""
    settings.configure(
        INSTALLED_APPS=["freeslot.web"],
        LANGUAGES=[("en", "English"), ("es", "Español")],
        LANGUAGE_CODE="en",
        ROOT_URLCONF="tests.web.gallery_urls",
        SECRET_KEY="drawn for looking at",
    )
    django.setup()


if __name__ == "__main__":
    settle()
    draw(Path(sys.argv[1]))
