"""The words of a text: short, neutral, with its link, and with the way out where the law asks for it."""

from datetime import timedelta

import pytest

from freeslot.messages.addressing import letter_for
from freeslot.messages.models import Message
from freeslot.messages.sms import sms_for
from freeslot.messages.texts import segments
from freeslot.scheduling.actors import Door, link_holder
from freeslot.scheduling.operations.codes import ask_code
from tests.messages.gatewayserver import Gateway
from tests.messages.support import TELLING_RULES, TO_PATIENTS, cancel, give_phone, make_messages, move, send_texts, undo
from tests.support.cast import make_cast

pytestmark = pytest.mark.django_db
LINK = "https://visits.example.org/m/"
OPT_OUT = " Reply STOP to opt out"


def texts_of_a_life(
    gateway: Gateway, *, language: str = "en", name: str = "Elm Street Practice", number: str = "+12125550199"
) -> list[str]:
    """What a telephone receives of everything that may be told."""
    cast = make_cast(language=language, rules=TELLING_RULES, name=name, weeks=2)
    give_phone(cast, number)
    free = cast.book()
    cancel(cast, free)
    undo(cast, free, at=cast.now + timedelta(minutes=2))
    cancel(cast, cast.book(days=3), actor=cast.staff)
    late = cast.book(days=1)
    cancel(cast, late, at=late.starts_at - timedelta(hours=5))
    told = cast.book(days=2)
    cancel(cast, told, at=told.starts_at - timedelta(hours=1))
    move(cast, cast.book(days=4), days=5)
    ask_code(free, door=Door.LINK, now=cast.now + timedelta(minutes=3))
    make_messages(cast.now)
    send_texts(cast.now)
    kinds = set(Message.objects.filter(channel="sms").values_list("kind", flat=True))
    assert kinds == set(TO_PATIENTS)
    return gateway.bodies


@pytest.mark.parametrize(("language", "most"), [("en", 1), ("es", 2)])
def test_a_text_with_its_link_fits_into_one_segment(gateway: Gateway, language: str, most: int):
    first, *others = texts_of_a_life(gateway, language=language)

    assert max(segments(text) for text in others) <= most
    assert segments(first) <= most
    assert all(len(text.split(LINK)[1].split("/")[0]) == 22 for text in [first, *others])


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_text_names_no_person_and_no_reason(gateway: Gateway, language: str):
    for text in texts_of_a_life(gateway, language=language):
        for word in ("Maria", "Lopez", "Osei", "Check-up", "FS-", "12 Elm Street"):
            assert word not in text


def test_a_practice_with_an_alias_is_not_named(gateway: Gateway):
    cast = make_cast(name="Harbor HIV Clinic", weeks=2)
    cast.practice.neutral_alias = "Visits 27"
    cast.practice.save()
    give_phone(cast)
    cast.book()
    make_messages(cast.now)
    send_texts(cast.now)

    (text,) = gateway.bodies
    assert text.startswith("Visits 27: visit")
    assert "H" not in text.split(LINK)[0]


def test_numbers_behind_plus_one_are_told_how_to_opt_out_where_it_fits(gateway: Gateway):
    texts = texts_of_a_life(gateway)

    has_line = [text.endswith(OPT_OUT) for text in texts]
    would_fit = [segments(text.removesuffix(OPT_OUT) + OPT_OUT) == 1 for text in texts]
    assert has_line == would_fit
    assert has_line[0]
    assert False in has_line


def test_the_first_text_says_it_even_where_it_takes_another_segment(gateway: Gateway):
    first, *others = texts_of_a_life(gateway, name="Elm Street Family Practice")

    assert first.endswith(OPT_OUT)
    assert segments(first) == 2
    assert any(not text.endswith(OPT_OUT) for text in others)


def test_a_text_asked_for_again_is_the_same(gateway: Gateway):
    cast = make_cast(name="The Practice of the Elm Street Physicians and Surgeons", weeks=2)
    give_phone(cast)
    cast.book()
    make_messages(cast.now)
    send_texts(cast.now)
    message = Message.objects.get(channel="sms")

    assert sms_for(message, letter_for(message, now=cast.now)).body == gateway.bodies[0]


def test_the_word_to_opt_out_is_not_translated(gateway: Gateway):
    (first, *_) = texts_of_a_life(gateway, language="es")

    assert first.endswith(" STOP")
    assert "Reply" not in first


def test_other_countries_numbers_are_told_nothing_of_it(gateway: Gateway):
    assert not any("STOP" in text for text in texts_of_a_life(gateway, number="+4915112345678"))


def test_what_the_link_asks_and_the_practices_number_stand_where_they_fit(gateway: Gateway):
    first, *_ = texts_of_a_life(gateway, name="Elm", number="+4915112345678")

    assert first.endswith("/ (asks birth year) (212) 555-0142")
    assert segments(first) == 1


def test_a_reader_in_another_country_is_told_whose_clock_it_is(gateway: Gateway):
    booked, *_, code = texts_of_a_life(gateway, number="+34612345678")
    cancelled = next(text for text in gateway.bodies if "No fee. Undo" in text)
    moved = next(text for text in gateway.bodies if "moved to" in text)

    assert "visit Wed 10 Mar, 4:00 pm New York time booked." in booked
    assert "visit Wed 10 Mar, 4:00 pm New York time cancelled. No fee. Undo by 4:10 pm New York time: " in cancelled
    assert "visit Sun 7 Mar, 4:00 pm moved to Mon 8 Mar, 4:00 pm New York time." in moved
    assert "New York time" not in code, "it names no time"
    assert max(segments(text) for text in gateway.bodies) <= 2


def test_in_spanish_too(gateway: Gateway):
    booked, *_ = texts_of_a_life(gateway, language="es", number="+34612345678")

    assert "cita mié 10 mar, 4:00 p.m. hora de Nueva York programada." in booked
    assert max(segments(text) for text in gateway.bodies) <= 2


def test_a_text_about_a_visit_by_video_names_the_clock_wherever_one_is(gateway: Gateway):
    cast = make_cast(weeks=2)
    cast.visit_type.by_video = True
    cast.visit_type.save()
    give_phone(cast)
    cast.book()
    make_messages(cast.now)
    send_texts(cast.now)

    (text,) = gateway.bodies
    assert "visit Wed 10 Mar, 4:00 pm New York time booked." in text
    assert segments(text) == 2, "with the way out, as the first text has it"


def test_a_neighbour_is_told_no_clock(gateway: Gateway):
    assert not any("New York" in text for text in texts_of_a_life(gateway))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_says_what_its_link_asks_for(gateway: Gateway, language: str):
    words = "(asks birth year)" if language == "en" else "(pide el año de nacimiento)"
    assert [text for text in texts_of_a_life(gateway, language=language) if f"/ {words}" not in text] == []


def test_an_act_from_an_unusual_place_is_told_with_a_warning(gateway: Gateway):
    cast = make_cast(weeks=2)
    give_phone(cast)
    visit = cast.book()
    cancel(cast, visit, actor=link_holder(visit.pk, is_unusual=True))
    make_messages(cast.now)
    send_texts(cast.now)

    assert ["Not you? Call (212) 555-0142" in text for text in gateway.bodies] == [False, True]


def test_they_never_make_a_text_longer(gateway: Gateway):
    texts = texts_of_a_life(gateway, number="+4915112345678")

    bare = [text[: text.index("birth year)") + len("birth year)")] for text in texts]
    assert [segments(text) for text in texts] == [segments(text) for text in bare]
    assert not all("(212)" in text for text in texts)
