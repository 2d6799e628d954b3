"""One cancel, told the same by every door: what a journey compares after it has come in by its own door.

A door's journey brings the browser to the page of the visit; from there on every door is driven by this one story and
compared with these facts. A later door adds a test beside tests/journeys/portal/test_conformance.py, nothing here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from freeslot.events.models import Event
from freeslot.messages.models import Message
from freeslot.receipts.models import Receipt
from freeslot.scheduling.models import Appointment, Slot


@dataclass(frozen=True)
class Told:
    """What is left of a cancel in the door's absence: the state, the events, the messages and the receipt's claims."""

    status: str
    fee_minor: int
    slots: list[str]
    events: list[str]
    doors: set[str]
    messages: list[tuple[str, str, str]]
    receipt: dict[str, Any]


EXPECTED_EVENTS = ["appointment.booked", "appointment.cancelled", "appointment.undone", "appointment.cancelled"]
EXPECTED_MAILS = [
    ("booked", "email", "sent"),
    ("cancelled", "email", "sent"),
    ("cancelled", "email", "sent"),
    ("undone", "email", "sent"),
]


def cancel_undo_and_cancel_again(page: Page, reference: str, *, after_each: Callable[[], None]) -> None:
    """From the visit's page: two taps to cancel, undo, two taps again. `after_each` looks at every page."""
    for again in (False, True):
        after_each()
        page.get_by_role("link", name="Cancel").first.click()
        expect(page.locator(f"[data-ref='{reference}']").first).to_have_attribute("data-verdict", "allowed")
        after_each()
        page.get_by_role("button", name="Cancel this visit").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Your visit is cancelled")
        after_each()
        if not again:
            page.get_by_role("button", name="Undo").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Your visit is booked")
            after_each()
            page.goto(page.url.replace("/receipt/", "/").replace("/undo/", "/"))


def told(visit: Appointment) -> Told:
    now = Appointment.objects.get(pk=visit.pk)
    events = list(Event.objects.filter(subject_id=visit.pk).order_by("version"))
    receipt = Receipt.objects.filter(appointment_id=visit.pk).latest("chain_index")
    of_no_door = {"jti", "iat", "sub", "prev", "reference", "practice", "channel", "start", "start_before", "policy"}
    return Told(
        status=now.status,
        fee_minor=now.fee_minor,
        slots=list(Slot.objects.filter(held_by=visit.pk).values_list("status", flat=True)),
        events=[event.kind for event in events],
        doors={event.door for event in events[1:]},
        messages=sorted(Message.objects.filter(appointment_id=visit.pk).values_list("kind", "channel", "state")),
        receipt={name: value for name, value in receipt.payload.items() if name not in of_no_door},
    )


def move_it(page: Page, reference: str, *, after_each: Callable[[], None], by_keyboard: bool = False) -> None:
    """From the visit's page: to the list, a look at old and new, the press. `after_each` looks at every page."""
    first_of = page.locator("[name=time]").first
    page.get_by_role("link", name="Move it to another time").click()
    expect(first_of).to_be_attached()
    after_each()
    if by_keyboard:
        first_of.focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    else:
        page.locator("[name=time]").nth(1).check()
        page.get_by_role("button", name="Look at this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move it to this time?")
    after_each()
    press = page.get_by_role("button", name="Move it to this time")
    if by_keyboard:
        press.focus()
        page.keyboard.press("Enter")
    else:
        press.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is moved")
    expect(page.locator(f"[data-ref='{reference}']").first).to_have_attribute("data-status", "booked")
    after_each()
