"""The one receipt is found in whatever somebody hands in; anything else gets a clear answer."""

import json

import pytest

from freeslot.receipts.reading import LARGEST, NotConfirmed, Problem, token_in

HEAD, BODY, SIGNATURE = "eyJhbGciOiJFUzI1NiJ9", "eyJqdGkiOiJSLTEifQ", "s" * 86
TOKEN = f"{HEAD}.{BODY}.{SIGNATURE}"
OTHER = f"{HEAD}.{BODY}.{'t' * 86}"


def problem_of(handed_in):
    with pytest.raises(NotConfirmed) as caught:
        token_in(handed_in)
    return caught.value.problem


@pytest.mark.parametrize(
    "handed_in",
    [
        TOKEN,
        f"  {TOKEN}\n",
        TOKEN.encode(),
        b"\xef\xbb\xbf" + TOKEN.encode(),
        f"https://visits.example/receipts/verify/#{TOKEN}",
        f"https://visits.example/receipts/verify/?receipt={TOKEN}&x=1",
        json.dumps({"token": TOKEN, "claims": {"jti": OTHER}}),
        json.dumps({"token": TOKEN}).encode(),
        f"Here it is:\n\n{TOKEN}\n\nand once more: {TOKEN}",
        "\n".join(TOKEN[at : at + 60] for at in range(0, len(TOKEN), 60)),
        "My receipt:\r\n" + "\r\n".join(TOKEN[at : at + 70] for at in range(0, len(TOKEN), 70)) + "\r\nThanks",
        f"{{not json}} {TOKEN}",
    ],
)
def test_a_receipt_is_found(handed_in):
    assert token_in(handed_in) == TOKEN


@pytest.mark.parametrize(
    ("handed_in", "problem"),
    [
        ("", Problem.NOTHING),
        (b"", Problem.NOTHING),
        ("Dear practice, I cancelled.", Problem.NOTHING),
        ("R-8DWE-6TNP", Problem.NOTHING),
        ("{}", Problem.NOTHING),
        ('{"token": 7}', Problem.NOTHING),
        ('{"token": "no"}', Problem.NOTHING),
        (f"{TOKEN} and {OTHER}", Problem.SEVERAL),
        ("a" * (LARGEST + 1), Problem.TOO_LARGE),
        (b"a" * (LARGEST + 1), Problem.TOO_LARGE),
        (b"\xff\xfe\x00\x01", Problem.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n\x00\xff", Problem.UNREADABLE),
        (b"%PDF-1.7 and then nothing", Problem.UNREADABLE),
        (b"%PDF-1.3\n" + b"\x00" * 2000, Problem.UNREADABLE),
    ],
)
def test_everything_else_has_its_answer(handed_in, problem):
    assert problem_of(handed_in) is problem


def test_what_is_wrong_with_a_pdf_is_said_to_its_reader_alone(caplog):
    assert problem_of(b"xx%PDF-1.7\nxref\n0 1\nstartxref\n9\n%%EOF\n") is Problem.UNREADABLE
    assert caplog.records == []


def test_a_deep_json_is_only_text():
    assert problem_of('{"token":' * 100_000) is Problem.NOTHING


def test_a_token_of_another_make_is_found_so_that_it_can_be_refused():
    unsigned = f"{HEAD}.{BODY}."
    assert token_in(unsigned) == unsigned
