"""A guest's code: derived and stored nowhere, few, short-lived, good once, and one unverified booking for a contact."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.audit.models import AuditRow
from freeslot.events.models import Event
from freeslot.patients.details import BadDetails
from freeslot.practices.models import OnlineBooking
from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import HoldOver, SlotsUnsuitable
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Checkout, GuestCode, Slot
from freeslot.scheduling.operations.checkout import end_checkout, end_lapsed_checkouts
from freeslot.scheduling.operations.guest_codes import (
    BETWEEN,
    LASTS,
    MOST_FOR_A_CHECKOUT,
    MOST_FOR_A_CONTACT,
    MOST_FOR_A_NETWORK,
    MOST_TRIES,
    ask_guest_code,
    use_guest_code,
    was_just_used,
)
from freeslot.scheduling.operations.guests import book_as_guest, say_who
from tests.scheduling.guests import WHO, ask, begin, code_of, nobody, say, use, verified
from tests.support.cast import Cast

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10**6).zfill(6)


def test_a_code_is_good_once_and_verifies_the_contact(cast: Cast):
    checkout = say(begin(cast))
    assert ask(checkout)
    assert [use(checkout), use(checkout)] == [True, False]
    assert Checkout.objects.get(pk=checkout.pk).verified_at == cast.now
    assert list(breaches(now=cast.now)) == []


def test_spaces_and_dashes_in_a_code_do_not_matter(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    code = code_of(checkout)
    assert use(checkout, f" {code[:3]}-{code[3:]} ")


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "①②③④⑤⑥", "٠" * 6, "\x00", "9" * 10_000])
def test_what_is_no_code_of_ours_proves_nothing(cast: Cast, typed: str):
    checkout = say(begin(cast))
    ask(checkout)
    assert not use(checkout, typed)


def test_five_wrong_tries_end_a_code(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    code = code_of(checkout)
    assert [use(checkout, wrong(code)) for _ in range(MOST_TRIES)] == [False] * MOST_TRIES
    assert not use(checkout, code)
    assert ask(checkout, at=cast.now + BETWEEN)
    assert use(checkout, at=cast.now + BETWEEN), "a new code has tries of its own"


def test_a_code_is_over_after_a_quarter_of_an_hour(cast: Cast):
    first, second = say(begin(cast)), say(begin(cast, source="two"), contact_value="other@example.org")
    ask(first)
    ask(second)
    assert use(first, at=cast.now + LASTS - SECOND)
    assert not use(second, at=cast.now + LASTS)


def test_a_new_code_ends_the_one_before(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    before = code_of(checkout)
    assert [ask(checkout, at=cast.now + BETWEEN - SECOND), ask(checkout, at=cast.now + BETWEEN)] == [False, True]
    assert not use(checkout, before, at=cast.now + BETWEEN)
    assert use(checkout, at=cast.now + BETWEEN)


def test_a_booking_has_five_codes_at_most(cast: Cast):
    checkout = say(begin(cast))
    asked = [ask(checkout, at=cast.now + number * BETWEEN) for number in range(MOST_FOR_A_CHECKOUT + 1)]
    assert asked == [True] * MOST_FOR_A_CHECKOUT + [False]


def test_a_contact_gets_five_codes_an_hour_from_wherever_they_are_asked_for(cast: Cast):
    asked = []
    for number in range(MOST_FOR_A_CONTACT + 1):
        checkout = say(begin(cast, source=f"source {number}", days=number))
        asked.append(ask(checkout))
        end_checkout(checkout_id=checkout.pk, now=cast.now)
    assert asked == [True] * MOST_FOR_A_CONTACT + [False]
    later = cast.now + timedelta(hours=1)
    assert ask(say(begin(cast, at=later)), at=later)


def test_a_source_gets_twelve_codes_an_hour_for_whatever_contacts(cast: Cast):
    asked = []
    for number in range(13):
        checkout = say(begin(cast), contact_value=f"guest{number}@example.org")
        asked.append(ask(checkout))
        end_checkout(checkout_id=checkout.pk, now=cast.now)
    assert asked == [True] * 12 + [False]


def test_a_network_gets_thirty_codes_an_hour_whatever_browsers_and_contacts_they_are_for(cast: Cast):
    sent = {"practice": cast.practice, "contact_hash": "another", "network": "one", "asked_at": cast.now}
    GuestCode.objects.bulk_create([GuestCode(source=f"source {n}", **sent) for n in range(MOST_FOR_A_NETWORK - 1)])
    asked = []
    for number, network in enumerate(("one", "one", "two")):
        checkout = say(begin(cast, source=f"browser {number}"), contact_value=f"guest{number}@example.org")
        asked.append(ask_guest_code(checkout_id=checkout.pk, door=Door.PORTAL, now=cast.now, network=network))
        end_checkout(checkout_id=checkout.pk, now=cast.now)
    assert asked == [True, False, True]


def test_a_code_of_one_checkout_proves_nothing_for_another(cast: Cast):
    mine, other = say(begin(cast)), say(begin(cast, source="two"), contact_value="other@example.org")
    ask(mine)
    ask(other)
    assert not use(other, code_of(mine))


def test_another_contact_has_to_be_proved_anew(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    code = code_of(checkout)
    say(checkout, contact_value="somebody@example.org")
    assert not use(checkout, code), "the code went to the first contact"
    assert ask(checkout, at=cast.now + MINUTE)
    assert use(checkout, at=cast.now + MINUTE)
    assert say(checkout, at=cast.now + MINUTE, contact_value="SOMEBODY@Example.org").verified_at is not None
    assert say(checkout, at=cast.now + MINUTE, contact_value="third@example.org").verified_at is None


def test_no_code_is_sent_where_the_contact_became_another_meanwhile(cast: Cast, monkeypatch):
    from freeslot.scheduling.operations import guest_codes as module

    checkout, lock = say(begin(cast)), module.lock_guest

    def meanwhile(checkout_id, **given: Any):
        """What another tab says between the look at the contact and the lock."""
        say(checkout, contact_value="somebody@example.org")
        return lock(checkout_id, **given)

    monkeypatch.setattr(module, "lock_guest", meanwhile)
    assert not ask(checkout)
    assert (Checkout.objects.get(pk=checkout.pk).codes, GuestCode.objects.count()) == (0, 0)


def test_who_begins_again_has_one_unverified_booking_and_frees_the_first_time(cast: Cast):
    first, second = say(begin(cast)), say(begin(cast))
    assert [ask(first), ask(second)] == [True, True]
    assert Slot.objects.get(pk=first.slot_ids[0]).status == Slot.Status.FREE
    assert Checkout.objects.get(pk=first.pk).was_given_back
    assert list(breaches(now=cast.now)) == []


def test_who_merely_says_a_contact_stands_in_nobodys_way(cast: Cast):
    first, second = say(begin(cast)), say(begin(cast, source="two"))
    assert [ask(second), ask(first)] == [True, False]
    assert Checkout.objects.live(cast.now).count() == 2


def test_a_code_that_is_over_keeps_the_contact_from_nobody(cast: Cast):
    first, second = say(begin(cast)), say(begin(cast, source="two"))
    ask(first)
    Checkout.objects.update(until=cast.now + timedelta(hours=1))
    assert not ask(second, at=cast.now + LASTS - SECOND)
    assert ask(second, at=cast.now + LASTS - SECOND + BETWEEN)
    assert Checkout.objects.get(pk=first.pk).is_kept(cast.now + LASTS)
    assert not ask(first, at=cast.now + LASTS + BETWEEN), "now the second has it"


def test_another_contact_leaves_the_first_to_others(cast: Cast):
    first, second = say(begin(cast)), say(begin(cast, source="two"))
    ask(first)
    say(first, contact_value="other@example.org")
    assert ask(second)


def test_another_browser_gets_no_second_code_until_the_first_booking_lapses(cast: Cast):
    first, second = say(begin(cast)), say(begin(cast, source="two"))
    assert [ask(first), ask(second)] == [True, False]
    kept = Checkout.objects.get(pk=first.pk)
    assert kept.is_kept(cast.now)
    say_again = kept.until
    third = say(begin(cast, source="three", at=say_again), at=say_again)
    assert ask(third, at=say_again)


def test_a_contact_that_was_proved_is_free_for_another_booking(cast: Cast):
    first = say(begin(cast))
    ask(first)
    use(first)
    assert ask(say(begin(cast, source="two")))


def test_a_lapsed_booking_blocks_nobody_whether_swept_or_not(cast: Cast):
    ask(say(begin(cast)))
    later = cast.now + timedelta(minutes=10)
    second = say(begin(cast, source="two", at=later), at=later)
    assert ask(second, at=later)
    assert end_lapsed_checkouts(now=later) == 0


def test_no_personal_data_and_no_code_is_in_what_is_kept(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    (event,), (row,) = Event.objects.filter(kind="checkout.code_asked"), AuditRow.objects.filter(subject_id=checkout.pk)
    kept = f"{event.data} {event.actor_id} {GuestCode.objects.get()} {vars(GuestCode.objects.get())} {vars(row)}"
    assert (event.subject_id, event.version) == (checkout.pk, 1)
    told = ("Nora", "Ng'", "nora@", "1990-05-04", "date(1990", code_of(checkout))
    assert [word for word in told if word in kept] == []
    assert event.data == {"number": 1, "starts_at": checkout.starts_at.isoformat()}


def test_the_code_that_was_used_is_known_again_for_a_minute_and_not_without_end(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    code = code_of(checkout)
    assert not was_just_used(checkout_id=checkout.pk, typed=code, now=cast.now), "it was not used yet"
    use(checkout)
    within = cast.now + MINUTE - SECOND
    assert was_just_used(checkout_id=checkout.pk, typed=code, now=within)
    assert not was_just_used(checkout_id=checkout.pk, typed=code, now=cast.now + MINUTE)
    assert not any(was_just_used(checkout_id=checkout.pk, typed=wrong(code), now=within) for _ in range(8))
    assert not was_just_used(checkout_id=checkout.pk, typed=code, now=within), "tries count on"


def test_everything_is_forgotten_a_day_later(cast: Cast):
    ask(say(begin(cast)))
    end_lapsed_checkouts(now=cast.now + timedelta(days=2))
    end_lapsed_checkouts(now=cast.now + timedelta(days=2))
    assert (Checkout.objects.count(), GuestCode.objects.count()) == (0, 0)


def test_a_code_is_not_sent_for_a_time_that_is_kept_no_more(cast: Cast):
    checkout = say(begin(cast))
    with pytest.raises(HoldOver):
        ask(checkout, at=cast.now + timedelta(minutes=10))
    end_checkout(checkout_id=checkout.pk, now=cast.now)
    for act in (ask, say, use):
        with pytest.raises(HoldOver):
            act(checkout)


def test_nothing_is_sent_before_somebody_said_who_they_are(cast: Cast):
    with pytest.raises(BadDetails):
        ask(begin(cast))


@pytest.mark.parametrize("switch", [OnlineBooking.KNOWN, OnlineBooking.NOBODY])
def test_a_practice_that_takes_no_guests_sends_no_codes(cast: Cast, switch: OnlineBooking):
    checkout = say(begin(cast))
    cast.practice.online_booking = switch
    cast.practice.save()
    for act in (ask, say):
        with pytest.raises(SlotsUnsuitable):
            act(checkout)


def test_the_checkout_of_somebody_signed_in_is_no_guests(cast: Cast):
    checkout = begin(cast, account_id=cast.patient_user.pk)
    moving = begin(cast, source="two", moving=cast.book())
    for pk in (checkout.pk, moving.pk, nobody()):
        with pytest.raises(HoldOver):
            say_who(checkout_id=pk, now=cast.now, **WHO)
        with pytest.raises(HoldOver):
            ask_guest_code(checkout_id=pk, door=Door.PORTAL, now=cast.now)
        with pytest.raises(HoldOver):
            use_guest_code(checkout_id=pk, typed="123456", now=cast.now)


def test_finished_checkouts_send_no_codes(cast: Cast):
    checkout = verified(cast)
    book_as_guest(checkout_id=checkout.pk, door="portal", now=cast.now)
    with pytest.raises(HoldOver):
        ask(checkout)
