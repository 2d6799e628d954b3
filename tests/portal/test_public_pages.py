"""What anyone may read: the practices, one practice's portal, the files for search engines."""

import re

import pytest
from django.test import Client

from tests.visits.pages import read


def test_the_portal_names_the_practice_and_is_canonical(cast, settings):
    settings.BASE_URL = "https://visits.example"
    practice = cast.practice
    answer = Client().get(f"/p/{practice.slug}/")
    text = answer.content.decode()
    assert read(answer).heading == "Elm Street Practice patient portal"
    assert "<title>Elm Street Practice patient portal</title>" in text
    assert f'<link rel="canonical" href="https://visits.example/p/{practice.slug}/">' in text
    header = text.split("</header>")[0]
    assert "Sign in" in header
    for words in ("12 Elm Street, 2nd floor", "(212) 555-0142", "open until 5 pm", "Monday", "8:00 am – 5:00 pm"):
        assert words in read(answer).text
    assert "Our links always begin with https://visits.example/." in read(answer).text


def test_the_portal_promises_only_what_can_be_done_there_and_no_hours_that_nobody_entered(cast):
    cast.practice.phone_hours = {"mon": []}
    cast.practice.save()
    text = read(Client().get(f"/p/{cast.practice.slug}/")).text
    assert "See, move or cancel your visits at any hour." in text
    assert "Book a visit" in text
    assert "Opening hours" not in text
    assert "closed" not in text


def test_the_portal_of_a_practice_that_takes_no_bookings_online_offers_none(cast):
    cast.practice.online_booking = "nobody"
    cast.practice.save()
    assert "Book a visit" not in read(Client().get(f"/p/{cast.practice.slug}/")).text


def test_an_unknown_practice_is_not_there(cast):
    assert Client().get("/p/nowhere/").status_code == 404


def test_the_first_page_lists_the_practices(cast):
    assert (f"/p/{cast.practice.slug}/", "Elm Street Practice") in read(Client().get("/")).links


@pytest.mark.parametrize("address", ["/app/", "/desk/"])
def test_a_door_that_is_not_there_yet_leads_to_the_practices(cast, address):
    answer = Client().get(address)
    assert answer.status_code == 200
    assert (f"/p/{cast.practice.slug}/", "Elm Street Practice") in read(answer).links


def test_the_sitemap_holds_the_portals_and_nothing_private(cast, settings):
    settings.BASE_URL = "https://visits.example"
    answer = Client().get("/sitemap.xml")
    found = re.findall("<loc>(.*?)</loc>", answer.content.decode())
    assert found == ["https://visits.example/", f"https://visits.example/p/{cast.practice.slug}/"]
    robots = Client().get("/robots.txt").content.decode()
    assert "Sitemap: https://visits.example/sitemap.xml" in robots
    private = ("/accounts/", "/appointments/", "/m/", "/find/", "/desk/")
    assert [f"Disallow: {each}" in robots for each in private] == [True] * 5


def test_in_maintenance_every_page_says_that_the_visits_stand(cast, settings):
    settings.MAINTENANCE = True
    answer = Client().get(f"/p/{cast.practice.slug}/")
    assert answer.status_code == 503
    assert "Your visit stands as it was." in read(answer).text
    assert Client().get("/healthz").status_code == 200


def test_a_page_that_is_not_there_says_nothing_of_any_visit(cast):
    answer = Client().get("/no/such/page/")
    assert (answer.status_code, "visit stands" in read(answer).text) == (404, False)
