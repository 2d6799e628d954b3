"""Wrong answers slow down, by link and by address; nobody is ever locked out."""

from datetime import datetime, timedelta

import pytest
from django.test import Client, RequestFactory

from freeslot.doors.link.models import Slowdown
from freeslot.doors.link.slowdown import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE_TRIES,
    LONGEST_WAIT,
    TooSoon,
    address_key,
    find_key,
    forget_old_slowdowns,
    one_try,
    ready_at,
)
from tests.link.doors import address_of, guess, link_of, newest_code, prove, token_of, waits_of
from tests.support.at_once import at_once
from tests.support.cast import NOW, make_cast
from tests.visits.pages import read

SECOND = timedelta(seconds=1)


def wrong(key: str, now) -> bool:
    """One wrong try; whether it was judged."""
    try:
        with one_try(key, now=now) as this:
            this.was_wrong = True
    except TooSoon:
        return False
    return True


def from_address(number: int) -> Client:
    return Client(REMOTE_ADDR=f"198.51.{number // 250}.{number % 250 + 1}")


def test_after_three_wrong_answers_the_next_waits_a_quarter_of_a_minute(cast):
    client, token = Client(), token_of(cast.book())
    assert [guess(client, token).status_code for _ in range(4)] == [422, 422, 422, 429]
    answer = prove(client, token)
    page = read(answer)
    assert (answer.status_code, page.heading) == (429, "Too many tries in a short time")
    assert answer.headers["Retry-After"] == "15"
    assert "You can try again in 15 seconds. Nothing was changed." in page.text
    assert waits_of(link_of(token)) == 3


def test_the_wait_ends_by_itself_to_the_second(cast, later):
    client, token = Client(), token_of(cast.book())
    for _ in range(3):
        guess(client, token)
    later(cast.now + FIRST_WAIT - SECOND)
    assert prove(client, token).status_code == 429
    later(cast.now + FIRST_WAIT)
    assert prove(client, token).status_code == 303


def test_each_wrong_answer_doubles_it_up_to_an_hour(db):
    now, waits = NOW, []
    for _ in range(13):
        assert wrong("link x", now)
        until = ready("link x", now)
        assert until == now or not wrong("link x", until - SECOND)
        waits.append(until - now)
        now = until
    seconds = [0, 0, 15, 30, 60, 120, 240, 480, 960, 1920]
    assert waits == [*(timedelta(seconds=each) for each in seconds), *[LONGEST_WAIT] * 3]


def ready(key: str, now) -> datetime:
    return ready_at(Slowdown.objects.get(key=key), now=now)


def test_a_longer_wait_is_said_by_the_clock_of_the_practice(cast, later):
    token = token_of(cast.book())
    moment = cast.now
    for _ in range(7):
        guess(Client(), token)
        moment += timedelta(minutes=10)
        later(moment)
    guess(Client(), token)
    answer = guess(Client(), token)
    until = (moment + timedelta(minutes=8)).astimezone(cast.practice.tz)
    assert answer.headers["Retry-After"] == "480"
    assert f"You can try again at {until:%-I:%M} pm (New York time)." in read(answer).text


def test_one_link_does_not_slow_down_another_even_of_the_same_visit(cast):
    visit = cast.book()
    token, other = token_of(visit), token_of(visit)
    for number in range(4):
        guess(from_address(number), token)
    assert prove(from_address(9), token).status_code == 429
    assert prove(from_address(9), other).status_code == 303


def test_the_right_answer_clears_its_link(cast):
    client, token = Client(), token_of(cast.book())
    assert [guess(client, token).status_code, guess(client, token).status_code] == [422, 422]
    prove(client, token)
    assert waits_of(link_of(token)) == 0
    assert [guess(Client(), token).status_code for _ in range(4)] == [422, 422, 422, 429]


def test_one_address_with_many_links_is_slowed_down_too(cast):
    visit = cast.book()
    tokens = [token_of(visit) for _ in range(FREE_TRIES["address"] + 1)]
    guesser = from_address(1)
    assert {guess(guesser, token).status_code for token in tokens[:-1]} == {422}
    assert prove(guesser, tokens[-1]).status_code == 429
    assert prove(from_address(2), tokens[-1]).status_code == 303


def test_the_right_answer_forgives_an_address_nothing(cast):
    visit, guesser = cast.book(), from_address(1)
    for _ in range(FREE_TRIES["address"] - 1):
        guess(guesser, token_of(visit))
    assert prove(guesser, token_of(visit)).status_code == 303
    assert guess(guesser, token_of(visit)).status_code == 422
    assert prove(guesser, token_of(visit)).status_code == 429


