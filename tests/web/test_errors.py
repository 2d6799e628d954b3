"""A page that fails says what is so and whom to call; a 404 says nothing of any visit."""

import pytest
from django.core.management import call_command

from freeslot.web import errors
from freeslot.web.frame import frame_of, set_frame
from freeslot.web.static_error import standalone
from tests.web import gallery
from tests.web.test_components import words

pytestmark = pytest.mark.urls("tests.web.gallery_urls")


@pytest.fixture
def request_in_riverside(rf):
    request = rf.get("/appointments/FS-7K3M-92QD/")
    set_frame(request, gallery.RIVERSIDE)
    return request


def said(answer) -> str:
    return words(answer.content.decode().split("<main")[1])


@pytest.mark.parametrize("handler", [errors.bad_request, errors.forbidden, errors.server_error, errors.csrf_failure])
def test_the_visit_stands_and_the_number_is_there(request_in_riverside, handler):
    text = said(handler(request_in_riverside))
    assert "Your visit stands as it was." in text
    assert "Call 555-0142 open until 5 pm" in text
    assert "In an emergency call 911" in text


HANDLERS = [errors.bad_request, errors.server_error, errors.too_many, errors.csrf_failure, errors.unavailable]


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_practice_there_is_still_something_to_press_and_somebody_to_call(rf, handler, method):
    answer = handler(getattr(rf, method)("/appointments/"))
    assert answer.content.decode().count("button button-main") == 1
    assert "The telephone number of your practice is in every message it sent you." in said(answer)


def test_a_press_that_failed_leads_back_to_the_page_it_was_on(rf):
    answer = errors.server_error(rf.post("/appointments/FS-7K3M-92QD/cancellation/"))
    assert '<a class="button button-main" href="/appointments/FS-7K3M-92QD/cancellation/">See how it stands' in (
        answer.content.decode()
    )


def test_too_many_tries_have_to_wait(request_in_riverside):
    answer = errors.too_many(request_in_riverside)
    assert answer.status_code == 429
    assert "Wait a few minutes, then try again." in said(answer)


def test_an_address_without_a_page_tells_of_no_visit(request_in_riverside):
    answer = errors.error_page(request_in_riverside, status=404, name="404", card=gallery.card())
    assert answer.status_code == 404
    assert "visit" not in said(answer).lower()
    assert "FS-" not in said(answer)


def test_a_press_that_failed_claims_nothing(rf):
    answer = errors.server_error(rf.post("/appointments/FS-7K3M-92QD/cancellation/"))
    assert "We do not know yet" in said(answer)
    assert "Nothing was changed" not in said(answer)


def test_unreachable_records_leave_the_visit_as_it_was(request_in_riverside):
    answer = errors.unavailable(request_in_riverside, again="/again/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Nothing was changed. Your visit stands as it was." in said(answer)
    assert '<a class="button button-main" href="/again/">' in answer.content.decode()


def test_maintenance_says_that_it_is_soon_over(request_in_riverside):
    answer = errors.unavailable(request_in_riverside, name="maintenance", retry_after=300)
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "It is back soon. Nothing was changed." in said(answer)


def test_error_pages_are_never_kept(request_in_riverside):
    assert errors.not_found(request_in_riverside)["Cache-Control"] == "no-store"


def test_without_a_practice_the_page_still_stands(rf):
    assert "Your visit stands as it was." in said(errors.server_error(rf.get("/x")))


def test_when_the_template_fails_too_the_page_needs_only_itself(rf, monkeypatch):
    def broken(*_args: object, **_kwargs: object) -> str:
        raise OSError("no disk")

    monkeypatch.setattr(errors, "render_to_string", broken)
    answer = errors.server_error(rf.get("/x"))
    assert answer.status_code == 500
    assert "We cannot show this page right now" in answer.content.decode()


def test_the_page_for_the_proxy_is_whole_in_every_language():
    page = standalone(502)
    assert 'lang="en"' in page
    assert 'lang="es"' in page
    assert "<style>" in page
    assert page.count("href=") == page.count('href=""')
    assert "src=" not in page


def test_the_command_writes_the_pages_for_the_proxy(tmp_path, capsys):
    call_command("error_pages", tmp_path / "pages")
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["500.html", "502.html", "503.html"]
    assert "Wrote 3 pages" in capsys.readouterr().out


def test_a_request_without_a_door_stands_in_freeslots_own_frame(rf):
    assert frame_of(rf.get("/")).brand.name == "Freeslot"
    assert frame_of(None).brand.name == "Freeslot"
