"""A lost link: whatever is asked, the answer is the same, and only the known contact learns more."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.doors.link.models import Search
from freeslot.doors.link.searches import search_in, send_found
from freeslot.events.models import Event
from freeslot.practices.models import Practice
from freeslot.scheduling.models import Appointment, LinkCode
from freeslot.scheduling.tokens import codes_for
from tests.link.doors import BORN, alias, ask, newest_code, wrong_code
from tests.visits.pages import address, press_cancel, read


def use(client: Client, answer, code: str):
    """Types the code on the page that answered."""
    return client.post("/find/", {"asked": read(answer).fields["asked"], "code": code})


def said(answer, reference: str = "") -> tuple[int, str, list[tuple[str, str]]]:
    """All of an answer but what is random in every page, and the reference that the asker sent."""
    text = re.sub(r'name="(?:csrfmiddlewaretoken|asked)" value="[^"]+"', "", answer.content.decode())
    return answer.status_code, text.replace(reference, "") if reference else text, sorted(answer.headers.items())


def test_the_page_asks_for_two_things_and_fills_in_a_reference(db):
    page = read(Client().get("/find/?reference=FS-7K3M-92QD"))
    assert page.heading == "Find your visit"
    assert (page.fields["reference"], page.fields["birth_date"]) == ("FS-7K3M-92QD", "")
    assert "Send me a new link" in page.buttons


def test_whatever_is_asked_the_answer_is_the_same(cast):
    visit, other, past = cast.book(), cast.book(), cast.book(days=12)
    Appointment.objects.filter(pk=past.pk).update(
        starts_at=cast.now - timedelta(days=9), ends_at=cast.now - timedelta(days=8)
    )
    answers = [
        said(ask(Client(), visit.reference), visit.reference),
        said(ask(Client(), other.reference, "8 March 1948"), other.reference),
        said(ask(Client(), past.reference), past.reference),
        said(ask(Client(), "FS-0000-0000"), "FS-0000-0000"),
        said(ask(Client(), "FS-7K3M-92QE"), "FS-7K3M-92QE"),
        said(ask(Client(), "not-a-number"), "not-a-number"),
        said(ask(Client(), visit.reference, "nonsense"), visit.reference),
    ]
    assert [status for status, _, _ in answers] == [200] * len(answers)
    assert len({str(answer) for answer in answers}) == 1


def test_only_the_right_pair_has_something_sent(cast):
    visit = cast.book()
    for pair in ((visit.reference, "8 March 1948"), (visit.reference, "1948"), ("FS-0000-0000", BORN)):
        ask(Client(), *pair)
    assert not Event.objects.filter(kind="link.asked").exists()
    ask(Client(), f" {visit.reference.lower().replace('-', ' ')} ", "3/7/48")
    assert Event.objects.filter(kind="link.asked").count() == 1


def test_reference_and_birth_date_alone_show_and_cancel_nothing(cast):
    visit, client = cast.book(), Client()
    text = ask(client, visit.reference).content.decode()
    hidden = ["Maria", "Lopez", "Osei", "Check-up", "example.org", newest_code(visit), str(visit.starts_at.date())]
    assert [each for each in hidden if each in text] == []
    assert "data-ref" not in text
    assert client.get(address(visit)).status_code == 303
    assert client.post(address(visit, "cancellation/"), {"confirm": "0", "key": "k"}).status_code == 303
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_the_code_that_was_sent_opens_the_visit(cast):
    visit, client = cast.book(), Client()
    answer = use(client, ask(client, visit.reference), newest_code(visit))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))
    assert press_cancel(client, visit).status_code == 303
    assert Appointment.objects.get(pk=visit.pk).status == "cancelled"


def test_a_second_press_of_the_right_code_ends_at_the_visit_too(cast):
    visit, client = cast.book(), Client()
    asked, code = ask(client, visit.reference), newest_code(visit)
    client.session.create()
    before = client.cookies.copy()
    first = use(client, asked, code)
    again = Client()
    again.cookies = before
    second = use(again, asked, code)
    assert [(answer.status_code, answer.headers["Location"]) for answer in (first, second)] == [
        (303, address(visit))
    ] * 2
    assert [each.get(address(visit)).status_code for each in (client, again)] == [200, 200]


@pytest.mark.parametrize(("passed", "status"), [(timedelta(seconds=59), 303), (timedelta(minutes=1), 422)])
def test_a_used_code_serves_a_second_press_alone(cast, later, passed, status):
    visit, client = cast.book(), Client()
    asked, code = ask(client, visit.reference), newest_code(visit)
    use(client, asked, code)
    later(cast.now + timedelta(seconds=30))
    assert use(client, asked, wrong_code(visit)).status_code == 422
    later(cast.now + passed)
    assert use(client, asked, code).status_code == status


def test_a_used_code_is_of_no_use_in_another_browser(cast):
    visit, client, other = cast.book(), Client(), Client(REMOTE_ADDR="198.51.100.1")
    asked, code = ask(client, visit.reference), newest_code(visit)
    theirs = ask(other, visit.reference)
    use(client, asked, code)
    assert use(other, theirs, code).status_code == 422


def test_the_code_of_a_cancelled_visit_leads_to_its_undo(cast, patient):
    visit, client = cast.book(), Client()
    press_cancel(patient, visit)
    answer = use(client, ask(client, visit.reference), newest_code(visit))
    assert answer.headers["Location"] == address(visit, "receipt/")


def test_a_wrong_code_and_a_wrong_reference_are_told_apart_by_nothing(cast):
    visit, unknown = cast.book(), "FS-0000-0000"
    known, other = ask(Client(), visit.reference), ask(Client(), unknown)
    text = wrong_code(visit)
    wrong, nobody = use(Client(), known, text), use(Client(), other, text)
    nonsense = [Client().post("/find/", {"asked": asked, "code": text}) for asked in ("", "x" * 10_000, "a:b", "\x00")]
    assert said(wrong) == said(nobody)
    assert [answer.status_code for answer in (wrong, *nonsense)] == [422] * 5
    assert "That code does not fit, or its time is over." in read(wrong).text
    assert text not in str(wrong.headers)


def test_a_code_opens_no_other_visit(cast):
    visit, other = cast.book(), cast.book(days=12)
    answer = ask(Client(), visit.reference)
    ask(Client(), other.reference)
    assert use(Client(), answer, newest_code(other)).status_code == 422


def test_everybody_has_a_code_of_their_own_and_tries_of_their_own(cast):
    visit, stranger, patient = cast.book(), Client(REMOTE_ADDR="198.51.100.1"), Client()
    theirs, mine = ask(stranger, visit.reference), ask(patient, visit.reference)
    code = codes_for(search_in(read(mine).fields["asked"]))[0]
    assert use(stranger, theirs, code).status_code == 422, "it belongs to the other one's page"
    for number in range(9):
        use(stranger, theirs, f"{number:06}")
    assert use(patient, mine, code).status_code == 303


def test_an_answer_costs_the_same_whatever_was_asked(cast):
    visit = cast.book()
    counts = set()
    for reference, birth_date in ((visit.reference, BORN), (visit.reference, "1 May 1980"), ("FS-7K3M-92QD", BORN)):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/find/", {"reference": reference, "birth_date": birth_date})
        counts.add(len(queries))
    assert len(counts) == 1


def test_what_was_looked_into_is_not_kept(cast):
    visit = cast.book()
    Client().post("/find/", {"reference": visit.reference, "birth_date": BORN})
    Client().post("/find/", {"reference": "FS-7K3M-92QD", "birth_date": BORN})
    assert Search.objects.count() == 2
    assert send_found(now=cast.now) == 2
    assert (Search.objects.count(), LinkCode.objects.count()) == (0, 1)
    assert send_found(now=cast.now) == 0


@pytest.mark.parametrize(
    "given",
    [{}, {"reference": "", "birth_date": ""}, {"reference": "x" * 10_000, "birth_date": "1"}, {"reference": "\x00"}],
)
def test_what_is_missing_or_too_long_is_asked_for_again(db, given):
    answer = Client().post("/find/", given)
    assert (answer.status_code, read(answer).heading) == (422, "Find your visit")


def test_asking_again_and_again_has_to_wait(cast, later):
    visit, client = cast.book(), Client()
    assert [ask(client, visit.reference).status_code for _ in range(3)] == [200, 200, 200]
    answer = ask(client, visit.reference)
    page = read(answer)
    assert (answer.status_code, page.heading, answer.headers["Retry-After"]) == (
        429,
        "Too many tries in a short time",
        "15",
    )
    assert "Wait less than a minute, then try again. Nothing was changed." in page.text
    assert page.fields["reference"] == visit.reference, "nothing that was typed is lost"
    later(cast.now + timedelta(seconds=15))
    assert ask(client, visit.reference).status_code == 200


def test_an_unknown_reference_waits_alike(db):
    client = Client()
    assert [ask(client, "FS-0000-0000").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_nobody_can_hold_up_somebody_elses_search(cast):
    visit = cast.book()
    for _ in range(6):
        ask(Client(REMOTE_ADDR="198.51.100.1"), visit.reference)
    assert ask(Client(REMOTE_ADDR="198.51.100.2"), visit.reference).status_code == 200


def test_nonsense_of_one_does_not_hold_up_nonsense_of_another(db):
    client = Client()
    assert [ask(client, f"nonsense {number}").status_code for number in range(6)] == [200] * 6


def test_one_address_asks_for_twenty_and_then_waits(db):
    client = Client()
    answers = [ask(client, f"FS-0000-000{number}") for number in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]


def test_codes_cannot_be_tried_at_length(cast):
    visit, client = cast.book(), Client()
    answer = ask(client, visit.reference)
    assert [use(client, answer, wrong_code(visit)).status_code for _ in range(5)] == [422] * 5
    assert use(client, answer, newest_code(visit)).status_code == 422


def test_eight_messages_are_sent_a_day_from_wherever_they_are_asked_for(cast):
    visit = cast.book()
    for number in range(10):
        assert ask(Client(REMOTE_ADDR=f"198.51.100.{number}"), visit.reference).status_code == 200
    assert LinkCode.objects.count() == 8


def test_it_says_where_else_a_visit_may_have_been_booked(cast):
    alias(cast)
    twin = Practice.objects.get(pk=cast.practice.pk)
    twin.pk, twin.slug = None, "elm-twin"
    twin.save()
    answer = ask(Client(), "FS-0000-0000")
    page = read(answer)
    assert "your health plan" in page.text
    assert ("tel:+12125550142", "(212) 555-0142") in page.links
    assert page.text.count("Your appointment") == 1
    assert cast.practice.name not in page.text


def test_where_there_are_very_many_places_none_is_listed(cast):
    for number in range(25):
        twin = Practice.objects.get(slug=cast.practice.slug)
        twin.pk, twin.slug, twin.name = None, f"twin-{number}", f"Twin {number}"
        twin.save()
    assert "Twin" not in read(ask(Client(), "FS-0000-0000")).text


def test_nothing_of_it_is_kept_or_indexed(db):
    for answer in (Client().get("/find/"), ask(Client(), "FS-0000-0000")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_form_that_was_open_too_long_says_so(db):
    answer = Client(enforce_csrf_checks=True).post("/find/", {"reference": "x", "birth_date": "y"})
    assert (answer.status_code, read(answer).heading) == (403, "Nothing was changed yet")
