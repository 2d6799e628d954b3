"""From the message to the visit: what each mail says of its link, and that the link is good."""

import re

import pytest
from django.test import Client

from freeslot.charges.models import Charge
from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.addressing import letter_for
from freeslot.messages.delivery import deliveries_of
from freeslot.messages.mail import mail_for
from freeslot.messages.models import Message
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import Door
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import ManageLink
from freeslot.scheduling.operations.codes import ask_code
from tests.link.doors import alias, newest_code
from tests.scheduling.acts import cancel, undo
from tests.support.cast import RULES, make_cast
from tests.visits.pages import address, read

LINK = re.compile(r"http://testserver(/m/[A-Za-z0-9_-]{22}/)")


def mails(cast, kind: str) -> list:
    while handle_due_events(now=cast.now):
        pass
    return [mail_for(each, letter_for(each, now=cast.now)) for each in Message.objects.filter(kind=kind)]


def text_of(mail) -> str:
    return str(mail.get_body(("plain",)).get_content())


def everything_in(mail) -> str:
    return text_of(mail) + str(mail.get_body(("html",)).get_content())


def links_in(mail) -> set[str]:
    return set(LINK.findall(everything_in(mail)))


def test_each_mail_has_one_link_of_its_own_and_it_opens_the_visit(cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    undo(cast, visit.reference)
    found = [links_in(mail) for kind in ("booked", "cancelled", "undone") for mail in mails(cast, kind)]
    assert [len(links) for links in found] == [1, 1, 1]
    addresses = {link for links in found for link in links}
    assert len(addresses) == 3
    for each in addresses:
        assert Client().post(each, {"birth_year": "1948"}).headers["Location"] == address(visit)


def test_a_mail_that_is_made_again_has_the_same_link(cast):
    cast.book()
    assert links_in(mails(cast, "booked")[0]) == links_in(mails(cast, "booked")[0])
    assert ManageLink.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["birth_year"], "It asks for the patient’s year of birth and nothing else."),
        (["birth_date", "member_id"], "It asks for the patient’s date of birth and member number and nothing else."),
    ],
)
def test_a_mail_says_what_its_link_asks_and_the_other_way_in(db, clock, asked, words):
    cast = make_cast(rules=RULES | {"proof": asked}, weeks=2)
    cast.book()
    text = " ".join(text_of(mails(cast, "booked")[0]).split())
    assert words in text
    assert "With an account you can also sign in to the patient portal of Elm Street Practice." in text
    assert "Our links always begin with http://testserver/ and lead nowhere else." in text


def test_the_mail_that_brings_a_code_claims_nothing_of_who_asked(cast):
    visit = cast.book()
    ask_code(visit, door=Door.LINK, now=cast.now)
    (mail,) = mails(cast, "link_asked")
    text = " ".join(everything_in(mail).split())
    assert f"Your code: {newest_code(visit)}" in text
    assert "practice’s system" not in text
    assert "by the patient" not in text
    assert newest_code(visit) not in mail["Subject"]
    assert [part.get_content_type() for part in mail.walk() if part.get_content_maintype() != "multipart"] == [
        "text/plain",
        "text/html",
    ]
    assert Client().post(links_in(mail).pop(), {"birth_year": "1948"}).status_code == 303


def test_under_an_alias_it_names_no_practice(cast):
    alias(cast)
    ask_code(cast.book(), door=Door.LINK, now=cast.now)
    (mail,) = mails(cast, "link_asked")
    assert cast.practice.name not in everything_in(mail) + str(mail["Subject"]) + str(mail["From"])


def test_a_code_is_nothing_to_receipts_charges_and_the_history(cast, patient):
    visit = cast.book()
    cancel(cast, visit.reference)
    ask_code(visit, door=Door.LINK, now=cast.now)
    mails(cast, "link_asked")
    asked = Event.objects.get(kind="link.asked")
    assert not Receipt.objects.filter(event=asked).exists()
    assert not Charge.objects.exists()
    assert {each.kind for each in deliveries_of(visit.pk)} == {"booked", "cancelled"}
    assert list(breaches(now=cast.now)) == []
    assert read(patient.get(address(visit, "receipt/"))).heading == "Your visit is cancelled"


def test_asking_for_a_code_takes_no_message_its_second_sending(cast):
    visit = cast.book()
    mails(cast, "booked")
    booked = Message.objects.get()
    Message.objects.update(state="sent", done_at=cast.now, sent_at=cast.now)
    ask_code(visit, door=Door.LINK, now=cast.now)
    mails(cast, "link_asked")
    (delivery,) = deliveries_of(visit.pk)
    assert (delivery.message_id, delivery.can_be_sent_again) == (booked.pk, True)
