"""A body that is larger than any page sends is refused, and read away where a browser would wait for that."""

import io

import pytest

from freeslot.config.wsgi import LARGEST_BODY, WORTH_READING, with_body_limit
from freeslot.web.headers import EVERYWHERE


def application(_environ, start_response):
    start_response("200 OK", [])
    return [b"answered"]


def send(length, body=b"", **more: str):
    said = []
    rest = io.BytesIO(body)
    environ = {"CONTENT_LENGTH": length, "REQUEST_METHOD": "POST", "PATH_INFO": "/find/", "wsgi.input": rest} | more
    pieces = with_body_limit(application)(environ, lambda status, headers: said.extend([status, dict(headers)]))
    return said[0], b"".join(pieces), len(rest.read()), said[1]


@pytest.mark.parametrize("length", ["", "0", str(LARGEST_BODY)])
def test_an_ordinary_body_is_the_application_s(length):
    assert send(length, b"four") == ("200 OK", b"answered", 4, {})


def test_a_large_body_is_read_away_and_refused():
    body = b"x" * (LARGEST_BODY + 1)

    status, answer, left, headers = send(str(len(body)), body)

    assert (status, left) == ("413 Content Too Large", 0)
    assert b"<h1>What was sent is too large</h1>\n<p>Nothing was changed. Your visit stands as it was.</p>" in answer
    assert b'href="/find/">Load the page again</a>' in answer
    assert headers["Content-Length"] == str(len(answer))
    assert {name: headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")


def test_it_is_refused_in_the_reader_s_language():
    _, answer, _, _ = send(str(LARGEST_BODY + 1), HTTP_ACCEPT_LANGUAGE="es")
    assert '<html lang="es"' in answer.decode()
    assert "No se cambió nada." in answer.decode()


@pytest.mark.parametrize("length", [str(WORTH_READING + 1), "-1", "many"])
def test_what_is_not_worth_reading_is_refused_at_once(length):
    assert send(length, b"four")[:3:2] == ("413 Content Too Large", 4)
