"""Darkens or lightens a practice's colour until text in it can be read: WCAG contrast, computed."""

import colorsys
import re
from dataclasses import dataclass

TEXT_RATIO = 7.0
EDGE_RATIO = 3.0
STEP = 0.01
HEX = re.compile(r"#[0-9a-f]{6}")

FREESLOT = "#0a4f53"
# Every ground the brand colour is written on: paper, card, and the panels of a verdict.
LIGHT_GROUNDS = ("#faf9f5", "#ffffff", "#e6f3e9", "#fff1d6", "#fce9e6")
DARK_GROUNDS = ("#10191d", "#18242a", "#143223", "#3a2a0c", "#41191a")
WHITE, INK = "#ffffff", "#10191d"


@dataclass(frozen=True, slots=True)
class Shades:
    """One brand in light and dark: the colour itself and what is written on it."""

    light: str
    on_light: str
    dark: str
    on_dark: str


def shades(colour: str) -> Shades:
    """The practice's `#rrggbb` made readable (7 : 1) on every ground of both schemes; ValueError for another form."""
    if not HEX.fullmatch(colour.lower()):
        raise ValueError(f"{colour!r} is not a colour such as {FREESLOT}.")
    if colour.lower() == FREESLOT:
        return Shades(light=FREESLOT, on_light=WHITE, dark="#8ad8d7", on_dark="#072a2c")
    light = readable(colour.lower(), grounds=(*LIGHT_GROUNDS, WHITE), ratio=TEXT_RATIO, darker=True)
    dark = readable(_calmed(colour.lower()), grounds=(*DARK_GROUNDS, INK), ratio=TEXT_RATIO, darker=False)
    return Shades(light=light, on_light=WHITE, dark=dark, on_dark=INK)


def readable(colour: str, *, grounds: tuple[str, ...], ratio: float, darker: bool) -> str:
    """The nearest shade of `colour` that keeps `ratio` to each ground; black or white at the very end."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    shade = colour
    end = 0.0 if darker else 1.0
    while min(contrast(shade, ground) for ground in grounds) < ratio and lightness != end:
        lightness = max(0.0, lightness - STEP) if darker else min(1.0, lightness + STEP)
        shade = _hex(colorsys.hls_to_rgb(hue, lightness, saturation))
    return shade


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _calmed(colour: str) -> str:
    """A full colour glows on a dark ground, so it starts with half its saturation."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    return _hex(colorsys.hls_to_rgb(hue, max(lightness, 0.6), min(saturation, 0.55)))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
