"""What the pages of booking show beside the way itself: overlaps, clocks, what is like an earlier visit, statements."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.booking import confirming
from freeslot.practices.models import Practitioner, VisitType
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown
from tests.booking.steps import checkout_page, confirm, kept, open_slot, pick, say, times_page, visit_of
from tests.support.cast import make_cast
from tests.visits.pages import address, press_cancel, read
from tests.visits.test_statements import statements


def review(client, checkout, **named: str):
    return read(client.get(checkout_page(checkout), {"step": "review", **named}))


def test_a_visit_of_ones_own_at_the_same_time_is_shown_and_stops_nothing(cast, patient):
    mine = cast.book(days=2)
    VisitType.objects.filter(pk=cast.visit_type.pk).update(length=timedelta(minutes=20))
    second = Practitioner.objects.create(practice=cast.practice, name="Dr. Helen Brandt")
    cast.visit_type.practitioners.add(second)
    slot = cast.slots_from(mine.starts_at)[0]
    slot.pk, slot.status, slot.practitioner, slot.appointment = None, "free", second, None
    slot.schedule = _schedule_of(cast, second)
    slot.save()
    checkout = kept(patient, cast, time=f"{mine.starts_at.isoformat()}~{second.pk}")
    say(patient, cast, checkout)
    page = review(patient, checkout)
    assert "You have another visit at that time" in page.text
    assert mine.reference in page.text
    assert visit_of(confirm(patient, checkout)).starts_at == mine.starts_at


def test_a_visit_right_before_or_after_is_not_at_the_same_time(cast, patient):
    before, between, after = cast.slots_from(cast.now + timedelta(days=3), 3)
    for slot in (before, after):
        cast.book(slots=[slot])
    checkout = kept(patient, cast, between)
    say(patient, cast, checkout)
    assert "You have another visit at that time" not in review(patient, checkout).text


def _schedule_of(cast, practitioner):
    schedule = cast.schedule
    found = type(schedule).objects.get(pk=schedule.pk)
    found.pk, found.practitioner = None, practitioner
    found.id = type(schedule)._meta.pk.get_default()
    found.save(force_insert=True)
    return found


def test_the_times_page_takes_four_statements_however_many_visits_there_are(cast, patient):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert patient.get(times_page(cast), {"type": str(cast.visit_type.pk)}).status_code == 200
        return len([sql for sql in statements(queries) if "accounts_user" not in sql])

    before = count()
    cast.book(days=1)
    cast.book(days=2)
    assert (before, count()) == (4, 4)


def test_a_video_visit_shows_the_readers_clock_where_it_differs(cast, patient):
    VisitType.objects.filter(pk=cast.visit_type.pk).update(by_video=True)
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    assert "By your clock" not in review(patient, checkout).text
    assert "By your clock" not in review(patient, checkout, zone="America/Detroit").text
    assert "By your clock" not in review(patient, checkout, zone="../../etc/passwd").text
    page = review(patient, checkout, zone="America/Chicago")
    assert "By your clock: Fri 5 March, 3:00 pm (Chicago time)" in page.text
    assert "By video" in page.text


def test_the_way_into_a_video_visit_opens_shortly_before_and_dies_with_it(cast, patient, later, sign_in):
    VisitType.objects.filter(pk=cast.visit_type.pk).update(by_video=True)
    Practitioner.objects.filter(pk=cast.practitioner.pk).update(video_room="https://video.example.org/osei")
    visit = cast.book(slots=cast.slots_from(cast.now + timedelta(minutes=40)))

    def room():
        return "video.example.org" in patient.get(address(visit, "join/")).content.decode()

    assert "You can come in from" in read(patient.get(address(visit, "join/"))).text
    later(visit.starts_at - timedelta(minutes=15, seconds=1))
    assert not room()
    later(visit.starts_at - timedelta(minutes=15))
    assert room()
    assert sign_in(cast.stranger_user).get(address(visit, "join/")).status_code == 404
    press_cancel(patient, visit)
    assert not room()
    assert "This visit is cancelled" in read(patient.get(address(visit, "join/"))).text


def test_a_visit_that_is_not_by_video_has_no_such_way(cast, patient):
    visit = cast.book()
    assert patient.get(address(visit, "join/")).headers["Location"] == address(visit)


def test_a_cancelled_visit_is_booked_again_with_its_details(cast, patient):
    visit = cast.book()
    Appointment.objects.filter(pk=visit.pk).update(payer="Medicare")
    press_cancel(patient, visit)
    result = read(patient.get(address(visit, "receipt/")))
    (again,) = {link for link, words in result.links if words == "Book it again"}
    chosen = patient.get(again)
    assert chosen.status_code == 303
    assert f"type={cast.visit_type.pk}&practitioner={cast.practitioner.pk}" in chosen.headers["Location"]
    page = read(patient.get(chosen.headers["Location"]))
    assert page.fields["like"] == visit.reference
    checkout = kept(patient, cast, like=visit.reference)
    assert (checkout.patient, checkout.payer) == (cast.patient, "Medicare")


def test_what_an_earlier_visit_was_about_goes_along_for_whoever_wrote_it(cast, patient, sign_in):
    visit = cast.book()
    Appointment.objects.filter(pk=visit.pk).update(visit_reason="A cough")
    assert kept(patient, cast, like=visit.reference).visit_reason == "A cough"
    proxy = kept(sign_in(cast.proxy_user), cast, open_slot(cast, days=3), like=visit.reference)
    assert (proxy.patient, proxy.visit_reason) == (cast.patient, "")


def test_a_stranger_learns_nothing_of_the_visit_that_it_shall_be_like(cast, patient, sign_in, client):
    visit = cast.book()
    for who in (client, sign_in(cast.stranger_user)):
        answers = [who.get(times_page(cast), {"like": ref}) for ref in (visit.reference, "FS-0000-0000")]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [read(answer).heading for answer in answers] == ["Book a visit"] * 2
        assert kept(who, cast, open_slot(cast), like=visit.reference).payer == ""


def test_a_database_that_fails_says_that_nothing_is_booked_and_keeps_the_form(cast, patient, monkeypatch):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    for error, words in ((NotSaved, "The visit is not booked yet"), (OutcomeUnknown, "We do not know yet")):
        with monkeypatch.context() as patch:
            patch.setattr(confirming, "finish_checkout", _failing(error))
            answer = confirm(patient, checkout)
        assert (answer.status_code, read(answer).heading) == (503, words)
        assert read(answer).fields["press"] == "confirm"
    assert visit_of(confirm(patient, checkout))


def _failing(error):
    def fail(**_: object):
        raise error("08006")

    return fail


def test_a_page_of_booking_is_not_kept_anywhere(cast, patient):
    answer = patient.get(checkout_page(kept(patient, cast)))
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_two_practices_do_not_mix(cast, patient):
    other = make_cast(weeks=1)
    answer = patient.get(f"/p/{other.practice.slug}/book/")
    assert str(cast.visit_type.pk) not in answer.content.decode()


def test_signing_in_from_the_list_comes_back_to_the_same_list(cast, client):
    page = read(client.get(times_page(cast), {"type": str(cast.visit_type.pk)}))
    (sign_in,) = {link for link, words in page.links if words == "Sign in"}
    assert client.get(sign_in).status_code == 200
    assert f"type%3D{cast.visit_type.pk}" in sign_in


def test_a_page_says_that_it_is_open_and_that_it_was_closed(patient, cast):
    checkout = kept(patient, cast)
    address, before = checkout_page(checkout), checkout.until
    answer = patient.post(address, {"press": "here", "step": "review"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'data-page="1"' in text
    assert 'data-step="review"' in text
    assert "<html" not in text
    for page in ("", "x", "0", "2", "1" * 40):
        assert patient.post(address, {"press": "left", "page": page}).status_code == 204
    checkout.refresh_from_db()
    assert checkout.until == before
    assert patient.post(address, {"press": "left", "page": "1"}).status_code == 204
    checkout.refresh_from_db()
    assert checkout.until < before
    assert patient.get(address).status_code == 200
    checkout.refresh_from_db()
    assert checkout.until < before, "a GET changes nothing"
    assert 'data-page="2"' in patient.post(address, {"press": "here"}).content.decode()
    checkout.refresh_from_db()
    assert checkout.until == before


def test_who_comes_too_late_for_a_time_writes_nothing(cast, patient):
    slot = cast.book(days=2).slots.get()
    pick(patient, cast, slot)
    with CaptureQueriesContext(connection) as queries:
        assert pick(patient, cast, slot).status_code == 409
    assert len(queries) <= 12, "\n".join(each["sql"][:150] for each in queries)
    assert not [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE", "BEGIN"))]
