"""Any colour a practice may choose stays readable, in light and in dark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeslot.web.contrast import DARK_GROUNDS, FREESLOT, LIGHT_GROUNDS, TEXT_RATIO, contrast, shades

COLOURS = st.integers(min_value=0, max_value=0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_becomes_readable_on_every_ground(colour):
    shade = shades(colour)
    assert min(contrast(shade.light, ground) for ground in LIGHT_GROUNDS) >= TEXT_RATIO
    assert min(contrast(shade.dark, ground) for ground in DARK_GROUNDS) >= TEXT_RATIO
    assert contrast(shade.light, shade.on_light) >= TEXT_RATIO
    assert contrast(shade.dark, shade.on_dark) >= TEXT_RATIO


@pytest.mark.parametrize("colour", [FREESLOT, "#ffffff", "#000000", "#ffee00", "#0a4f53"])
def test_the_extremes_hold_too(colour):
    shade = shades(colour)
    assert contrast(shade.light, "#faf9f5") >= TEXT_RATIO
    assert contrast(shade.dark, "#18242a") >= TEXT_RATIO


def test_a_colour_that_is_readable_is_left_alone_in_light():
    assert shades("#7a3b16").light == "#7a3b16"


@pytest.mark.parametrize("colour", ["0a4f53", "#0a4", "#0a4f5g", "red", "", "#0a4f53;}"])
def test_what_is_not_a_colour_is_refused(colour):
    with pytest.raises(ValueError, match="is not a colour"):
        shades(colour)


def test_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
