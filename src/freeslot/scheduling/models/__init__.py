"""Schedules, slots and appointments; `scheduling` alone writes them."""

from freeslot.scheduling.models.appointment import Appointment
from freeslot.scheduling.models.checkout import Checkout, GuestCode
from freeslot.scheduling.models.idempotency import IdempotencyRow
from freeslot.scheduling.models.listing import Listing
from freeslot.scheduling.models.manage_link import LinkCode, ManageLink
from freeslot.scheduling.models.schedule import Schedule, ScheduleException, WeeklyHours
from freeslot.scheduling.models.slot import Slot

__all__ = [
    "Appointment", "Checkout", "GuestCode", "IdempotencyRow", "LinkCode", "Listing", "ManageLink", "Schedule",
    "ScheduleException", "Slot", "WeeklyHours",
]  # fmt: skip
