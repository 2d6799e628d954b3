"""Rules as JSON: what is read, and the one sentence for each thing that is wrong."""

from datetime import time, timedelta

import pytest

from freeslot.scheduling.rulebook import BookingRules, Deadline, Fee, MoveRules, Patients, ReasonRule, Rules, Step
from freeslot.scheduling.rules import BadRules, rules_from

AFTER = {"minutes_before": 60}
STEP = {"after": AFTER, "fee": {"minor": 100}}


def test_rules_that_say_nothing_have_the_defaults():
    assert rules_from({}) == Rules()
    assert rules_from({"phone_steps": None, "tell_after": None, "reason": None}) == Rules()


def test_every_rule_is_read():
    data = {
        "steps": [STEP, {"after": {"days_before": 2, "at": "18:00"}, "fee": {"percent": 50, "cap_minor": 8000}}],
        "phone_steps": [{"after": AFTER, "fee": {"percent": 0}}],
        "tell_after": {"minutes_before": 120},
        "reason": "required",
        "reasons": ["pat-fb", "other"],
        "proof": ["birth_date", "member_id"],
        "undo_minutes": 5,
        "undo_ends_before_minutes": 60,
        "never_charged_payers": ["medicaid"],
        "grace_after_booking_minutes": 30,
        "tried_grace_minutes": 15,
        "also_lost": {"es": "Su plaza.", "en": "Your place."},
    }
    hour = Deadline(before=timedelta(hours=1))
    assert rules_from(data) == Rules(
        steps=(
            Step(hour, Fee(minor=100)),
            Step(Deadline(days_before=2, at=time(18)), Fee(percent=50, cap_minor=8000)),
        ),
        phone_steps=(Step(hour, Fee(percent=0)),),
        tell_after=Deadline(before=timedelta(hours=2)),
        reason=ReasonRule.REQUIRED,
        reasons=("pat-fb", "other"),
        proof=("birth_date", "member_id"),
        undo_for=timedelta(minutes=5),
        undo_ends_before=timedelta(hours=1),
        never_charged_payers=frozenset({"medicaid"}),
        grace_after_booking=timedelta(minutes=30),
        tried_grace=timedelta(minutes=15),
        also_lost=(("en", "Your place."), ("es", "Su plaza.")),
    )


def test_every_rule_of_bookings_and_moves_is_read():
    booking = {
        "notice_minutes": 60,
        "horizon_days": 30,
        "most_per_day": 8,
        "patients": "new",
        "reason": "required",
        "payer": "optional",
        "care": {"es": "Ojos.", "en": "Eyes."},
        "hold_minutes": 5,
        "most_renewals": 0,
        "most_holds": 1,
        "hold_share_percent": 50,
    }
    move = {"until": AFTER, "most": 0, "reason": "optional", "elsewhere": ["location"]}
    found = rules_from({"booking": booking, "move": move})
    assert found.booking == BookingRules(
        notice=timedelta(hours=1),
        horizon=timedelta(days=30),
        most_per_day=8,
        patients=Patients.NEW,
        reason=ReasonRule.REQUIRED,
        payer=ReasonRule.OPTIONAL,
        care=(("en", "Eyes."), ("es", "Ojos.")),
        hold_for=timedelta(minutes=5),
        most_renewals=0,
        most_holds=1,
        hold_share=50,
    )
    assert found.move == MoveRules(
        until=Deadline(before=timedelta(hours=1)),
        most=0,
        reason=ReasonRule.OPTIONAL,
        elsewhere=frozenset({"location"}),
    )
    assert [found.booking.care_in(each) for each in ("es", "de")] == ["Ojos.", "Eyes."]
    assert rules_from({"booking": {"notice_minutes": None}, "move": {"elsewhere": []}}) == Rules(
        move=MoveRules(elsewhere=frozenset())
    )


MINUTES = "must be a whole number of at least 0 and at most 527040."
COUNT = "must be a whole number of at least 1 and at most"
DEADLINE = "after in steps must say either minutes_before, or days_before and at."
DAYS = "after in steps must be a whole number of at least 1 and at most 366."
CLOCK = "at of after in steps must be a clock time like 18:00."
FEE = "fee in steps must say either minor, or percent and perhaps cap_minor."


def _after(deadline):
    return {"steps": [{"after": deadline, "fee": {"minor": 1}}]}


def _booking(**rule: object):
    return {"booking": rule}


