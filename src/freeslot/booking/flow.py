"""One booking in the making as whoever makes it meets it: the rules of today, for whom it may be, and what was said."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse

from freeslot.booking.booker import Booker
from freeslot.booking.forms import ASKED, DetailsForm, initial_of
from freeslot.patients.models import Patient
from freeslot.practices.models import Policy, Practice, policy_for
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.details import SAID
from freeslot.scheduling.rulebook import Rules
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.tokens import keyed_hash
from freeslot.visits.frames import place_of
from freeslot.visits.typed import unsent_before
from freeslot.web.facts import Place

STEPS = {"review", "code"}


def address_of(checkout: Checkout, practice: Practice) -> str:
    return reverse("checkout", args=[practice.slug, checkout.pk])


@dataclass(frozen=True)
class Flow:
    request: HttpRequest
    booker: Booker
    checkout: Checkout
    now: datetime

    @property
    def practice(self) -> Practice:
        return self.checkout.visit_type.practice

    @cached_property
    def place(self) -> Place:
        return place_of(self.practice, self.now)

    @cached_property
    def policy(self) -> Policy:
        return policy_for(self.checkout.visit_type, now=self.now)

    @cached_property
    def rules(self) -> Rules:
        return rules_from(self.policy.rules)

    @cached_property
    def patients(self) -> list[Patient]:
        return self.booker.patients(self.practice, self.now)

    @property
    def is_guest(self) -> bool:
        """Nobody whom the practice knows is signed in: the contact has to be proved by a code."""
        return not self.patients

    @property
    def needs_code(self) -> bool:
        """A guest whose contact is not proved yet."""
        return self.is_guest and self.checkout.verified_at is None

    @property
    def patient(self) -> Patient | None:
        """Whom it is for, of those whom the account may book for."""
        return next((each for each in self.patients if each.pk == self.checkout.patient_id), None)

    @property
    def is_filled_in(self) -> bool:
        """Who it is for, and all that the rules of today require."""
        is_known = self.patient is not None or (self.is_guest and bool(self.checkout.contact_value))
        asked = self.rules.booking
        return is_known and not asked.missing(visit_reason=self.checkout.visit_reason, payer=self.payer)

    @property
    def payer(self) -> str:
        """As it was said, else as the practice knows it."""
        return self.checkout.payer or (self.patient.payer if self.patient else "")

    @property
    def terms(self) -> str:
        """Stands for what they book, and under what: the kind of visit, its price and length, and the rules."""
        kind = self.checkout.visit_type
        return f"{kind.pk} {kind.price_minor} {kind.length} {self.policy.pk}"

    @property
    def about(self) -> str:
        """Stands for whom it is for, who pays, and all else that was said; the language alone is nothing to look at."""
        said = [str(getattr(self.checkout, name)) for name in (*SAID, "patient_id") if name != "language"]
        return keyed_hash("booking", json.dumps([*said, self.payer]))

    @cached_property
    def is_gone(self) -> bool:
        """The practice has closed that day meanwhile."""
        return not self.checkout.has_its_slots()

    @property
    def is_kept(self) -> bool:
        return self.checkout.is_kept(self.now) and not self.is_gone

    @property
    def can_renew(self) -> bool:
        return self.is_kept and self.checkout.renewals < self.rules.booking.most_renewals

    @property
    def said(self) -> dict[str, str]:
        """What was said so far, as it would be typed, and what was typed and not sent yet."""
        return initial_of(self.checkout, self.patients, self.place) | unsent_before(self.request, ASKED)

    @property
    def address(self) -> str:
        return address_of(self.checkout, self.practice)

    @property
    def step(self) -> str:
        """The page that a press came from; empty is the first."""
        step = self.request.POST.get("step", "")
        return step if step in STEPS else ""

    def form(self, sent: Mapping[str, str] | None = None) -> DetailsForm:
        return DetailsForm(
            sent,
            visit_type=self.checkout.visit_type,
            rules=self.rules.booking,
            patients=self.patients,
            place=self.place,
            initial=self.said,
        )
