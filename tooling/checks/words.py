"""The words of pages and messages: short, plain, kind, exact; none that a carrier or a mail filter trips over."""

import re
from collections.abc import Iterator
from pathlib import Path

from tooling.checks.translations import forms_of, place_of
from tooling.translations import marked_texts, read_translations

# A pattern, what is wrong with it; in English and in Spanish.
_RULES = [
    (re.compile(r"[!¡](?![=\[])"), "has an exclamation mark"),
    (re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u26FF\u2705\u274C\u2728]"), "has an emoji"),
    (re.compile(r"\bplease note\b|\bkindly\b|\bten(?:ga)? en cuenta\b", re.IGNORECASE), "lectures"),
    (re.compile(r"\bthe system\b|\bel sistema\b", re.IGNORECASE), "says «the system» where a practice has a name"),
    (re.compile(r"\bclick here\b|\bhaga clic aquí\b", re.IGNORECASE), "names the hand, not what happens"),
    (re.compile(r"\boops\b|\bwhoops\b|\bsorry for\b|\bups\b", re.IGNORECASE), "plays instead of saying what is so"),
    (re.compile(r"(?:removed|deleted) from your calendar\b", re.IGNORECASE), "claims too much"),
    (re.compile(r"\b(?:elimin|borr|quit)ad[oa] de su calendario\b", re.IGNORECASE), "claims too much"),
    (
        re.compile(r"^(?:ok|okay|submit|confirm|yes|proceed|continue|aceptar|enviar|confirmar|sí)[.]?$", re.IGNORECASE),
        "does not say what the press does",
    ),
]

# Carriers take these words, sent back alone, as a wish to get no more messages at all (or as a wish for them). Only the
# line that says just that, as laws ask, may name one.
_RESERVED = "stop stopall unsubscribe cancel end quit revoke optout remove help info yes start unstop arret alto baja"
_ASKS_TO_SEND = re.compile(
    rf"\b(?:reply|text|send|answer|responda|envíe|conteste)\b[^.\n]{{0,30}}?[\"«“' ](?:{'|'.join(_RESERVED.split())})\b"
    r"(?! (?:the|a|an|this|my|your|his|her|their|la|el|su|me|you|us|link|code|again|to opt out)\b)",
    re.IGNORECASE,
)
_SHORTENERS = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rb\.gy|cutt\.ly|shorturl\.at|t\.ly|tiny\.cc)\b/?"
)
_ANY_TEXT = {".py", ".html", ".txt", ".js", ".po"}


def check(root: Path) -> list[str]:
    return [*_in_texts(root), *_shorteners(root)]


def problems(text: str) -> list[str]:
    """What is wrong with one text that people read."""
    found = [problem for pattern, problem in _RULES if pattern.search(text)]
    if _ASKS_TO_SEND.search(text):
        found.append("asks for a word that carriers read as a wish to end or begin all messages")
    return found


def _in_texts(root: Path) -> Iterator[str]:
    for message in marked_texts(root):
        for text in forms_of(message.id):
            yield from (f"{place_of(message)}: {text!r} {problem}" for problem in problems(text))
    for language, catalogue in read_translations(root).items():
        for message in catalogue:
            for text in forms_of(message.string) if message.id else []:
                yield from (f"{language}: {text!r} {problem}" for problem in problems(text))


def _shorteners(root: Path) -> Iterator[str]:
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in _ANY_TEXT and (found := _SHORTENERS.search(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(root)}: a shortened address hides where it leads: {found.group()}"
