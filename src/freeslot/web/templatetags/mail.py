"""What the templates of mail say of `web`: colours that stand in the text, and the deadline line as table cells."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from freeslot.web.contrast import shades
from freeslot.web.facts import Brand, DeadlineLine

register = template.Library()

MAIL_COLOURS = {"free": ("#e6f3e9", "#14532b"), "late": ("#fff1d6", "#653c00"), "refused": ("#fce9e6", "#7d1712")}
LINE_COLOURS = {"free": "#14532b", "late": "#8a6a3a", "call": "#415159"}
ONCE_FREE = "#a3b899"
# The page's dark colours, for the programs that read a mail's own style; the others show it light.
DARK_INK, DARK_SOFT, DARK_LINE = "#eef3f3", "#b4c2c6", "#33434a"
DARK_GROUNDS = {
    "paper": "#10191d",
    "card": "#18242a",
    "plain": "#18242a",
    "free": "#143223",
    "late": "#3a2a0c",
    "refused": "#41191a",
}
DARK_HEADS = {"plain": DARK_INK, "free": "#9be3b1", "late": "#ffd48a", "refused": "#ffb8b1"}
DARK_CELLS = {"free": "#9be3b1", "late": "#c9a765", "call": "#b4c2c6", "past": "#4d6b58"}


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
def mail_dark(brand: Brand) -> SafeString:
    return format_html("<style>{}</style>", SafeString(dark_style(brand)))


def dark_style(brand: Brand) -> str:
    """The rules of a mail at night; what stands in its elements would go first, so each is important."""
    shade = shades(brand.colour)
    rules = [
        *((f".m-{name}", f"background-color:{ground}") for name, ground in DARK_GROUNDS.items()),
        *((f".m-head-{name}", f"color:{text}") for name, text in DARK_HEADS.items()),
        *((f".m-cell-{name}", f"background-color:{colour}") for name, colour in DARK_CELLS.items()),
        ('[class^="m-cell"]', f"border-color:{DARK_INK}"),
        (".m-line", f"border-color:{DARK_LINE}"),
        (".m-ink", f"color:{DARK_INK}"),
        (".m-soft", f"color:{DARK_SOFT}"),
        (".m-brand", f"color:{shade.dark}"),
        (".m-edge,.m-main", f"border-color:{shade.dark}"),
        (".m-main", f"background-color:{shade.dark}"),
        (".m-on-main", f"color:{shade.on_dark}"),
    ]
    written = "".join(f"{place}{{{rule}!important}}" for place, rule in rules)
    return f"@media (prefers-color-scheme:dark){{{written}}}"


@register.simple_tag
def mail_cells(line: DeadlineLine) -> list[dict[str, object]]:
    """The deadline line as table cells: whole per cents that add up to 100."""
    edges = [round(stretch.end * 100) for stretch in line.stretches]
    starts = [0, *edges]
    return [
        {
            "width": edge - start,
            "kind": "past" if stretch.past and stretch.kind == "free" else stretch.kind,
            "colour": ONCE_FREE if stretch.past and stretch.kind == "free" else LINE_COLOURS[stretch.kind],
        }
        for stretch, start, edge in zip(line.stretches, starts, edges, strict=False)
    ]


@register.simple_tag
def mail_labels(line: DeadlineLine) -> list[dict[str, object]]:
    """The words under the line, each ending at its mark; what stands at the start shares the first stretch."""
    before, after = ("right", "left") if line.right_to_left else ("left", "right")
    edges = [round(mark.at * 100) for mark in line.marks]
    starts = [0, *edges]
    if edges[0] == 0:
        starts[1] = edges[0] = edges[1] // 3
    return [
        {
            "width": edge - start,
            "align": before if mark.at == 0 else after,
            "title": mark.title,
            "sub": mark.sub,
        }
        for mark, start, edge in zip(line.marks, starts, edges, strict=False)
    ]
