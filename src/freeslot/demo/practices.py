"""The demo's four practices: who works there, what they offer, and the rules each runs by.

Telephone numbers are those set aside for fiction (555-01xx in North America, 030 23125 xxx in Berlin).
"""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Kind:
    """A type of visit. `extra_rules` are added to the practice's for this type alone; `given_by` names who gives it
    where that is not everybody."""

    name: str
    minutes: int
    price_minor: int
    extra_rules: dict[str, Any] | None = None
    buffer_minutes: int = 0
    by_video: bool = False
    given_by: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def buffer(self) -> timedelta:
        return timedelta(minutes=self.buffer_minutes)


@dataclass(frozen=True)
class House:
    """`visit_reason` is what its patients say a visit is about, where it must be said."""

    slug: str
    name: str
    country: str
    zone: str
    currency: str
    phone: str
    brand: str
    place: tuple[str, str, str]
    practitioners: dict[str, str]
    kinds: tuple[Kind, ...]
    slot_minutes: int
    opens: time
    closes: time
    rules: dict[str, Any]
    alias: str = ""
    visit_reason: str = ""
    video_rooms: dict[str, str] = field(default_factory=dict)

    @property
    def slot_length(self) -> timedelta:
        return timedelta(minutes=self.slot_minutes)

    def kind(self, name: str) -> Kind:
        return next(each for each in self.kinds if each.name == name)

    @property
    def phone_hours(self) -> dict[str, list[list[str]]]:
        return {day: [[f"{self.opens:%H:%M}", f"{self.closes:%H:%M}"]] for day in WEEKDAYS}


RIVERSIDE_PLANS = ("Blue Hill Health", "Medicaid", "Medicare")
RIVERSIDE = House(
    slug="riverside",
    name="Riverside Family Practice",
    country="US",
    zone="America/New_York",
    currency="USD",
    phone="+12125550142",
    brand="#0a4f53",
    place=("River Street office", "48 River Street, 2nd floor, New York, NY", "Lift beside the pharmacy."),
    practitioners={"Dr. Amara Osei": "", "Dr. Helen Brandt": "", "Dr. Tomas Ruiz": ""},
    kinds=(
        Kind("Check-up", 20, 12_000, payers=RIVERSIDE_PLANS),
        Kind("Follow-up", 20, 8_000, payers=RIVERSIDE_PLANS),
        Kind("Long visit", 40, 18_000, payers=RIVERSIDE_PLANS),
        Kind(
            "Video visit",
            20,
            7_000,
            payers=RIVERSIDE_PLANS,
            by_video=True,
            given_by=("Dr. Helen Brandt", "Dr. Tomas Ruiz"),
        ),
    ),
    slot_minutes=20,
    opens=time(9),
    closes=time(17),
    rules={
        "steps": [{"after": {"minutes_before": 24 * 60}, "fee": {"minor": 2_500}}],
        "reason": "optional",
        "undo_minutes": 10,
        "never_charged_payers": ["Medicaid"],
        "booking": {
            "notice_minutes": 120,
            "reason": "optional",
            "payer": "optional",
            "care": {
                "en": "For everyday illness and check-ups, not for emergencies",
                "es": "Para enfermedades corrientes y revisiones, no para urgencias",
            },
        },
        "move": {"most": 3},
    },
    video_rooms={
        "Dr. Helen Brandt": "https://video.example.org/riverside/brandt",
        "Dr. Tomas Ruiz": "https://video.example.org/riverside/ruiz",
    },
)

HARBOR = House(
    slug="harbor",
    name="Harbor Dental",
    alias="Harbor",
    country="US",
    zone="America/Los_Angeles",
    currency="USD",
    phone="+13105550163",
    brand="#7a3b1d",
    place=("Pier Road office", "7 Pier Road, Los Angeles, CA", "Entrance on the side of the water."),
    practitioners={"Dr. Luis Ferrer": "", "Joan Whitaker": "hygienist", "Dr. Wen Li": ""},
    kinds=(
        Kind("Cleaning", 30, 12_000),
        Kind("Check-up", 30, 9_000),
        Kind(
            "Crown fitting",
            60,
            24_000,
            {"also_lost": {
                "en": "Your crown is ready. It may have to be made again if the fitting is more than a month away.",
                "es": "Su corona está lista. Puede que haya que hacerla de nuevo si la cita se retrasa más de un mes.",
            }},
        ),
    ),
    slot_minutes=30,
    opens=time(8),
    closes=time(17),
    rules={
        "steps": [{"after": {"minutes_before": 48 * 60}, "fee": {"percent": 50, "cap_minor": 8_000}}],
        "reason": "required",
        "proof": ["birth_date", "member_id"],
        "undo_minutes": 15,
        "undo_ends_before_minutes": 60,
        "never_charged_payers": ["Medicaid"],
        "booking": {"notice_minutes": 60, "reason": "required"},
        "move": {"reason": "required"},
    },
    visit_reason="A tooth hurts when I chew.",
)  # fmt: skip

NORTHSIDE = House(
    slug="northside",
    name="Northside Community Clinic",
    country="US",
    zone="America/Chicago",
    currency="USD",
    phone="+13125550187",
    brand="#2c4a7c",
    place=("North Avenue clinic", "310 North Avenue, Chicago, IL", "Ground floor, no steps."),
    practitioners={"Dr. Rosa Delgado": "", "Patience Adeyemi": "nurse", "Dr. Ivan Petrov": ""},
    kinds=(Kind("Check-up", 15, 0), Kind("Vaccination", 15, 0), Kind("Long visit", 30, 0)),
    slot_minutes=15,
    opens=time(9),
    closes=time(17),
    rules={
        "steps": [],
        "reason": "optional",
        "undo_minutes": 60,
        "undo_ends_before_minutes": 120,
        "booking": {"notice_minutes": 60},
        "move": {"until": {"minutes_before": 120}},
    },
)

LAKEVIEW = House(
    slug="lakeview",
    name="Lakeview Physio",
    alias="Lakeview",
    country="DE",
    zone="Europe/Berlin",
    currency="EUR",
    phone="+493023125417",
    brand="#3d5229",
    place=("Seestraße practice", "Seestraße 12, 13353 Berlin", "Ring at the blue door."),
    practitioners={"Mira Vogt": "physiotherapist", "Jonas Keller": "physiotherapist", "Ayla Demir": "physiotherapist"},
    kinds=(
        Kind("Physiotherapy", 30, 4_500),
        Kind("Manual therapy", 45, 6_000, buffer_minutes=15),
        Kind("First visit", 60, 9_000, {"booking": {"notice_minutes": 120, "patients": "new", "reason": "optional"}}),
    ),
    slot_minutes=15,
    opens=time(9),
    closes=time(18),
    rules={
        "steps": [{"after": {"days_before": 1, "at": "18:00"}, "fee": {"minor": 3_000}}],
        "tell_after": {"minutes_before": 120},
        "reason": "optional",
        "undo_minutes": 30,
        "undo_ends_before_minutes": 120,
        "booking": {"notice_minutes": 120, "reason": "optional"},
        "move": {"elsewhere": ["practitioner"]},
    },
)

HOUSES = (RIVERSIDE, HARBOR, NORTHSIDE, LAKEVIEW)
