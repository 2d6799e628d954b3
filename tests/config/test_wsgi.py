"""A body that is larger than any page sends is refused, and read away where a browser would wait for that."""

import io

import pytest

from freeslot.config.wsgi import LARGEST_BODY, WORTH_READING, with_body_limit


def application(_environ, start_response):
    start_response("200 OK", [])
    return [b"answered"]


def send(length, body=b""):
    said = []
    rest = io.BytesIO(body)
    environ = {"CONTENT_LENGTH": length, "wsgi.input": rest}
    pieces = with_body_limit(application)(environ, lambda status, _: said.append(status))
    return said[0], b"".join(pieces), len(rest.read())


@pytest.mark.parametrize("length", ["", "0", str(LARGEST_BODY)])
def test_an_ordinary_body_is_the_application_s(length):
    assert send(length, b"four") == ("200 OK", b"answered", 4)


def test_a_large_body_is_read_away_and_refused():
    body = b"x" * (LARGEST_BODY + 1)

    status, answer, left = send(str(len(body)), body)

    assert (status, left) == ("413 Content Too Large", 0)
    assert answer == b"What was sent is too large. Nothing was changed.\n"


@pytest.mark.parametrize("length", [str(WORTH_READING + 1), "-1", "many"])
def test_what_is_not_worth_reading_is_refused_at_once(length):
    assert send(length, b"four")[::2] == ("413 Content Too Large", 4)
