"""Practices, where and who they are, what they offer, and the versioned rules they run by."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from uuid_utils.compat import uuid7

from freeslot.database.rows import Columns, adapted
from freeslot.practices.emergency import emergency_number

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class OnlineBooking(models.TextChoices):
    """Who may book without the desk: the switch a practice turns when it is flooded, or takes no new patients."""

    EVERYONE = "everyone"
    KNOWN = "known"  # whoever is signed in
    NOBODY = "nobody"


class Practice(models.Model):
    """An organisation that sees patients. FHIR: Organization.

    `phone_hours` are the local hours in which the phone is answered: {"mon": [["08:00", "17:00"]], …}; a day that is
    missing is closed. `neutral_alias` replaces the name where a name could reveal what the visit is for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    neutral_alias = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=8, default="en")
    currency = models.CharField(max_length=3)
    phone = models.CharField(max_length=32)
    phone_hours = models.JSONField(default=dict)
    email = models.EmailField(blank=True)
    brand = models.CharField(max_length=7, default="#0a4f53")
    online_booking = models.CharField(max_length=8, choices=OnlineBooking.choices, default=OnlineBooking.EVERYONE)

    def __str__(self) -> str:
        return self.slug

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def emergency(self) -> str:
        """The number to call in an emergency in the practice's country."""
        return emergency_number(self.country)

    def books_online(self, *, is_signed_in: bool) -> bool:
        """Whether the desk's switch lets somebody book for themselves."""
        if self.online_booking == OnlineBooking.KNOWN:
            return is_signed_in
        return self.online_booking == OnlineBooking.EVERYONE

    @property
    def public_name(self) -> str:
        """The name for subjects and calendars, where others may read along."""
        return self.neutral_alias or self.name

    def phone_open_until(self, now: datetime) -> datetime | None:
        """When the phone stops being answered today, or None when nobody answers it now."""
        local = now.astimezone(self.tz)
        return next((ends for starts, ends in self._phone_times(local.date()) if starts <= local < ends), None)

    def phone_opens_at(self, now: datetime) -> datetime | None:
        """When the phone is answered next, looked for over two weeks; None when it is answered now or never."""
        local = now.astimezone(self.tz)
        if self.phone_open_until(now):
            return None
        days = (local.date() + timedelta(days=ahead) for ahead in range(15))
        return next((starts for day in days for starts, _ in self._phone_times(day) if starts > local), None)

    def _phone_times(self, day: date) -> list[tuple[datetime, datetime]]:
        hours: list[list[str]] = self.phone_hours.get(WEEKDAYS[day.weekday()], [])
        moments = [[datetime.combine(day, time.fromisoformat(text), self.tz) for text in pair] for pair in hours]
        return sorted((starts, ends) for starts, ends in moments)


class OfPractice(models.Model):
    """A row that belongs to one practice, so that a practice can move whole to another database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    practice_id: uuid.UUID

    class Meta:
        abstract = True


class Location(OfPractice):
    """Where visits take place. FHIR: Location."""

    name = models.CharField(max_length=120)
    address = models.CharField(max_length=240)
    city = models.CharField(max_length=80, blank=True)
    directions = models.CharField(max_length=240, blank=True)

    def __str__(self) -> str:
        return self.name


class Practitioner(OfPractice):
    """Who sees the patient. FHIR: Practitioner. `role` is shown behind the name where it helps ("hygienist").

    `specialty` is a code of FHIR's PractitionerRole.specialty, for searches; `video_room` is where their visits by
    video take place.
    """

    name = models.CharField(max_length=120)
    role = models.CharField(max_length=60, blank=True)
    specialty = models.CharField(max_length=64, blank=True)
    video_room = models.URLField(blank=True)

    def __str__(self) -> str:
        return self.name


class VisitType(OfPractice):
    """What a visit is for: its length and price. FHIR: HealthcareService. Never shown in subjects or texts.

    `payers` are those it is covered by; an empty list means that any is taken. `buffer` is the practitioner's time
    after the visit: it is taken along with it. `is_online` says whether patients may book it themselves.
    """

    name = models.CharField(max_length=120)
    length = models.DurationField()
    buffer = models.DurationField(default=timedelta(0))
    is_online = models.BooleanField(default=True)
    price_minor = models.PositiveIntegerField(default=0)
    by_video = models.BooleanField(default=False)
    payers = models.JSONField(default=list)
    practitioners: "models.ManyToManyField[Practitioner, Any]" = models.ManyToManyField(Practitioner, related_name="+")

    def __str__(self) -> str:
        return self.name

    @property
    def taken(self) -> timedelta:
        """How much of a schedule one visit takes."""
        return self.length + self.buffer


class Policy(OfPractice):
    """One version of a practice's rules, for all its visits or for one visit type. Never changed once it is in use.

    `rules` is read by `freeslot.scheduling.rules.rules_from`; its form is described in `rulebook` beside it.
    """

    visit_type = models.ForeignKey(VisitType, null=True, on_delete=models.PROTECT, related_name="+")
    visit_type_id: uuid.UUID | None
    version = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    rules = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "version"], name="policy_version_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


POLICY = Columns(Policy, "r")
IN_FORCE = """
    WHERE r.practice_id = %s AND r.valid_from <= %s
    AND (r.visit_type_id = %s OR r.visit_type_id IS NULL)
    ORDER BY r.visit_type_id IS NULL, r.valid_from DESC, r.version DESC LIMIT 1
"""


def policy_for(visit_type: VisitType, *, now: datetime) -> Policy:
    """The newest rules in force for a visit type: its own where it has some, else the practice's.

    In SQL, since every booking and every list of times asks. Raises Policy.DoesNotExist where a practice has none.
    """
    values = adapted(Policy, practice=visit_type.practice_id, valid_from=now, visit_type=visit_type.pk)
    if found := POLICY.find(IN_FORCE, values):
        return found[0]
    raise Policy.DoesNotExist


def policies_for(practice: Practice, *, now: datetime) -> dict[uuid.UUID | None, Policy]:
    """The same for all visit types at once: the practice's own rules stand under None."""
    in_force = Policy.objects.filter(practice=practice, valid_from__lte=now).order_by("valid_from", "version")
    return {policy.visit_type_id: policy for policy in in_force}
