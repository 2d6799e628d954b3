"""Messages together with the receipts that other apps really attach."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from freeslot.messages.mail import mail_for
from freeslot.receipts.issue import receipt_for
from tests.messages.support import cancel, letter_of, mail_of, make_messages, plain_text
from tests.support.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real_receipts(settings: Any) -> None:
    settings.FREESLOT_PROOFS = ["freeslot.receipts.attach.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["freeslot.receipts.attach.number_for"]


def test_the_cancel_mail_carries_its_receipt_as_a_file_and_names_its_number():
    cast = make_cast(weeks=2)
    cancel(cast, cast.book())
    _booked, message = make_messages(cast.now)
    receipt = receipt_for(letter_of(message).event)
    assert receipt is not None

    mail = mail_of(message)

    assert f"Receipt: {receipt.number}, attached" in plain_text(mail)
    (file,) = [part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]
    assert file.get_filename() == f"receipt-{receipt.number}.pdf"
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert len(PdfReader(BytesIO(content)).pages) == 1


def test_the_same_mail_is_made_again_to_the_last_byte():
    cast = make_cast(weeks=2)
    cancel(cast, cast.book())

    for message in make_messages(cast.now):
        first, again = (mail_for(message, letter_of(message)).as_bytes() for _ in range(2))
        assert first == again
