"""Codes that stand in for a lost link or an unknown proof: few, short-lived, and good once."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from freeslot.audit.models import AuditRow
from freeslot.events.models import Event
from freeslot.scheduling.actors import Door
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Appointment, LinkCode, ManageLink
from freeslot.scheduling.operations.codes import BETWEEN, LASTS, MOST_A_DAY, MOST_TRIES, ask_code, use_code, use_code_of
from freeslot.scheduling.operations.repeats import PRESSED_TWICE
from freeslot.scheduling.tokens import codes_for
from tests.scheduling.acts import live
from tests.support.cast import Cast


def link(cast: Cast, visit: Appointment, name: str = "one") -> uuid.UUID:
    given = {"practice": cast.practice, "appointment": visit, "given_at": cast.now}
    return ManageLink.objects.get_or_create(token_hash=f"{name} {visit.pk}", defaults=given)[0].pk


def ask(cast: Cast, visit: Appointment, after: timedelta = timedelta(0)) -> bool:
    return ask_code(visit, door=Door.LINK, now=cast.now + after, link_id=link(cast, visit))


def use(cast: Cast, visit: Appointment, typed: str, after: timedelta = timedelta(0)) -> bool:
    return use_code(visit, typed, now=cast.now + after, link_id=link(cast, visit))


def newest(visit: Appointment) -> str:
    latest = LinkCode.objects.filter(appointment=visit).latest("asked_at")
    assert not LinkCode.objects.filter(appointment=visit, asked_at=latest.asked_at).exclude(pk=latest.pk).exists()
    return codes_for(latest.pk)[0]


def another(code: str) -> str:
    return str((int(code) + 1) % 10**6).zfill(6)


def test_a_code_is_good_once(cast: Cast):
    visit = cast.book()
    assert ask(cast, visit)
    assert [use(cast, visit, newest(visit)), use(cast, visit, newest(visit))] == [True, False]


def test_spaces_and_dashes_in_a_code_do_not_matter(cast: Cast):
    visit = cast.book()
    ask(cast, visit)
    code = newest(visit)
    assert use(cast, visit, f" {code[:3]}-{code[3:]} ")


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "①②③④⑤⑥", "٠" * 6])
def test_what_is_no_code_of_ours_opens_nothing(cast: Cast, typed: str):
    visit = cast.book()
    ask(cast, visit)
    assert not use(cast, visit, typed)


def test_without_one_being_asked_for_nothing_is_one(cast: Cast):
    assert not use(cast, cast.book(), "000000")


def test_it_ends_after_a_quarter_of_an_hour_to_the_second(cast: Cast):
    visit, other = cast.book(), cast.book()
    ask(cast, visit)
    ask(cast, other)
    assert not use(cast, visit, newest(visit), LASTS)
    assert use(cast, other, newest(other), LASTS - timedelta(seconds=1))


def test_five_tries_and_it_is_spent(cast: Cast):
    visit = cast.book()
    ask(cast, visit)
    code = newest(visit)
    for _ in range(MOST_TRIES - 1):
        assert not use(cast, visit, another(code))
    assert use(cast, visit, code)

    later = timedelta(minutes=2)
    ask(cast, visit, later)
    code = newest(visit)
    for _ in range(MOST_TRIES):
        assert not use(cast, visit, another(code), later)
    assert not use(cast, visit, code, later)


def test_a_new_code_takes_the_place_of_the_one_before(cast: Cast):
    visit = cast.book()
    ask(cast, visit)
    first = newest(visit)
    assert ask(cast, visit, BETWEEN)
    assert not use(cast, visit, first, BETWEEN)
    assert use(cast, visit, newest(visit), BETWEEN)


def test_another_visits_code_opens_nothing(cast: Cast):
    visit, other = cast.book(), cast.book()
    ask(cast, visit)
    ask(cast, other)
    assert newest(visit) != newest(other)
    assert not use(cast, visit, newest(other))


def test_at_most_one_a_minute_is_sent(cast: Cast):
    visit = cast.book()
    asked = [ask(cast, visit, after) for after in (timedelta(0), BETWEEN - timedelta(seconds=1), BETWEEN)]
    assert asked == [True, False, True]
    assert Event.objects.filter(kind="link.asked").count() == 2


def test_at_most_eight_a_day_are_sent(cast: Cast):
    visit = cast.book()
    asked = [ask(cast, visit, BETWEEN * count) for count in range(MOST_A_DAY + 1)]
    assert asked == [True] * MOST_A_DAY + [False]
    assert ask(cast, visit, timedelta(days=1))


def test_one_visits_codes_do_not_hold_up_another_s(cast: Cast):
    visit, other = cast.book(), cast.book()
    assert [ask(cast, visit), ask(cast, other)] == [True, True]


def test_asking_is_a_fact_beside_the_visits_own(cast: Cast):
    visit = cast.book()
    ask(cast, visit)
    code = LinkCode.objects.get()
    event = Event.objects.get(kind="link.asked")
    assert (event.subject_id, event.version, event.data["appointment_id"]) == (code.pk, 1, str(visit.pk))
    assert AuditRow.objects.filter(subject_id=code.pk, action="link.asked").count() == 1
    assert live(visit.reference).version == visit.version
    assert newest(visit) not in str(event.data)
    assert str(code) == str(code.pk)
    assert list(breaches(now=cast.now)) == []


def test_a_code_made_by_an_older_secret_is_still_taken(cast: Cast, settings: Any):
    visit = cast.book()
    settings.KEY_ENCRYPTION_KEYS = ["old-secret-" + "o" * 40]
    ask(cast, visit)
    code = newest(visit)
    settings.KEY_ENCRYPTION_KEYS = ["new-secret-" + "n" * 40, *settings.KEY_ENCRYPTION_KEYS]
    assert use(cast, visit, code)


def test_a_clock_that_was_set_back_neither_floods_nor_locks_out(cast: Cast):
    visit = cast.book()
    ask(cast, visit)
    earlier = timedelta(hours=-1)
    assert not ask(cast, visit, earlier)
    assert use(cast, visit, newest(visit), earlier)


def test_whoever_uses_up_one_links_codes_leaves_the_others(cast: Cast):
    visit = cast.book()
    one, other = link(cast, visit), link(cast, visit, "other")
    asked = [ask(cast, visit, BETWEEN * turn) for turn in range(MOST_A_DAY + 1)]
    assert asked == [True] * MOST_A_DAY + [False]
    now = cast.now + BETWEEN * MOST_A_DAY
    spent = newest(visit)
    assert ask_code(visit, door=Door.LINK, now=now, link_id=other)
    assert not use_code(visit, spent, now=now, link_id=other)
    for _ in range(MOST_TRIES):
        use_code(visit, "x", now=now, link_id=one)
    code = newest(visit)
    assert not use_code(visit, code, now=now, link_id=one), "it is taken where it was asked for"
    assert use_code(visit, code, now=now, link_id=other)


def test_without_a_link_everybody_has_a_code_of_their_own(cast: Cast):
    visit, mine, theirs = cast.book(), uuid.uuid4(), uuid.uuid4()
    for each in (mine, theirs):
        assert ask_code(visit, door=Door.LINK, now=cast.now, code_id=each)
    assert use_code_of(theirs, codes_for(mine)[0], now=cast.now) is None
    for _ in range(MOST_TRIES):
        use_code_of(theirs, "000000", now=cast.now)
    assert use_code_of(mine, codes_for(mine)[0], now=cast.now) == visit
    assert use_code_of(mine, codes_for(mine)[0], now=cast.now + PRESSED_TWICE) is None
    assert use_code_of(uuid.uuid4(), "000000", now=cast.now) is None


def test_a_links_code_is_not_taken_without_it(cast: Cast):
    visit = cast.book()
    ask(cast, visit)
    asked = LinkCode.objects.get()
    assert use_code_of(asked.pk, newest(visit), now=cast.now) is None


def test_without_a_link_eight_a_day_are_sent(cast: Cast):
    visit = cast.book()
    asked = [ask_code(visit, door=Door.LINK, now=cast.now, code_id=uuid.uuid4()) for _ in range(MOST_A_DAY + 1)]
    assert asked == [True] * MOST_A_DAY + [False]
