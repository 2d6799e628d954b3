"""How a person comes in by a link: from a mail that really arrived, with the proof."""

import re
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from freeslot.scheduling.models import Appointment
from tests.messages.mailserver import Mailbox

BIRTH_YEAR = "1948"
LINK = re.compile(r"https?://[^\s/]+/m/[A-Za-z0-9_-]{22}/")
CODE = re.compile(r"\b\d{6}\b")


def plain_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def newest_mail(mailbox: Mailbox, visit: Appointment) -> EmailMessage:
    return next(mail for mail in reversed(mailbox.mails) if visit.reference in plain_text(mail))


def newest_link(mailbox: Mailbox, visit: Appointment) -> str:
    """The link of the newest mail about this visit; every link in one mail is the same."""
    (link,) = set(LINK.findall(plain_text(newest_mail(mailbox, visit))))
    return str(link)


def newest_code(mailbox: Mailbox, visit: Appointment) -> str:
    return str(CODE.findall(plain_text(newest_mail(mailbox, visit)).replace(visit.reference, ""))[0])


def token_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def give_proof(page: Page, typed: str = BIRTH_YEAR, *, then: str = "Open my visit") -> None:
    page.get_by_label("Year of birth").fill(typed)
    page.get_by_role("button", name=then).click()


def come_in(page: Page, link: str) -> None:
    """To the page of the visit, the token gone from the address."""
    page.goto(link)
    give_proof(page)
    expect(page).to_have_url(re.compile(r"/appointments/FS-[A-Z0-9-]+/(receipt/)?$"))
