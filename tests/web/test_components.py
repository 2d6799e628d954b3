"""The components say what they must, hold no inline style or script, and stay small."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from freeslot.web import contrast
from freeslot.web.facts import Brand, Delivery, Panel, PhoneLine, UndoBox
from freeslot.web.stylesheet import stylesheet
from freeslot.web.templatetags.mail import DARK_GROUNDS, dark_style, mail_cells, mail_labels
from tests.web import gallery

pytestmark = pytest.mark.urls("tests.web.gallery_urls")


def component(name: str, **context: object) -> str:
    return SafeString(" ".join(render_to_string(f"web/components/{name}.html", context).split()))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("gallery")
    gallery.draw(folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


@pytest.fixture
def pages(drawn):
    return {name: html for name, html in drawn.items() if not name.startswith("mail")}


def test_the_card_says_when_whose_where_and_what_to_quote():
    html = component("visit_card", card=gallery.card())
    assert words(html) == (
        "Tue 3 March 10:00 – 10:20 am New York time for Maria · Dr. Amara Osei 12 Mill Street, 2nd floor "
        "Reference FS-7K3M-92QD"
    )
    assert 'datetime="2026-03-03T10:00:00-05:00"' in html


def test_the_card_carries_its_facts_and_leaves_out_what_is_unknown():
    html = component("visit_card", card=gallery.card(facts={"ref": "FS-1", "fee_minor": 0, "deadline": None}))
    assert 'data-ref="FS-1" data-fee-minor="0"' in html
    assert "data-deadline" not in html


def test_two_childrens_cards_differ():
    assert component("visit_card", card=gallery.card(patient="Ana")) != component("visit_card", card=gallery.card())


def test_names_are_text_and_never_markup():
    html = component("visit_card", card=gallery.card(patient='<b onclick="x">'))
    assert "&lt;b onclick=&quot;x&quot;&gt;" in html


def test_the_panel_counts_down_in_words():
    html = component("panel", panel=gallery.free_panel())
    assert (
        "Free to cancel until Mon 2 March, 10:00 am You have 2 days 4 hours . After that the fee is $25.00."
        in words(html)
    )
    assert 'data-ends="2026-03-02T10:00:00-05:00" data-now="2026-02-28T06:00:00-05:00"' in html
    assert "Free cancelling has just ended." in html


def test_a_panel_without_a_deadline_counts_nothing():
    html = component("panel", panel=Panel(kind="refused", headline="Your visit is still booked", text="It has begun."))
    assert words(html) == "Your visit is still booked It has begun."
    assert "data-ends" not in html


def test_the_line_repeats_its_facts_for_those_who_cannot_see_it():
    line = gallery.free_panel().line
    assert line is not None
    html = component("deadline_line", line=line)
    assert f'role="img" aria-label="{line.words}"' in html


def test_the_line_is_mirrored_for_arabic():
    line = gallery.free_panel().line
    assert line is not None
    html = component("deadline_line", line=replace(line, right_to_left=True))
    assert '<circle class="now" cx="100.0%"' in html


def test_the_telephone_is_a_button_with_its_hours():
    html = component("phone_button", phone=PhoneLine(number="+12125550142", country="US", hours="open until 5 pm"))
    assert words(html) == "Trouble? Call (212) 555-0142 open until 5 pm"
    assert 'href="tel:+12125550142"' in html


def test_undo_names_the_clock_time_and_posts():
    undo = UndoBox(until=gallery.NOW + timedelta(minutes=10), place=gallery.NEW_YORK, undo_url="/u/", release_url="/r/")
    html = component("undo_box", undo=undo)
    assert "Your time is kept until 6:10 am (New York time)." in words(html)
    assert '<form method="post" action="/u/">' in html
    assert '<form method="post" action="/r/">' in html


def test_a_failed_message_is_told_by_word_and_not_by_colour_alone():
    html = component("delivery_list", deliveries=[Delivery("Text to •••• 0199", "failed", "did not arrive")], live=True)
    assert words(html) == "Text to •••• 0199 did not arrive"
    assert "data-live" in html


def test_a_list_at_rest_is_not_fetched_again():
    assert "data-live" not in component("delivery_list", deliveries=[], live=False)


def test_what_is_wrong_is_tied_to_its_field():
    form = gallery.BirthForm({"birth_date": "", "member_id": "12"})
    html = component("field", field=form["birth_date"])
    assert 'aria-describedby="id_birth_date_helptext id_birth_date_error"' in html
    assert 'id="id_birth_date_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'href="#id_birth_date"' in component("error_summary", form=form)


def test_the_language_switch_is_a_form_that_comes_back_here(rf):
    frame = gallery.RIVERSIDE
    html = render_to_string("web/layout.html", {"frame": frame}, request=rf.get("/p/riverside/?view=list"))
    assert '<form method="post" action="/i18n/setlang/">' in html
    assert 'name="next" value="/p/riverside/?view=list"' in html
    assert '<button class="link link-tall" name="language" value="es" lang="es">Español</button>' in html


def test_the_page_names_its_language_and_direction(pages):
    assert '<html lang="en" dir="ltr" data-locale="en-US"' in pages["cancel"]


def test_a_mark_is_the_first_letter_of_the_practice():
    assert Brand(name="«Élan» Care").letter == "É"
    assert Brand(name="—").letter == "·"


def test_no_page_holds_inline_style_or_script(pages):
    for html in pages.values():
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", html)
        assert re.findall(r"<script[^>]*>(.*?)</script>", html) == [""]


def test_the_cancel_page_and_its_style_stay_under_thirty_kilobytes(pages):
    assert len(pages["cancel"].encode()) + len(stylesheet("#0a4f53").body) <= 30_000


def test_a_page_asks_for_one_style_and_one_script(pages):
    assert len(re.findall(r'(?:src|href)="[^"]+\.(?:css|js)"', pages["cancel"])) == 2


def test_a_mail_needs_nothing_from_outside(drawn):
    assert not re.search(r"<link|<script|<img|<svg|url\(|@import", drawn["mail"])
    assert "for Maria · Dr. Amara Osei" in drawn["mail"]


def test_the_mails_line_and_its_words_fill_the_table(drawn):
    for name in ("mail", "mail-late"):
        cells = re.findall(r' width="(\d+)%" (height|align)', drawn[name])
        assert {kind: sum(int(width) for width, of in cells if of == kind) for kind in ("height", "align")} == {
            "height": 100,
            "align": 100,
        }


def test_the_words_under_the_mails_line_end_where_their_stretch_ends():
    line = gallery.late_panel().line
    assert line is not None
    ends = list(accumulate(int(str(cell["width"])) for cell in mail_cells(line)))
    assert list(accumulate(int(str(label["width"])) for label in mail_labels(line))) == ends


def test_what_stands_at_the_start_of_the_mails_line_shares_the_first_stretch():
    line = gallery.free_panel().line
    assert line is not None
    now, deadline, _visit = mail_labels(line)
    assert (now["align"], deadline["align"]) == ("left", "right")
    assert now["width"] + deadline["width"] == mail_cells(line)[0]["width"]


def test_a_mail_has_its_dark_colours_along(drawn):
    style = dark_style(gallery.RIVERSIDE.brand)
    assert f"<style>{style}</style>" in drawn["mail"]
    assert set(DARK_GROUNDS.values()) == set(contrast.DARK_GROUNDS)
    named = {name for names in re.findall(r'class="([^"]+)"', drawn["mail"]) for name in names.split()}
    assert named <= set(re.findall(r"\.([\w-]+)", style))
