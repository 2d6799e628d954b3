"""The colours written in the stylesheet keep their contrast."""

import re

import pytest

from freeslot.web.contrast import EDGE_RATIO, TEXT_RATIO, contrast
from freeslot.web.stylesheet import FILES

TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink",) for ground in ("paper", "card", "free-bg", "late-bg", "bad-bg")),
    *((text, ground) for text in ("soft",) for ground in ("paper", "card", "free-bg", "late-bg")),
    ("free", "free-bg"),
    ("late", "late-bg"),
    ("bad", "bad-bg"),
    ("bad", "paper"),
    ("bad", "card"),
    ("on-danger", "danger"),
]
EDGE_ON_GROUND = [
    ("edge", "paper"),
    ("edge", "card"),
    ("danger", "paper"),
    ("free", "free-bg"),
    ("late", "free-bg"),
    ("late", "late-bg"),
]


def tokens(scheme: str) -> dict[str, str]:
    text = (FILES / "00-tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", light if scheme == "light" else dark))
    return {name: "#" + "".join(sign * 2 for sign in colour[1:]) if len(colour) == 4 else colour
            for name, colour in found.items()}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_keeps_seven_to_one(scheme, text, ground):
    assert contrast(tokens(scheme)[text], tokens(scheme)[ground]) >= TEXT_RATIO


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_ON_GROUND)
def test_edges_keep_three_to_one(scheme, edge, ground):
    assert contrast(tokens(scheme)[edge], tokens(scheme)[ground]) >= EDGE_RATIO
