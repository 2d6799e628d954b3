"""At the terminal a receipt is checked with the books at hand, or with nothing but two files."""

import json

import pytest

from freeslot.receipts import keys
from freeslot.receipts.answers import as_json
from freeslot.receipts.attach import pdf_of
from freeslot.receipts.command import verify_file
from freeslot.receipts.issue import receipt_for
from tests.receipts import forged
from tests.receipts.acts import booked, cancel, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipts():
    cast = make_cast()
    visit = cast.book(days=0)
    return receipt_for(booked(visit)), receipt_for(cancel(cast, visit))


def test_two_files_are_enough(receipts, tmp_path, django_assert_num_queries):
    receipt = receipts[0]
    paper, public = tmp_path / "receipt.pdf", tmp_path / "jwks.json"
    paper.write_bytes(pdf_of(receipt, "en"))
    public.write_text(json.dumps(keys.jwks()))
    with django_assert_num_queries(0):
        code, said = verify_file(paper, jwks=public)
    assert code == 0
    assert said.splitlines()[0] == "The signature is right."
    assert f"Receipt: {receipt.number}" in said.splitlines()
    assert "- It does not prove that nothing happened later." in said


def test_the_books_know_what_came_later(receipts, tmp_path):
    old, new = receipts
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(as_json(old)))
    code, said = verify_file(str(file))
    assert code == 0
    assert "This receipt is right, but not the latest." in said
    assert new.number in said
    assert "The signature is right." in verify_file(file, online=False)[1]


def test_a_forgery_fails(receipts, tmp_path):
    file = tmp_path / "receipt.txt"
    file.write_text(forged.with_payload(receipts[1], actor="practice"))
    code, said = verify_file(file)
    assert code == 1
    assert said.splitlines() == [
        "This cannot be confirmed.",
        "The signature does not fit: something in it was changed after it was signed.",
    ]


def test_words_that_were_changed_beside_a_right_signature_fail(receipts, tmp_path):
    content = as_json(receipts[1])
    content["claims"] = content["claims"] | {"event": "booked"}
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(content))
    code, said = verify_file(file)
    assert code == 1
    assert said.splitlines()[0] == "This cannot be confirmed."
    assert said.splitlines()[1].startswith("The text beside the signature was changed")


def test_a_file_that_is_not_there_is_told(tmp_path):
    code, said = verify_file(tmp_path / "nothing.pdf")
    assert (code, said) == (2, f"{tmp_path / 'nothing.pdf'} cannot be read: No such file or directory.")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": 7}', "\x00"])
def test_a_file_that_holds_no_keys_is_told(receipts, tmp_path, content):
    file, public = tmp_path / "receipt.txt", tmp_path / "keys"
    file.write_text(receipts[0].token)
    public.write_text(content)
    assert verify_file(file, jwks=public) == (2, f"{public} is not a set of public keys (JWKS).")


def test_keys_that_are_not_there_are_told(receipts, tmp_path):
    file = tmp_path / "receipt.txt"
    file.write_text(receipts[0].token)
    assert verify_file(file, jwks=tmp_path / "none")[0] == 2


def test_a_key_set_with_nonsense_in_it_confirms_nothing(receipts, tmp_path):
    file, public = tmp_path / "receipt.txt", tmp_path / "keys"
    file.write_text(receipts[0].token)
    public.write_text('{"keys": [7, null, "a", {}]}')
    assert verify_file(file, jwks=public)[0] == 1
