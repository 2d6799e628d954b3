"""Fills the templates of a message, one folder for each kind, in the reader's language."""

import re
from typing import Any

from django.template import Context, Engine
from django.utils.translation import override

from freeslot.messages import sections
from freeslot.messages.code_letter import AnyLetter, CodeLetter
from freeslot.messages.letter import Letter
from freeslot.messages.texts import gsm_text, one_line, one_stop

_BLANKS = re.compile(r"\n{3,}")


def subject_of(letter: AnyLetter) -> str:
    return one_line(_filled(letter, "subject.txt", as_html=False))


def text_of(letter: AnyLetter) -> str:
    lines = [line.rstrip() for line in _filled(letter, "email.txt", as_html=False).strip().split("\n")]
    return _BLANKS.sub("\n\n", "\n".join(lines)) + "\n"


def html_of(letter: AnyLetter) -> str:
    return _filled(letter, "email.html", as_html=True)


def sms_of(letter: AnyLetter) -> str:
    return gsm_text(one_line(_filled(letter, "sms.txt", as_html=False)))


def push_of(letter: AnyLetter) -> tuple[str, str]:
    """Title and text for a lock screen: nothing that others may not read."""
    title, _, text = _filled(letter, "push.txt", as_html=False).strip().partition("\n")
    return one_line(title), one_line(text)


def _filled(letter: AnyLetter, name: str, *, as_html: bool) -> str:
    template = Engine.get_default().get_template(f"messages/{letter.kind}/{name}")
    with override(letter.language):
        return one_stop(template.render(Context(_context(letter), autoescape=as_html)))


def _context(letter: AnyLetter) -> dict[str, Any]:
    return {
        "letter": letter,
        "frame": letter.frame,
        "place": letter.place,
        "code": sections.code_section(letter),
        "care": sections.care_section(letter),
        "safety": sections.safety_section(letter),
        **({} if isinstance(letter, CodeLetter) else _about_visit(letter)),
    }


def _about_visit(letter: Letter) -> dict[str, Any]:
    return {
        "card": letter.card,
        "line": letter.line,
        "outcome": sections.outcome_words(letter),
        "free_until": sections.free_until_words(letter),
        "facts": sections.facts_of(letter),
        "undo": sections.undo_section(letter),
        "video": sections.video_section(letter),
        "cancel": sections.cancel_section(letter),
        "rules": sections.rules_section(letter),
        "calendar": sections.calendar_section(letter),
        "visit": sections.visit_section(letter),
        "again": sections.again_words(letter),
        "moved": sections.moved_words(letter),
        "notice": sections.notice_words(letter),
        "link": f"{letter.page} {sections.asked_briefly(letter)}".strip(),
        "unusual": sections.unusual_section(letter),
        "told": sections.told_words(letter),
    }