def _fee(fee):
    return {"steps": [{"after": AFTER, "fee": fee}]}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "The rules must be an object."),
        ([], "The rules must be an object."),
        ({"stepz": [], "undo": 1}, "The rules: stepz, undo is not known."),
        ({"steps": {}}, "steps must be a list."),
        ({"steps": ["x"]}, "A step of steps must be an object."),
        ({"phone_steps": [{"after": AFTER}]}, "A step of phone_steps must say fee."),
        ({"steps": [{"fee": {"minor": 1}}]}, "A step of steps must say after."),
        ({"steps": [STEP | {"when": 1}]}, "A step of steps: when is not known."),
        (_after(5), "after in steps must be an object."),
        (_after({}), DEADLINE),
        (_after({"minutes_before": 1, "at": "18:00"}), DEADLINE),
        (_after({"days_before": 1}), DEADLINE),
        (_after({"hours_before": 1}), "after in steps: hours_before is not known."),
        (_after({"minutes_before": -1}), f"minutes_before of after in steps {MINUTES}"),
        (_after({"minutes_before": 10**12}), f"minutes_before of after in steps {MINUTES}"),
        (_after({"minutes_before": 1.5}), f"minutes_before of after in steps {MINUTES}"),
        (_after({"days_before": 0, "at": "18:00"}), f"days_before of {DAYS}"),
        (_after({"days_before": 1, "at": "25:00"}), CLOCK),
        (_after({"days_before": 1, "at": 18}), CLOCK),
        (_after({"days_before": 1, "at": "18:00+02:00"}), CLOCK),
        (_fee({}), FEE),
        (_fee({"minor": 1, "percent": 1}), FEE),
        (_fee({"cap_minor": 1}), FEE),
        (_fee({"minor": -1}), "minor of fee in steps must be a whole number of at least 0."),
        (_fee({"minor": "25"}), "minor of fee in steps must be a whole number of at least 0."),
        (_fee({"percent": 101}), "percent of fee in steps must be a whole number of at least 0 and at most 100."),
        (_fee({"percent": 33.3}), "percent of fee in steps must be a whole number of at least 0 and at most 100."),
        (_fee({"percent": 50, "cap_minor": -1}), "cap_minor of fee in steps must be a whole number of at least 0."),
        ({"tell_after": []}, "tell_after must be an object."),
        ({"reason": "maybe"}, "reason must be one of off, optional, required."),
        ({"reason": ["off"]}, "reason must be one of off, optional, required."),
        ({"reasons": "pat-fb"}, "reasons must be a list."),
        ({"proof": ["shoe_size"]}, "proof: each must be one of birth_year, birth_date, member_id."),
        ({"undo_minutes": True}, f"undo_minutes {MINUTES}"),
        ({"undo_minutes": "10"}, f"undo_minutes {MINUTES}"),
        ({"never_charged_payers": "medicaid"}, "never_charged_payers must be a list."),
        ({"never_charged_payers": [""]}, "never_charged_payers must be a list of names."),
        ({"also_lost": ["x"]}, 'also_lost must be texts by language, like {"en": "…"}.'),
        ({"also_lost": {"en": 1}}, 'also_lost must be texts by language, like {"en": "…"}.'),
        ({"booking": []}, "booking must be an object."),
        ({"booking": {"notise": 1}}, "booking: notise is not known."),
        (_booking(notice_minutes=-1), f"notice_minutes {MINUTES}"),
        (_booking(horizon_days=0), f"horizon_days {COUNT} 366."),
        (_booking(horizon_days=367), f"horizon_days {COUNT} 366."),
        (_booking(most_per_day=0), f"most_per_day {COUNT} 10000."),
        (_booking(most_per_day=10_001), f"most_per_day {COUNT} 10000."),
        (_booking(patients="old"), "patients must be one of any, new, known."),
        (_booking(patients=["new"]), "patients must be one of any, new, known."),
        (_booking(reason="maybe"), "reason must be one of off, optional, required."),
        (_booking(payer=True), "payer must be one of off, optional, required."),
        (_booking(care="Eyes."), 'care must be texts by language, like {"en": "…"}.'),
        (_booking(hold_minutes="10"), f"hold_minutes {MINUTES}"),
        (_booking(most_renewals=-1), "most_renewals must be a whole number of at least 0 and at most 10000."),
        (_booking(most_holds=0), f"most_holds {COUNT} 10000."),
        (_booking(hold_share_percent=0), f"hold_share_percent {COUNT} 100."),
        (_booking(hold_share_percent=101), f"hold_share_percent {COUNT} 100."),
        ({"move": "never"}, "move must be an object."),
        ({"move": {"often": 1}}, "move: often is not known."),
        ({"move": {"until": {}}}, "until must say either minutes_before, or days_before and at."),
        ({"move": {"most": -1}}, "most must be a whole number of at least 0 and at most 10000."),
        ({"move": {"reason": 1}}, "reason must be one of off, optional, required."),
        ({"move": {"elsewhere": "practitioner"}}, "elsewhere must be a list."),
        ({"move": {"elsewhere": ["room"]}}, "elsewhere: each must be one of practitioner, location."),
    ],
)  # fmt: skip
def test_a_bad_rule_gets_one_sentence(data, sentence):
    with pytest.raises(BadRules) as raised:
        rules_from(data)
    assert str(raised.value) == sentence


def test_a_reason_that_nobody_could_choose_is_refused():
    with pytest.raises(BadRules, match="reasons: each must be one of ill, pat-fb"):
        rules_from({"reason": "required", "reasons": ["nope"]})
