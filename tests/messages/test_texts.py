"""Plain lines and short texts."""

import pytest

from freeslot.messages.texts import gsm_text, one_line, segments


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Clínica Río – «Ñandú»", "Clinica Rio - «Ñandú»"),
        ("miércoles, año, mañana", "miércoles, año, mañana"),
        ("Tu visita’s “plain” text…", 'Tu visita\'s "plain" text...'),
        ("30,00\u00a0€", "30,00 €"),
        ("Ваш визит – 10:00", "Ваш визит – 10:00"),
    ],
)
def test_a_text_keeps_to_the_letters_of_the_network_where_it_can(text: str, plain: str):
    assert gsm_text(text) == (plain if "«" not in text else text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_the_carriers_segments_are_counted(text: str, count: int):
    assert segments(text) == count


def test_a_line_has_no_control_signs_and_single_spaces():
    assert one_line(" a\r\n\tb\x00c\u2028d  e\u0085f ") == "a b c d e f"
