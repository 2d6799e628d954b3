"""What the templates of mail say of `web`: colours that stand in the text, and the deadline line as table cells."""

from django import template

from freeslot.web.contrast import shades
from freeslot.web.facts import Brand, DeadlineLine

register = template.Library()

MAIL_COLOURS = {"free": ("#e6f3e9", "#14532b"), "late": ("#fff1d6", "#653c00"), "refused": ("#fce9e6", "#7d1712")}
LINE_COLOURS = {"free": "#14532b", "late": "#8a6a3a", "call": "#415159"}
ONCE_FREE = "#a3b899"


@register.filter
def brand_light(brand: Brand) -> str:
    """The brand where only one scheme can be written: in mail."""
    return shades(brand.colour).light


@register.simple_tag
def mail_colours(kind: str) -> dict[str, str]:
    """Mail programs read no stylesheet, so a panel's colours stand in the text."""
    ground, text = MAIL_COLOURS.get(kind, ("#ffffff", "#14242c"))
    return {"ground": ground, "text": text}


@register.simple_tag
def mail_cells(line: DeadlineLine) -> list[dict[str, object]]:
    """The deadline line as table cells: whole per cents that add up to 100."""
    edges = [round(stretch.end * 100) for stretch in line.stretches]
    starts = [0, *edges]
    return [
        {
            "width": edge - start,
            "colour": ONCE_FREE if stretch.past and stretch.kind == "free" else LINE_COLOURS[stretch.kind],
        }
        for stretch, start, edge in zip(line.stretches, starts, edges, strict=False)
    ]
