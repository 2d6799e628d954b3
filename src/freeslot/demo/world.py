"""Makes the demo world with the core's own operations, as if the last weeks had really happened."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from freeslot.accounts.models import User
from freeslot.demo.clinic import Clinic, make_clinic, publish_clinic
from freeslot.demo.people import PEOPLE, Person
from freeslot.demo.plan import place_all
from freeslot.demo.practices import HOUSES
from freeslot.demo.story import settle_the_past, tell_story
from freeslot.demo.wishes import make_wishes
from freeslot.practices.models import Practice


def world_exists() -> bool:
    return Practice.objects.exists()


def make_world(*, now: datetime) -> None:
    """All of it or nothing. What is past is settled quietly; what lies ahead is left for the worker to announce."""
    with transaction.atomic():
        users = {person.username: _make_user(person) for person in PEOPLE}
        clinics: dict[str, Clinic] = {house.slug: make_clinic(house, users, now) for house in HOUSES}
        placed = place_all(now)
        for clinic in clinics.values():
            publish_clinic(clinic, placed, now)
        for each in sorted(placed, key=lambda each: each.planned.ago, reverse=True):
            clinic = clinics[each.planned.house.slug]
            tell_story(each, clinic=clinic, user=users[each.planned.person.username], now=now)
        settle_the_past(now)
        make_wishes(placed, users, now)


def _make_user(person: Person) -> User:
    user = User.objects.create_user(
        username=person.username, email=person.email, password=person.password, first_name=person.given_name
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    return user
