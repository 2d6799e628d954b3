"""The small proof is read however it is typed, and nothing but the patient's own is taken for it."""

from datetime import date

import pytest

from freeslot.patients.models import Patient
from freeslot.patients.proof import dates_in, gives_proof, years_in

TODAY = date(2027, 3, 4)
BORN = date(1948, 3, 7)
MARCH, JULY = BORN, date(1948, 7, 3)


def patient(born: date = BORN, *member_ids: str) -> Patient:
    return Patient(given_name="Maria", birth_date=born, member_ids=list(member_ids))


def proves(text: str, asked: str = "birth_date", who: Patient | None = None) -> bool:
    return gives_proof(who or patient(), {asked: text}, asked=(asked,), today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        *("3/7/48", "03/07/48", "3/7/1948", "7/3/48", "7.3.1948", "7-3-48", "7 3 48", "07.03.1948", "7 / 3 / 1948"),
        *("1948-03-07", "48-3-7", "1948/3/7", "1948 3 7", "070348", "030748", "480307", "07031948", "19480307"),
        *("7031948", "731948", "7 March 1948", "March 7, 1948", "March 7th, 1948", "the 7th of March 1948", "7 MAR 48"),
        *("7 march '48", "Sunday, 7 March 1948", "1948 March 7", "7March1948", "mar 7 48", "7 de marzo de 1948"),
        *("el 7 de Marzo de 1948", "7 marz. 48", "domingo 7 marzo 1948"),
        *(
            "٧/٣/١٩٤٨",
            "७/३/१९४८",
            "７／３／１９４８",
            "\u200f7\u200e/3/48\u202c",
            "\u00a07\u00a0March\u00a01948 ",
            "7/3/48.",
        ),
    ],
)
def test_a_birth_date_is_read_as_people_write_it(text):
    assert proves(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1948", "48", "March 1948", "7 March", "7/3", "3/7", "7 3 48 1", "7 Mxrch 1948", "Ma 7 1948"),
        *("7 March July 1948", "7 March 3 1948"),
        *("31/2/1948", "0/0/0", "00000000", "99/99/99", "8 March 1948", "7 March 1949", "7/3/2048", "7/3/48/49"),
        *("x" * 10_000, "7" * 10_000, "<b>7</b>" * 3, "'; DROP TABLE patients; --", "\x00", "½/⅓/¼", "①"),
    ],
)  # fmt: skip
def test_nothing_else_is_taken_for_it(text):
    assert not proves(text)


def test_a_date_may_stand_in_what_somebody_copied_along():
    assert proves("<b>7 March 1948</b>\x00")


def test_day_and_month_may_be_meant_either_way():
    assert dates_in("3/7/48", today=TODAY) == dates_in("070348", today=TODAY) == {MARCH, JULY}
    assert dates_in("7 March 48", today=TODAY) == {MARCH}
    assert dates_in("25/12/1948", today=TODAY) == {date(1948, 12, 25)}


@pytest.mark.parametrize("text", ["1948-03-07", "1948/3/7", "19480307"])
def test_after_a_year_in_full_comes_the_month(text):
    assert dates_in(text, today=TODAY) == {MARCH}


def test_two_digits_are_a_year_of_somebody_who_may_live():
    assert dates_in("7 March 26", today=TODAY) == {date(1926, 3, 7), date(2026, 3, 7)}
    assert dates_in("7 March 27", today=TODAY) == {date(1927, 3, 7)}
    assert dates_in("4 March 27", today=TODAY) == {date(1927, 3, 4), TODAY}
    assert dates_in("7 March 1900", today=TODAY) == set()
    assert years_in("01", today=TODAY) == {2001}
    assert years_in("02", today=TODAY) == {1902, 2002}


def test_nobody_is_born_after_today():
    assert proves("5/3/2027", who=patient(date(2027, 3, 5))) is False
    assert proves("4/3/2027", who=patient(date(2027, 3, 4))) is True


def test_the_29th_of_february_is_there_in_its_years_alone():
    assert dates_in("29 Feb 1948", today=TODAY) == {date(1948, 2, 29)}
    assert dates_in("29 Feb 1949", today=TODAY) == set()


@pytest.mark.parametrize("month", ["September", "sept", "Sep.", "septiembre", "setiembre", "SETIEMBRE", "set"])
def test_a_month_has_its_names_in_each_language(month):
    assert dates_in(f"3 {month} 1950", today=TODAY) == {date(1950, 9, 3)}


@pytest.mark.parametrize(
    "text", ["1948", "48", "'48", " 1948. ", "in 1948", "١٩٤٨", "7/3/1948", "March 7, 1948", "070348", "March 1948"]
)
def test_a_birth_year_is_read_alone_or_in_its_date(text):
    assert proves(text, "birth_year")


@pytest.mark.parametrize(
    "text", ["", "1949", "49", "948", "8", "01948", "1948 1949", "1948 or 1949", "MCMXLVIII", "2048"]
)
def test_another_year_is_not(text):
    assert not proves(text, "birth_year")


@pytest.mark.parametrize("text", ["M-1234", "m1234", "M 12 34", " m–1234 ", "Ｍ１２３４", "M.12/34", "x-9"])
def test_a_member_number_is_read_without_its_dashes(text):
    assert proves(text, "member_id", patient(BORN, "M-1234", "X9"))


@pytest.mark.parametrize("text", ["", "-", "1234", "M-123", "M-12345", "N-1234", "M-1234 X9", "M-1234" * 2_000])
def test_no_part_of_it_is_enough(text):
    assert not proves(text, "member_id", patient(BORN, "M-1234", "X9"))


def test_who_has_no_member_number_cannot_prove_one():
    assert not proves("", "member_id", patient(BORN))
    assert not proves("-", "member_id", patient(BORN, "", "-"))


def test_all_that_is_asked_has_to_fit():
    asked, typed = ("birth_date", "member_id"), {"birth_date": "3/7/48", "member_id": "m1234"}
    maria = patient(BORN, "M-1234")
    assert gives_proof(maria, typed, asked=asked, today=TODAY)
    assert not gives_proof(maria, typed | {"member_id": "m1235"}, asked=asked, today=TODAY)
    assert not gives_proof(maria, typed | {"birth_date": "3/8/48"}, asked=asked, today=TODAY)
    assert not gives_proof(maria, {"birth_date": "3/7/48"}, asked=asked, today=TODAY)


def test_where_nothing_is_asked_nothing_is_proof():
    assert not gives_proof(patient(), {"birth_year": "1948"}, asked=(), today=TODAY)
