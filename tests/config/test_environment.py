"""Settings from the environment: what is read, and the one sentence for each thing that is wrong."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from freeslot.config import environment as env
from freeslot.config.environment import MailServer

NAME = "FREESLOT_TEST_SETTING"


@pytest.fixture
def given(monkeypatch):
    def give(value: str, name: str = NAME) -> None:
        monkeypatch.setenv(name, value)

    return give


def test_a_setting_comes_from_the_environment_or_a_file_or_its_default(given, tmp_path, monkeypatch):
    assert env.text(NAME, "else") == "else"
    file = tmp_path / "secret"
    file.write_text("from the file\n", encoding="utf-8")
    given(str(file), f"{NAME}_FILE")
    assert env.text(NAME) == "from the file"
    given("from the environment")
    assert env.text(NAME) == "from the environment"


@pytest.mark.parametrize(
    ("value", "truth"),
    [("1", True), ("TRUE", True), (" yes ", True), ("on", True), ("0", False), ("off", False), ("", False)],
)
def test_a_flag_is_said_in_many_ways(given, value, truth):
    given(value)
    assert env.flag(NAME, not truth) is truth


@pytest.mark.parametrize("default", [True, False])
def test_a_flag_that_is_not_set_has_its_default(default):
    assert env.flag(NAME, default) is default


def test_numbers_choices_keys_and_addresses_are_read(given):
    given(" 7 ")
    assert env.number(NAME, 1) == 7
    given("debug")
    assert env.choice(NAME, "INFO", among=("INFO", "DEBUG")) == "DEBUG"
    given(f" {'n' * 32} , {'o' * 32},")
    assert env.secrets(NAME) == ["n" * 32, "o" * 32]
    given("https://visits.example:8443/")
    assert env.base_url(NAME) == "https://visits.example:8443"
    given(" visits@practice.example ")
    assert env.email_address(NAME, "") == "visits@practice.example"
    given(" +12125550142 ")
    assert env.sms_sender(NAME) == "+12125550142"
    given("a.example, .b.example,[::1], *")
    assert env.hosts(NAME, "") == ["a.example", ".b.example", "[::1]", "*"]


@pytest.mark.parametrize(
    ("url", "gateway"),
    [
        ("https://AC1:t%40k@texts.example/2010/M.json", ("texts.example", 443, True, "/2010/M.json", "AC1", "t@k")),
        ("https://AC1:token@texts.example:8443", ("texts.example", 8443, True, "/", "AC1", "token")),
        ("http://AC1:token@127.0.0.1:9000/M.json?a=b", ("127.0.0.1", 9000, False, "/M.json?a=b", "AC1", "token")),
        ("http://AC1:token@[::1]/", ("::1", 80, False, "/", "AC1", "token")),
    ],
)
def test_a_text_gateway_is_read_from_one_address(given, url, gateway):
    given(url)

    assert env.sms_gateway(NAME) == env.SmsGateway(*gateway)
    assert gateway[-1] not in repr(env.sms_gateway(NAME))


@pytest.mark.parametrize("sender", ["+4930901820", "27126", "Elm Street"])
def test_texts_come_from_a_number_a_short_code_or_a_name(given, sender):
    given(sender)

    assert env.sms_sender(NAME) == sender


def test_no_gateway_and_no_sender_are_fine_too():
    assert env.sms_gateway(NAME) is None
    assert env.sms_sender(NAME) == ""


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://visits.example", "visits.example"),
        ("http://localhost:8000", "localhost"),
        ("http://[::1]", "[::1]"),
        ("http://[::1]:80", "[::1]"),
    ],
)
def test_the_host_of_an_address_is_the_one_a_browser_names(url, host):
    assert env.host_of(url) == host


@pytest.mark.parametrize(
    ("value", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, "", "", tls=False, ssl=False)),
        ("smtp+tls://me:p%40ss@mail.example", MailServer("mail.example", 587, "me", "p@ss", tls=True, ssl=False)),
        ("smtps://me@mail.example:4465", MailServer("mail.example", 4465, "me", "", tls=False, ssl=True)),
    ],
)
def test_a_mail_server_is_read(given, value, server):
    given(value)
    assert env.mail_server(NAME) == server


def test_without_an_address_the_database_is_one_file_in_the_data_folder(tmp_path):
    found = env.database(NAME, tmp_path)
    assert (found["ENGINE"], found["NAME"]) == ("freeslot.config.sqlite", str(tmp_path / "freeslot.sqlite3"))


def test_a_postgresql_is_read(given, tmp_path):
    given("postgresql://me:secret@db.example:5433/visits?sslmode=require")
    found = env.database(NAME, tmp_path)
    assert (found["ENGINE"], found["HOST"], found["NAME"]) == ("django.db.backends.postgresql", "db.example", "visits")
    assert found["OPTIONS"] == {"connect_timeout": env.SECONDS_TO_CONNECT, **env.PREPARED, "sslmode": "require"}


def test_a_postgresql_that_says_nothing_more_has_our_patience(given, tmp_path):
    given("postgres://db.example/visits")
    assert env.database(NAME, tmp_path)["OPTIONS"] == {"connect_timeout": env.SECONDS_TO_CONNECT, **env.PREPARED}


ADDRESS = "must be an address like https://visits.example, without a path."
GATEWAY = "must be an address like https://ACCOUNT:TOKEN@gateway.example/messages."
NOT_SECRET = "must begin with https:// unless the gateway is on this machine."
SENDER = "must be a number like +12125550142 or the name that texts come from."
MAIL = "must look like smtp://user:pass@host:port (or smtp+tls://, smtps://)."
UNREADABLE = "has a host or a port (0 to 65535) that cannot be read."


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (lambda: env.flag(NAME, False), "maybe", "must be one of 1, 0, true, false, yes, no, on, off."),
        (lambda: env.number(NAME, 1), "-1", "must be a whole number of at least 0."),
        (lambda: env.number(NAME, 1), "1.5", "must be a whole number of at least 0."),
        (lambda: env.number(NAME, 1), "٣", "must be a whole number of at least 0."),
        (lambda: env.number(NAME, 1), "", "must be a whole number of at least 0."),
        (lambda: env.number(NAME, 1, least=2), "1", "must be a whole number of at least 2."),
        (lambda: env.choice(NAME, "A", among=("A", "B")), "C", "must be one of A, B."),
        (lambda: env.hosts(NAME, ""), " , ", "must name the hosts to answer for, such as visits.example."),
        (
            lambda: env.hosts(NAME, ""),
            "https://x.example",
            "must name the hosts to answer for, such as visits.example.",
        ),
        (lambda: env.email_address(NAME, ""), "visits", "must be an e-mail address such as visits@practice.example."),
        (lambda: env.sms_gateway(NAME), "texts", GATEWAY),
        (lambda: env.sms_gateway(NAME), "https://", GATEWAY),
        (lambda: env.sms_gateway(NAME), "https://texts.example/M.json", GATEWAY),
        (lambda: env.sms_gateway(NAME), "https://AC1@texts.example/M.json", GATEWAY),
        (lambda: env.sms_gateway(NAME), "smtp://AC1:token@texts.example/M.json", GATEWAY),
        (lambda: env.sms_gateway(NAME), "https://AC1:token@texts.example/a b", GATEWAY),
        (lambda: env.sms_gateway(NAME), "https://AC1:token@texts.example/#x", GATEWAY),
        (lambda: env.sms_gateway(NAME), "https://AC1:token@texts.example:99999/", UNREADABLE),
        (lambda: env.sms_gateway(NAME), "http://AC1:token@texts.example/M.json", NOT_SECRET),
        (lambda: env.sms_sender(NAME), "12 12", SENDER),
        (lambda: env.sms_sender(NAME), "+0123456789", SENDER),
        (lambda: env.sms_sender(NAME), "Elm Street Practice", SENDER),
        (lambda: env.secrets(NAME), "short", "must hold at least 32 characters."),
        (lambda: env.secrets(NAME), f"{'n' * 32},short", "must hold at least 32 characters."),
        (lambda: env.secrets(NAME), " , ", "must hold at least 32 characters."),
        (lambda: env.base_url(NAME), "visits.example", ADDRESS),
        (lambda: env.base_url(NAME), "ftp://visits.example", ADDRESS),
        (lambda: env.base_url(NAME), "https://", ADDRESS),
        (lambda: env.base_url(NAME), "https://visits.example/path", ADDRESS),
        (lambda: env.base_url(NAME), "https://visits.example?x=1", ADDRESS),
        (lambda: env.base_url(NAME), "https://visits.example#x", ADDRESS),
        (lambda: env.base_url(NAME), "https://me@visits.example", ADDRESS),
        (lambda: env.base_url(NAME), "https://[::1", UNREADABLE),
        (lambda: env.base_url(NAME), "https://visits.example:http", UNREADABLE),
        (lambda: env.mail_server(NAME), "mail.example:25", MAIL),
        (lambda: env.mail_server(NAME), "http://mail.example", MAIL),
        (lambda: env.mail_server(NAME), "smtp://", MAIL),
        (lambda: env.mail_server(NAME), "smtp://mail.example:99999", UNREADABLE),
        (lambda: env.mail_server(NAME), "smtp://[", UNREADABLE),
        (lambda: env.database(NAME, None), "nonsense", "cannot be read as a database address."),
        (lambda: env.database(NAME, None), "postgres://[", "cannot be read as a database address."),
        (lambda: env.database(NAME, None), "mysql://db.example/x", "must be postgres://… or sqlite:///…."),
    ],
)
def test_a_bad_setting_gets_one_sentence(given, read, value, sentence):
    given(value)
    with pytest.raises(ImproperlyConfigured) as raised:
        read()
    assert str(raised.value) == f"{NAME} {sentence}"


def test_a_setting_that_is_missing_says_where_to_look():
    with pytest.raises(ImproperlyConfigured) as raised:
        env.text(NAME)
    assert str(raised.value) == f"{NAME} is not set. See docs/operations.md for what it holds."


@pytest.mark.parametrize(("content", "error"), [(None, "FileNotFoundError"), (b"\xff\xfe", "UnicodeDecodeError")])
def test_a_file_that_cannot_be_read_is_named(given, tmp_path, content, error):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    given(str(file), f"{NAME}_FILE")
    with pytest.raises(ImproperlyConfigured) as raised:
        env.text(NAME)
    assert str(raised.value) == f"{NAME}_FILE: {file} cannot be read ({error})."
