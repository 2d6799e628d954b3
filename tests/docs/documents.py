"""Reads the documents: where they are, their tables, their commands, their links."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CODE_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def links(path: Path) -> list[str]:
    return LINK.findall(CODE_BLOCK.sub("", path.read_text(encoding="utf-8")))


def anchors(path: Path) -> set[str]:
    """The headings as addresses, the way code hosts make them."""
    headings = HEADING.findall(CODE_BLOCK.sub("", path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def table(document: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    after = text(document).split(f"\n## {heading}\n", 1)[1]
    lines = after[after.index("\n|") :].lstrip("\n").split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def commands(document: str) -> Iterator[str]:
    """What the document tells people to type, without prompts, comments and settings in front."""
    for kind, block in CODE_BLOCK.findall(text(document)):
        if kind == "console":
            yield from (line[2:].split("#")[0].strip() for line in block.splitlines() if line.startswith("$ "))
