"""Headers come back from their bytes as they went in."""

from email import message_from_bytes, policy
from email.header import decode_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from hypothesis import example, given
from hypothesis import strategies as st

from freeslot.messages.headers import Headers
from freeslot.messages.texts import one_line

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=120).map(one_line).filter(bool)
spoken = st.lists(st.sampled_from(["visita", "cancelada:", "miércoles", "4:00", "p.m.", "–", "Ñandú", "Praxis"])).map(
    " ".join
)


def _read(**headers: object) -> EmailMessage:
    mail = EmailMessage(policy=Headers(linesep="\r\n"))
    for name, value in headers.items():
        mail[name] = value
    content = mail.as_bytes()
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    read = message_from_bytes(content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


@given(texts | spoken)
@example("0" * 70 + " 1")
@example("cancelada: visita cancelada: cancelada: Praxis cancelada: visita p.m. 4:00")
def test_a_subject_comes_back_as_it_went_out(text: str):
    assert str(_read(Subject=text)["Subject"]) == text


@given(texts)
def test_a_name_comes_back_as_it_went_out(name: str):
    mail = EmailMessage(policy=Headers(linesep="\r\n"))
    mail["From"] = Address(name, addr_spec="visits@example.org")

    # Read by RFC 2047's own letter: the newer parser keeps spaces between the encoded words of a name.
    written = message_from_bytes(mail.as_bytes(), policy=policy.compat32)["From"]

    if name.isascii():
        assert parseaddr(written) == (name, "visits@example.org")
    else:
        (words, charset), (rest, _) = decode_header(written)
        assert words.decode(charset) == name
        assert rest.strip() == b"<visits@example.org>"
