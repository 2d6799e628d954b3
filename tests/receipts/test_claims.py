"""What a receipt says of each kind of event, and that nothing else can be read out of a token."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from freeslot.events.models import Event
from freeslot.receipts.claims import Claims, payload_for
from freeslot.receipts.issue import receipt_for
from freeslot.scheduling.actors import Door
from freeslot.scheduling.money import Money
from tests.receipts.acts import booked, cancel, make_cast, undo
from tests.support.cast import RULES

pytestmark = pytest.mark.django_db

TELLS = RULES | {"tell_after": {"minutes_before": 120}}


def test_a_late_cancel_says_all_that_a_dispute_needs(settings):
    cast = make_cast()
    visit = cast.book(days=0)
    receipt = receipt_for(cancel(cast, visit, actor=cast.proxy, door=Door.LINK))
    local = visit.starts_at.astimezone(cast.practice.tz)
    assert receipt.payload == {
        "iss": settings.BASE_URL,
        "jti": receipt.number,
        "iat": int(cast.now.timestamp()),
        "sub": str(visit.pk),
        "reference": visit.reference,
        "event": "cancelled",
        "actor": "proxy",
        "channel": "link",
        "practice": cast.practice.slug,
        "zone": "America/New_York",
        "start_before": local.isoformat(),
        "policy": {
            "version": 1,
            "late": True,
            "free_until": (local - timedelta(days=1)).isoformat(),
            "fee": {"minor": 2500, "currency": "USD"},
            "fee_state": "decided",
        },
        "prev": receipt.prev,
    }


def test_the_claims_read_back_are_those_that_were_written():
    cast = make_cast()
    visit = cast.book(days=0)
    claims = receipt_for(cancel(cast, visit, ask_review=True)).claims
    assert (claims.event, claims.actor, claims.door) == ("cancelled", "patient", "portal")
    assert (claims.start, claims.start_before, claims.starts_at) == (None, visit.starts_at, visit.starts_at)
    assert (claims.policy.fee, claims.policy.fee_state) == (Money(2500, "USD"), "in_review")
    assert claims.policy.free_until == visit.starts_at - timedelta(days=1)
    assert claims.at == cast.now.replace(microsecond=0)


def test_a_cancel_in_time_says_that_there_is_no_fee():
    cast = make_cast()
    policy = receipt_for(cancel(cast, cast.book())).payload["policy"]
    assert (policy["late"], policy["fee"], policy["fee_state"]) == (False, None, "none")


def test_a_visit_that_is_on_has_a_start_and_no_fee():
    cast = make_cast()
    visit = cast.book()
    first = receipt_for(booked(visit)).claims
    cancel(cast, visit)
    again = receipt_for(undo(cast, visit)).claims
    for claims in (first, again):
        assert (claims.start, claims.start_before) == (visit.starts_at, None)
        assert (claims.policy.version, claims.policy.late, claims.policy.fee) == (1, False, None)


def test_telling_the_practice_is_late_but_decides_no_fee():
    cast = make_cast(rules=TELLS)
    claims = receipt_for(cancel(cast, cast.book(days=0))).claims
    assert claims.event == "practice_told"
    assert (claims.policy.late, claims.policy.fee, claims.policy.fee_state) == (True, None, "none")
    assert claims.start is not None


def test_no_deadline_is_said_where_no_fee_can_arise():
    cast = make_cast(rules={})
    assert receipt_for(cancel(cast, cast.book())).claims.policy.free_until is None


def test_a_move_says_both_times():
    cast = make_cast()
    visit = cast.book()
    event = booked(visit)
    event.kind = "appointment.moved"
    event.data["starts_at_before"] = (visit.starts_at - timedelta(days=1)).isoformat()
    event.save()
    claims = receipt_for(event).claims
    assert (claims.start_before, claims.start) == (visit.starts_at - timedelta(days=1), visit.starts_at)


def test_on_a_clock_change_night_the_offset_says_which_hour_it_was():
    cast = make_cast()
    visit = cast.book()
    event = booked(visit)
    event.data["starts_at"] = datetime(2027, 11, 7, 6, 30, tzinfo=UTC).isoformat()
    event.save()
    assert receipt_for(event).payload["start"] == "2027-11-07T01:30:00-05:00"


def test_nobody_is_named_and_no_reason_is_given():
    cast = make_cast()
    visit = cast.book()
    receipt = receipt_for(cancel(cast, visit, reason="pat-fb", note="I feel better, says Maria"))
    text = json.dumps(receipt.payload).lower()
    secrets = ["maria", "lopez", "pat-fb", "better", "m-1234", "check-up", "osei", str(visit.patient_id)]
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["iss"], None),
        (["jti"], 7),
        (["iat"], "1803117600"),
        (["iat"], True),
        (["iat"], 10**30),
        (["zone"], "Mars/Olympus"),
        (["zone"], "../etc/passwd"),
        (["zone"], ""),
        (["start"], "2027-03-09T09:00:00"),
        (["start"], "tomorrow"),
        (["start"], 12),
        (["policy"], None),
        (["policy"], []),
        (["policy", "version"], "1"),
        (["policy", "fee"], {"minor": 1.5, "currency": "USD"}),
        (["policy", "fee"], {"minor": 1}),
        (["policy", "free_until"], "soon"),
        (["prev"], 7),
    ],
)
def test_a_claim_of_another_form_is_no_receipt(path, value):
    payload = place = of_a_receipt()
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=r"."):
        Claims.from_payload(payload)


def of_a_receipt():
    event = Event(
        kind="appointment.cancelled",
        at=datetime(2027, 3, 3, 21, 0, tzinfo=UTC),
        subject_id=uuid.UUID(int=7),
        actor_kind="patient",
        door="portal",
        data={
            "reference": "FS-7K3M-92QD",
            "practice": "elm",
            "zone": "America/New_York",
            "starts_at": "2027-03-10T21:00:00+00:00",
            "policy_version": 1,
            "fee_minor": 2500,
            "currency": "USD",
            "fee_state": "decided",
        },
    )
    return payload_for(event, issuer="https://visits.example", number="R-8DWE-6TNP", prev=None)


def test_a_missing_claim_is_no_receipt():
    with pytest.raises(ValueError, match="not the claims of a receipt"):
        Claims.from_payload({})
