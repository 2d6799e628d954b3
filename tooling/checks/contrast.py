"""Computes the contrast of the colour tokens, light and dark: text at least 7 : 1, control edges and focus 3 : 1."""

import re
from pathlib import Path

from freeslot.web import contrast as brand

TOKENS = "src/freeslot/web/static/web/css/00-tokens.css"
Colours = dict[str, str]

GROUNDS = ("paper", "card", "free-bg", "late-bg", "bad-bg")
# What is written on what: text, then the grounds it stands on.
TEXTS = {
    "ink": GROUNDS,
    "soft": GROUNDS,
    "free": ("paper", "card", "free-bg"),
    "late": ("paper", "card", "late-bg"),
    "bad": ("paper", "card", "bad-bg"),
    "on-danger": ("danger",),
    "brand": GROUNDS,
    "on-brand": ("brand",),
}
# Edges of controls and focus, and the grounds they must stand out from.
EDGES = {"edge": ("paper", "card"), "danger": ("paper", "card"), "brand": GROUNDS}

_DECLARATION = re.compile(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,8})\s*;")
_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{")


def check(root: Path) -> list[str]:
    css = (root / TOKENS).read_text(encoding="utf-8")
    light, dark = schemes(css)
    own = brand.shades(brand.FREESLOT)
    light |= {"brand": own.light, "on-brand": own.on_light}
    dark |= {"brand": own.dark, "on-brand": own.on_dark}
    findings = [*_too_faint(light, scheme="light"), *_too_faint(dark, scheme="dark")]
    return [*findings, *_other_grounds(light, brand.LIGHT_GROUNDS), *_other_grounds(dark, brand.DARK_GROUNDS)]


def schemes(css: str) -> tuple[Colours, Colours]:
    """The colours of the light and of the dark scheme; dark takes from light what it does not set anew."""
    before, *after = _DARK.split(css, maxsplit=1)
    light = _colours(before)
    return light, light | _colours("".join(after))


def _colours(css: str) -> Colours:
    return {name: _six_digits(value.lower()) for name, value in _DECLARATION.findall(css)}


def _six_digits(value: str) -> str:
    return "#" + "".join(digit * 2 for digit in value[1:]) if len(value) == len("#abc") else value


def _too_faint(colours: Colours, *, scheme: str) -> list[str]:
    findings = []
    for rules, least in ((TEXTS, brand.TEXT_RATIO), (EDGES, brand.EDGE_RATIO)):
        for front, grounds in rules.items():
            for ground in grounds:
                if missing := {front, ground} - colours.keys():
                    findings.append(f"{TOKENS}: no {scheme} colour --{min(missing)}")
                elif (ratio := brand.contrast(colours[front], colours[ground])) < least:
                    findings.append(f"{TOKENS}: {scheme} --{front} on --{ground} is {ratio:.2f} : 1, not {least:g} : 1")
    return findings


def _other_grounds(colours: Colours, grounds: tuple[str, ...]) -> list[str]:
    """A practice's colour is fitted to a list of grounds, which must be the stylesheet's own."""
    there = {colours[name] for name in GROUNDS if name in colours}
    return [f"freeslot.web.contrast lacks the ground {ground}" for ground in sorted(there - set(grounds))]
