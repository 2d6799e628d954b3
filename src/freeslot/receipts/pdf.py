"""Draws a receipt as one page of paper; the token travels in it twice, as an attachment and as keywords.

Takes words that are ready to print, so that it knows neither rules nor languages.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from freeslot.receipts.fonts import FAMILY, drawable, files
from freeslot.receipts.qr import qr_of
from freeslot.receipts.reading import ATTACHMENT

INK, SOFT, LINE = (20, 36, 44), (67, 83, 91), (190, 188, 180)
MARGIN, GAP = 16, 5
DAY_WIDTH, CODE_WIDTH, LABEL_WIDTH = 34, 54, 36


@dataclass(frozen=True)
class ReceiptSheet:
    """All that stands on the page, in the reader's language. `paper` is A4 or Letter."""

    language: str
    paper: str
    practice: str
    headline: str
    weekday: str
    day: str
    month: str
    times: str
    zone: str
    details: Sequence[str]
    reference: tuple[str, str]
    facts: Sequence[tuple[str, str]]
    lists: Sequence[tuple[str, Sequence[str]]]
    title: str
    check_at: str
    code_words: str
    token: str
    signed_at: datetime


def receipt_pdf(sheet: ReceiptSheet) -> bytes:
    page = _Page(sheet.paper)
    _describe(page, sheet)
    page.add_page()
    page.words(sheet.practice, size=11, colour=SOFT, after=1.5)
    page.words(sheet.headline, size=17, bold=True, after=GAP)
    _draw_card(page, sheet)
    _draw_facts(page, sheet)
    for heading, sentences in sheet.lists:
        _draw_list(page, heading, sentences)
    return bytes(page.output())


class _Page(FPDF):
    """A page with our typeface; every text goes through `drawable` first."""

    def __init__(self, paper: str) -> None:
        super().__init__(format=paper)
        for style, path in files().items():
            self.add_font(FAMILY, style, path)
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_draw_color(*LINE)

    def words(
        self,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
        x: float | None = None,
        width: float = 0,
        after: float = 0,
        align: str = "L",
    ) -> None:
        """Lines of text from `x` on, below each other; the next text begins `after` millimetres further down."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)
        self.set_x(self.l_margin if x is None else x)
        self.multi_cell(width, size * 0.48, drawable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT, padding=0)
        self.set_y(self.get_y() + after)


def _describe(page: _Page, sheet: ReceiptSheet) -> None:
    """The attachment is the proof for programs; the keywords are there for when a mail program drops it."""
    page.set_lang(sheet.language)
    page.set_title(sheet.title)
    page.set_creator("Freeslot")
    page.set_producer("Freeslot")
    page.set_keywords(sheet.token)
    page.set_creation_date(sheet.signed_at)
    page.embed_file(
        bytes=sheet.token.encode(), basename=ATTACHMENT, mime_type="application/jose", modification_date=sheet.signed_at
    )


def _draw_card(page: _Page, sheet: ReceiptSheet) -> None:
    """The visit card, as on every page and in every mail."""
    top, left = page.get_y(), page.l_margin
    page.set_y(top + 5)
    for text, size, bold in ((sheet.weekday, 11, False), (sheet.day, 30, True), (sheet.month, 11, False)):
        page.words(text, size=size, bold=bold, x=left, width=DAY_WIDTH, align="C")
    lowest = page.get_y()
    page.set_y(top + 5)
    right = left + DAY_WIDTH + 2
    page.words(sheet.times, size=14, bold=True, x=right)
    page.words(sheet.zone, size=10, colour=SOFT, x=right, after=1.5)
    for detail in sheet.details:
        page.words(detail, size=10.5, x=right)
    page.set_y(max(page.get_y(), lowest) + 3)
    page.line(left, page.get_y(), left + page.epw, page.get_y())
    page.set_y(page.get_y() + 2)
    page.words("  ".join(sheet.reference), size=11, bold=True, x=left + 5, after=3)
    page.rect(left, top, page.epw, page.get_y() - top, style="D", round_corners=True, corner_radius=3)
    page.set_y(page.get_y() + GAP)


def _draw_facts(page: _Page, sheet: ReceiptSheet) -> None:
    top = page.get_y()
    left = page.l_margin + LABEL_WIDTH
    for label, value in sheet.facts:
        line = page.get_y()
        page.words(label, size=9, colour=SOFT, width=LABEL_WIDTH)
        below = page.get_y()
        page.set_y(line)
        page.words(value, size=9.5, x=left, width=page.epw - LABEL_WIDTH - CODE_WIDTH - GAP)
        page.set_y(max(page.get_y(), below) + 1.4)
    lowest = page.get_y()
    _draw_code(page, sheet, top=top)
    page.set_y(max(page.get_y(), lowest) + GAP)


def _draw_code(page: _Page, sheet: ReceiptSheet, *, top: float) -> None:
    left = page.l_margin + page.epw - CODE_WIDTH
    drawing = io.BytesIO()
    qr_of(sheet.token).save(drawing, kind="png", scale=6, border=4)
    page.image(drawing, x=left, y=top, w=CODE_WIDTH, alt_text=sheet.code_words)
    page.set_y(top + CODE_WIDTH)
    page.words(sheet.code_words, size=8.5, colour=SOFT, x=left, width=CODE_WIDTH)
    page.words(sheet.check_at, size=8.5, bold=True, x=left, width=CODE_WIDTH)


def _draw_list(page: _Page, heading: str, sentences: Sequence[str]) -> None:
    page.words(heading, size=11, bold=True, after=0.8)
    for sentence in sentences:
        page.words(f"– {sentence}", size=9.5)
    page.set_y(page.get_y() + 3)
