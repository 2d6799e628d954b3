"""Every template compiles, keeps to the strict policy of our pages, and has all its words marked for translation."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines

_TEMPLATES = "src/freeslot"
_MARKED = re.compile(r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\b.*?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{%\s*comment\b.*?\{%\s*endcomment\s*%\}", re.DOTALL)
# Blocks that a page fills with names of classes, not with words.
_CLASSES = re.compile(r"\{%\s*block\s+(?:kind|\w*class)\s*%\}.*?\{%\s*endblock\b.*?%\}", re.DOTALL)
_CHOSEN_ELEMENT = re.compile(r"</?\{%[^>]*>")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_WORD = re.compile(r"\b(?!UTC\b)[^\W\d_]{2,}")
_OUTSIDE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w-]+\.[\w.-]+")
_SPOKEN = {"alt", "aria-label", "aria-description", "placeholder", "title"}

# Mail programs read no stylesheet, so a mail's look stands in its elements; what is in <code> is not language.
_IN_MAIL = {"style", "bgcolor"}
_NOT_LANGUAGE = {"code", "kbd", "samp"}
_FOR_MACHINES = {"robots.txt"}


def check(root: Path) -> list[str]:
    django.setup()
    findings = []
    for path in template_files(root):
        text = path.read_text(encoding="utf-8")
        place = str(path.relative_to(root))
        findings += [f"{place}: {problem}" for problem in _does_not_compile(path)]
        findings += [f"{place}:{line}: {problem}" for line, problem in problems(text, is_mail=_is_mail(path))]
    return findings


def template_files(root: Path) -> list[Path]:
    files = sorted((root / _TEMPLATES).rglob("templates/**/*"))
    return [path for path in files if path.suffix in {".html", ".txt"} and path.name not in _FOR_MACHINES]


def _is_mail(path: Path) -> bool:
    return path.name == "email.html" or "mail" in path.parts


def _does_not_compile(path: Path) -> Iterator[str]:
    name = path.parts[len(path.parts) - path.parts[::-1].index("templates") :]
    try:
        engines["django"].get_template("/".join(name))
    except TemplateSyntaxError as error:
        yield f"does not compile: {error}"


def problems(template: str, *, is_mail: bool) -> list[tuple[int, str]]:
    """The line and the words of each breach in one template's text."""
    page = _Page(is_mail=is_mail)
    page.feed(_without_django(template))
    page.close()
    outside = [
        (_line(template, found), f"names another host: {found.group()}") for found in _OUTSIDE.finditer(template)
    ]
    return sorted([*page.problems, *outside])


def _without_django(template: str) -> str:
    """Only the page's own text, each line still where it was."""
    for pattern in (_COMMENT, _MARKED, _CLASSES, _CHOSEN_ELEMENT, _TAG):
        template = pattern.sub(lambda found: " " + "\n" * found.group().count("\n"), template)
    return template


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1


class _Page(HTMLParser):
    def __init__(self, *, is_mail: bool) -> None:
        super().__init__()
        self.problems: list[tuple[int, str]] = []
        self._allowed = _IN_MAIL if is_mail else set()
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = [*self._inside[-20:], tag]
        for name, value in attrs:
            if (name == "style" and name not in self._allowed) or name.startswith("on"):
                self._say(f"<{tag}> has an inline {name}")
            if name in _SPOKEN and _WORD.search(value or ""):
                self._say(f"<{tag}> has a {name} that is not marked for translation: {value}")
            if value and value.lstrip().lower().startswith("javascript:"):
                self._say(f"<{tag}> has a script as its {name}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if {"script", "style"} & set(self._inside[-1:]) and words:
            self._say(f"inline {self._inside[-1]}")
        elif _WORD.search(words) and not _NOT_LANGUAGE & set(self._inside):
            self._say(f"is not marked for translation: {words[:60]}")

    def _say(self, problem: str) -> None:
        self.problems.append((self.getpos()[0], problem))
