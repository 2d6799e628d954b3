"""The demo world as it is at the moment asked: who can sign in, and what every visit of theirs says."""

from datetime import datetime
from typing import Any

from freeslot.accounts.models import User
from freeslot.demo.people import PEOPLE, Person
from freeslot.practices.models import Practice
from freeslot.scheduling.actors import Actor, account
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.queries import visits_alike
from freeslot.scheduling.states import LIVE


def world_facts(now: datetime) -> dict[str, Any]:
    """In the form that CONTRACT gives for /demo/world.json."""
    practices = Practice.objects.order_by("slug").values("slug", "name", "zone")
    users = User.objects.in_bulk([person.username for person in PEOPLE], field_name="username")
    patients = [
        _person(person, account(users[person.username].pk), now) for person in PEOPLE if person.username in users
    ]
    return {"practices": list(practices), "patients": patients, "staff": []}


def _person(person: Person, actor: Actor, now: datetime) -> dict[str, Any]:
    visits = Appointment.objects.visible_to(actor, now).for_pages().order_by("starts_at", "reference")
    return {
        "username": person.username,
        "password": person.password,
        "birth_date": person.birth_date.isoformat(),
        "member_id": person.member_id,
        "email": person.email,
        "phone": person.phone,
        "visits": [_visit(visit, actor, now) for visit in visits],
    }


def _visit(visit: Appointment, actor: Actor, now: datetime) -> dict[str, Any]:
    verdict = visit.verdict(actor, now)
    zone = visit.practice.tz
    return {
        "ref": visit.reference,
        "practice": visit.practice.slug,
        "start": visit.starts_at.astimezone(zone).isoformat(),
        "end": visit.ends_at.astimezone(zone).isoformat(),
        "status": visit.status,
        "verdict": verdict.kind,
        "fee_minor": verdict.fee.minor,
        "currency": verdict.fee.currency,
        "alike": _is_alike(visit, actor, now),
    }


def _is_alike(visit: Appointment, actor: Actor, now: datetime) -> bool:
    is_ahead = visit.status in LIVE and visit.starts_at > now
    return is_ahead and bool(visits_alike(visit, actor, now))