def test_a_code_works_while_the_answer_has_to_wait(cast):
    visit, client = cast.book(), Client()
    token = token_of(visit)
    for _ in range(4):
        page = read(guess(client, token))
    assert "Or have a code sent, below: that works at once." in page.text
    assert "Send me a code instead" in page.buttons
    client.post(address_of(token), {"send": "code"})
    assert client.post(address_of(token), {"code": newest_code(visit)}).status_code == 303


def test_who_waits_for_a_neighbours_wrong_answers_is_offered_a_code(cast):
    visit, shared = cast.book(), from_address(1)
    for _ in range(FREE_TRIES["address"]):
        guess(shared, token_of(visit))
    token = token_of(visit)
    page = read(prove(shared, token))
    assert page.heading == "Too many tries in a short time"
    assert "Send me a code instead" in page.buttons
    shared.post(address_of(token), {"send": "code"})
    assert shared.post(address_of(token), {"code": newest_code(visit)}).status_code == 303


def test_a_code_is_offered_after_two_wrong_answers_and_not_before(cast):
    client, token = Client(), token_of(cast.book())
    offered = ["Send me a code instead" in read(guess(client, token)).buttons for _ in range(2)]
    assert offered == [False, True]
    assert "Send me a code instead" in read(client.get(address_of(token))).buttons


def test_whoever_goes_on_guessing_never_keeps_the_patient_out_for_good(cast, later):
    visit, moment = cast.book(days=13), cast.now
    token = token_of(visit)
    for _ in range(30):
        guess(from_address(1), token)
        moment += LONGEST_WAIT
        later(moment)
    assert prove(from_address(2), token).status_code == 303


def test_an_empty_answer_is_no_guess(cast):
    client, token = Client(), token_of(cast.book())
    assert [prove(client, token, birth_year="").status_code for _ in range(5)] == [422] * 5
    assert waits_of(link_of(token)) == 0


def test_after_a_day_it_is_forgotten(db):
    key = "link x"
    assert [wrong(key, NOW) for _ in range(4)] == [True, True, True, False]
    later = NOW + FORGOTTEN_AFTER + SECOND
    assert wrong(key, later)
    assert Slowdown.objects.get().wrong == 1


def test_a_clock_that_was_set_back_holds_nobody_up(db):
    key = "link x"
    for _ in range(3):
        wrong(key, NOW)
    earlier = NOW - timedelta(days=300)
    assert [wrong(key, earlier), wrong(key, earlier)] == [True, False]
    assert wrong(key, earlier + timedelta(seconds=30))


def test_clocks_of_two_machines_a_little_apart_give_no_more_tries(db):
    key = "link x"
    for _ in range(3):
        wrong(key, NOW)
    assert not wrong(key, NOW - timedelta(seconds=2))


def test_the_job_forgets_what_is_older_than_a_day(db, settings):
    wrong("link old", NOW - FORGOTTEN_AFTER - SECOND)
    wrong("link new", NOW)
    assert forget_old_slowdowns(now=NOW) == 1
    assert [str(row) for row in Slowdown.objects.all()] == ["link"]
    assert "freeslot.doors.link.slowdown.forget_old_slowdowns" in dict(settings.FREESLOT_JOBS)


def test_no_address_and_no_reference_is_kept(cast):
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7")
    keys = [address_key(request), find_key(request, "FS-7K3M-92QD")]
    assert not [key for key in keys if "198.51" in key or "7K3M" in key]
    assert max(map(len, keys)) <= 80


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.7", "198.51.100.8", False),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8", False),
    ],
)
def test_a_household_is_one_address(one, other, same):
    keys = [address_key(RequestFactory().get("/", REMOTE_ADDR=each)) for each in (one, other)]
    assert (keys[0] == keys[1]) is same


def test_where_no_address_is_known_the_link_alone_counts(cast):
    nobody, visit = RequestFactory().get("/", REMOTE_ADDR=""), cast.book()
    assert (address_key(nobody), find_key(nobody, "x") == find_key(nobody, "y")) == ("", False)
    client = Client(REMOTE_ADDR="")
    assert {guess(client, token_of(visit)).status_code for _ in range(FREE_TRIES["address"] + 1)} == {422}
    assert not Slowdown.objects.filter(key__startswith="address").exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_count_as_many(clock):
    cast = make_cast(weeks=2)
    token = token_of(cast.book())
    clients = [from_address(number) for number in range(12)]
    answers = at_once(*[lambda client=client: guess(client, token).status_code for client in clients])
    assert sorted(answers) == [422] * 3 + [429] * 9
    assert waits_of(link_of(token)) == 3
