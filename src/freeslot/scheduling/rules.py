"""Reads a practice's rules from JSON (`Policy.rules`), or says in one sentence what is wrong with them.

The form is described at the top of `freeslot.scheduling.rulebook`. What is absent or null has the default of `Rules`.
"""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from freeslot.scheduling.reasons import WORDS
from freeslot.scheduling.rulebook import BookingRules, Deadline, Fee, MoveRules, Patients, ReasonRule, Rules, Step

# A year: nobody cancels by a longer deadline, and no date runs over the end of the calendar.
MOST_DAYS = 366
PROOFS = ("birth_year", "birth_date", "member_id")
ELSEWHERE = ("practitioner", "location")


class BadRules(ValueError):
    """A practice's rules do not have the form that is described in `freeslot.scheduling.rulebook`."""


def rules_from(data: object) -> Rules:
    """Raises BadRules on the first thing that is wrong."""
    return Rules(**_read(data, "The rules", READERS))


def _read(data: object, what: str, readers: "Readers") -> dict[str, Any]:
    given = _object(data, what, set(readers))
    return {readers[key][0]: readers[key][1](value, key) for key, value in given.items() if value is not None}


def _object(data: object, what: str, known: set[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise BadRules(f"{what} must be an object.")
    if unknown := sorted(str(key) for key in data.keys() - known):
        raise BadRules(f"{what}: {', '.join(unknown)} is not known.")
    return data


def _list(data: object, what: str) -> list[Any]:
    if not isinstance(data, list):
        raise BadRules(f"{what} must be a list.")
    return data


def _whole(value: object, what: str, *, least: int = 0, most: int | None = None) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, int) and is_whole and value >= least and (most is None or value <= most):
        return value
    upper = "" if most is None else f" and at most {most}"
    raise BadRules(f"{what} must be a whole number of at least {least}{upper}.")


def _minutes(value: object, what: str) -> timedelta:
    return timedelta(minutes=_whole(value, what, most=MOST_DAYS * 24 * 60))


def _steps(data: object, what: str) -> tuple[Step, ...]:
    return tuple(_step(each, what) for each in _list(data, what))


def _step(data: object, what: str) -> Step:
    step = _object(data, f"A step of {what}", {"after", "fee"})
    if missing := [key for key in ("after", "fee") if key not in step]:
        raise BadRules(f"A step of {what} must say {missing[0]}.")
    return Step(_deadline(step["after"], f"after in {what}"), _fee(step["fee"], f"fee in {what}"))


def _deadline(data: object, what: str) -> Deadline:
    deadline = _object(data, what, {"minutes_before", "days_before", "at"})
    if set(deadline) == {"minutes_before"}:
        return Deadline(before=_minutes(deadline["minutes_before"], f"minutes_before of {what}"))
    if set(deadline) == {"days_before", "at"}:
        days = _whole(deadline["days_before"], f"days_before of {what}", least=1, most=MOST_DAYS)
        return Deadline(days_before=days, at=_clock(deadline["at"], what))
    raise BadRules(f"{what} must say either minutes_before, or days_before and at.")


def _clock(value: object, what: str) -> time:
    try:
        clock = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        clock = None
    if clock is None or clock.tzinfo is not None:
        raise BadRules(f"at of {what} must be a clock time like 18:00.")
    return clock


def _fee(data: object, what: str) -> Fee:
    fee = _object(data, what, {"minor", "percent", "cap_minor"})
    if set(fee) == {"minor"}:
        return Fee(minor=_whole(fee["minor"], f"minor of {what}"))
    if "percent" not in fee or "minor" in fee:
        raise BadRules(f"{what} must say either minor, or percent and perhaps cap_minor.")
    cap = fee.get("cap_minor")
    return Fee(
        percent=_whole(fee["percent"], f"percent of {what}", most=100),
        cap_minor=None if cap is None else _whole(cap, f"cap_minor of {what}"),
    )


def _reason(value: object, what: str) -> ReasonRule:
    if not isinstance(value, str) or value not in list(ReasonRule):
        raise BadRules(f"{what} must be one of {', '.join(ReasonRule)}.")
    return ReasonRule(value)


def _among(known: tuple[str, ...]) -> Callable[[object, str], tuple[str, ...]]:
    def read(value: object, what: str) -> tuple[str, ...]:
        for each in _list(value, what):
            if each not in known:
                raise BadRules(f"{what}: each must be one of {', '.join(known)}.")
        return tuple(_list(value, what))

    return read


def _payers(value: object, what: str) -> frozenset[str]:
    payers = _list(value, what)
    if not all(isinstance(each, str) and each for each in payers):
        raise BadRules(f"{what} must be a list of names.")
    return frozenset(payers)


def _whole_number(value: object, what: str) -> int:
    return _whole(value, what, most=10_000)


def _count(value: object, what: str) -> int:
    return _whole(value, what, least=1, most=10_000)


def _days(value: object, what: str) -> timedelta:
    return timedelta(days=_whole(value, what, least=1, most=MOST_DAYS))


def _percent(value: object, what: str) -> int:
    return _whole(value, what, least=1, most=100)


def _patients(value: object, what: str) -> Patients:
    if not isinstance(value, str) or value not in list(Patients):
        raise BadRules(f"{what} must be one of {', '.join(Patients)}.")
    return Patients(value)


def _booking(value: object, what: str) -> BookingRules:
    return BookingRules(**_read(value, what, BOOKING))


def _move(value: object, what: str) -> MoveRules:
    return MoveRules(**_read(value, what, MOVE))


def _elsewhere(value: object, what: str) -> frozenset[str]:
    return frozenset(_among(ELSEWHERE)(value, what))


def _words(value: object, what: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for pair in value.items() for each in pair):
        raise BadRules(f'{what} must be texts by language, like {{"en": "…"}}.')
    return tuple(sorted(value.items()))


Readers = dict[str, tuple[str, Callable[[object, str], Any]]]
BOOKING: Readers = {
    "notice_minutes": ("notice", _minutes),
    "horizon_days": ("horizon", _days),
    "most_per_day": ("most_per_day", _count),
    "patients": ("patients", _patients),
    "reason": ("reason", _reason),
    "payer": ("payer", _reason),
    "care": ("care", _words),
    "hold_minutes": ("hold_for", _minutes),
    "most_renewals": ("most_renewals", _whole_number),
    "most_holds": ("most_holds", _count),
    "hold_share_percent": ("hold_share", _percent),
}
MOVE: Readers = {
    "until": ("until", _deadline),
    "most": ("most", _whole_number),
    "reason": ("reason", _reason),
    "elsewhere": ("elsewhere", _elsewhere),
}
READERS: Readers = {
    "steps": ("steps", _steps),
    "phone_steps": ("phone_steps", _steps),
    "tell_after": ("tell_after", _deadline),
    "reason": ("reason", _reason),
    "reasons": ("reasons", _among(tuple(WORDS))),
    "proof": ("proof", _among(PROOFS)),
    "undo_minutes": ("undo_for", _minutes),
    "undo_ends_before_minutes": ("undo_ends_before", _minutes),
    "never_charged_payers": ("never_charged_payers", _payers),
    "grace_after_booking_minutes": ("grace_after_booking", _minutes),
    "tried_grace_minutes": ("tried_grace", _minutes),
    "also_lost": ("also_lost", _words),
    "booking": ("booking", _booking),
    "move": ("move", _move),
}
