"""A bad or missing setting is said in one line that names it."""

import os
import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from freeslot.config import settings as module

GOOD = {"FREESLOT_SECRET_KEY": "s" * 40, "FREESLOT_KEY_ENCRYPTION_KEY": "k" * 40}
BAD = [
    ("FREESLOT_ALLOWED_HOSTS", ""),
    ("FREESLOT_ALLOWED_HOSTS", "https://visits.example"),
    ("FREESLOT_BASE_URL", "visits.example"),
    ("FREESLOT_BASE_URL", "https://visits.example/path"),
    ("FREESLOT_BASE_URL", "https://visits.example:99999"),
    ("FREESLOT_BASE_URL", "http://[::1"),
    ("FREESLOT_DEMO", "maybe"),
    ("FREESLOT_EMAIL_FROM", "nobody"),
    ("FREESLOT_EMAIL_URL", "http://mail.example"),
    ("FREESLOT_EMAIL_URL", "smtp://"),
    ("FREESLOT_EMAIL_URL", "smtp://mail.example:99999"),
    ("FREESLOT_KEY_ENCRYPTION_KEY", "short"),
    ("FREESLOT_KEY_ENCRYPTION_KEY", f"{'k' * 40},short"),
    ("FREESLOT_LOG_LEVEL", "loud"),
    ("FREESLOT_MAINTENANCE", "2"),
    ("FREESLOT_SECRET_KEY", ""),
    ("FREESLOT_SMS_FROM", "nobody at all"),
    ("FREESLOT_SMS_URL", "gateway.example"),
    ("FREESLOT_SMS_URL", "http://AC1:token@gateway.example/"),
    ("FREESLOT_TRUSTED_PROXIES", "-1"),
    ("FREESLOT_TRUSTED_PROXIES", "two"),
    ("DATABASE_URL", "mysql://host/name"),
    ("DATABASE_URL", "no address at all"),
]


@pytest.fixture
def read_settings(monkeypatch):
    """Reads the settings anew from an environment that holds nothing of Freeslot's but what is given."""

    def read(**values: str) -> dict[str, Any]:
        for name in [name for name in os.environ if name.startswith(("FREESLOT_", "DATABASE_"))]:
            monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(module.__file__))

    return read


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named_in_one_line(read_settings, name, value):
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} [^\n]+\.$"):
        read_settings(**GOOD | {name: value})


def test_the_demo_is_refused_at_a_public_address(read_settings):
    with pytest.raises(ImproperlyConfigured, match=r"^FREESLOT_DEMO shows passwords"):
        read_settings(**GOOD, FREESLOT_DEMO="1", FREESLOT_BASE_URL="https://visits.example")
    assert read_settings(**GOOD, FREESLOT_DEMO="1", FREESLOT_BASE_URL="http://[::1]:8000")["DEMO"] is True


def test_the_two_keys_must_differ(read_settings):
    with pytest.raises(ImproperlyConfigured, match="must be another key than FREESLOT_SECRET_KEY"):
        read_settings(FREESLOT_SECRET_KEY="s" * 40, FREESLOT_KEY_ENCRYPTION_KEY=f"{'k' * 40},{'s' * 40}")


def test_a_text_gateway_needs_a_sender(read_settings):
    gateway = {"FREESLOT_SMS_URL": "https://AC1:token@gateway.example/Messages.json"}

    with pytest.raises(ImproperlyConfigured, match=r"^FREESLOT_SMS_FROM must name the number that texts come from\.$"):
        read_settings(**GOOD, **gateway)
    assert read_settings(**GOOD, **gateway, FREESLOT_SMS_FROM="+12125550142")["SMS_GATEWAY"].host == "gateway.example"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_secret_is_named(read_settings, name):
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is not set"):
        read_settings(**{other: value for other, value in GOOD.items() if other != name})


def test_a_secret_comes_from_a_file(read_settings, tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{'n' * 40},{'o' * 40}\n", encoding="utf-8")

    read = read_settings(FREESLOT_KEY_ENCRYPTION_KEY="k" * 40, FREESLOT_SECRET_KEY_FILE=str(file))

    assert read["SECRET_KEY"] == "n" * 40
    assert read["SECRET_KEY_FALLBACKS"] == ["o" * 40]


def test_a_file_that_cannot_be_read_is_named(read_settings, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"^FREESLOT_SECRET_KEY_FILE: .*missing cannot be read"):
        read_settings(FREESLOT_KEY_ENCRYPTION_KEY="k" * 40, FREESLOT_SECRET_KEY_FILE=str(tmp_path / "missing"))


def test_two_secrets_are_enough_to_start(read_settings):
    read = read_settings(**GOOD)

    assert read["DATABASES"]["default"]["ENGINE"] == "freeslot.config.sqlite"
    assert Path(read["DATABASES"]["default"]["NAME"]) == read["DATA"] / "freeslot.sqlite3"
    assert read["ALLOWED_HOSTS"] == ["localhost"]
    assert read["DEMO"] is False


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://visits.example", "visits.example"), ("http://[::1]:8000", "[::1]"), ("http://10.0.0.1:80", "10.0.0.1")],
)
def test_the_host_of_the_base_address_is_answered_for(read_settings, url, host):
    assert read_settings(**GOOD, FREESLOT_BASE_URL=url)["ALLOWED_HOSTS"] == [host]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", False, False)),
        ("smtp+tls://us%40er:p%3Ass@mail.example", ("mail.example", 587, "us@er", True, False)),
        ("smtps://mail.example:4650", ("mail.example", 4650, "", False, True)),
    ],
)
def test_a_mail_server_is_read_from_one_address(read_settings, url, expected):
    mail = read_settings(**GOOD, FREESLOT_EMAIL_URL=url)["MAIL"]

    assert (mail.host, mail.port, mail.user, mail.tls, mail.ssl) == expected


def test_a_postgresql_address_keeps_its_own_options(read_settings):
    url = "postgres://user:word@db.example:5433/visits?connect_timeout=2"

    database = read_settings(**GOOD, DATABASE_URL=url)["DATABASES"]["default"]

    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 5433, "visits")
    assert str(database["OPTIONS"]["connect_timeout"]) == "2"
