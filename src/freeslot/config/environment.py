"""Reads the settings from the environment; a bad or missing value stops the start with one clear line."""

import ipaddress
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

SECONDS_TO_CONNECT = 5
SHORTEST_KEY = 32
# Planning the hot path's joins takes PostgreSQL longer than running them: a connection prepares what it asks often.
PREPARED: dict[str, object] = {"server_side_binding": True, "prepare_threshold": 5}
HOST = re.compile(r"\*|\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
# A name is 1 to 11 Latin letters, digits and blanks, one of them a letter.
SMS_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or of the file that `name_FILE` points to; ImproperlyConfigured when there is neither."""
    if name in os.environ:
        return os.environ[name]
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read ({type(error).__name__}).") from error
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. See docs/operations.md for what it holds.")
    return default


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").strip().lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be one of 1, 0, true, false, yes, no, on, off.")
    return value in TRUE


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default)).strip()
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}.")
    return int(value)


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    value = text(name, default).strip().upper()
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}.")
    return value


def hosts(name: str, default: str) -> list[str]:
    """The host names in `name`, parted by commas, as the address line shows them: no scheme, no port, no path."""
    found = [part.strip() for part in text(name, default).split(",") if part.strip()]
    if not found or not all(HOST.fullmatch(each) for each in found):
        raise ImproperlyConfigured(f"{name} must name the hosts to answer for, such as visits.example.")
    return found


def email_address(name: str, default: str) -> str:
    value = text(name, default).strip()
    try:
        validate_email(value)
    except ValidationError as error:
        raise ImproperlyConfigured(f"{name} must be an e-mail address such as visits@practice.example.") from error
    return value


@dataclass(frozen=True)
class SmsGateway:
    """Where texts are handed over; `token` signs what the gateway reports."""

    host: str
    port: int
    tls: bool
    path: str
    account: str
    token: str = field(repr=False)


def sms_gateway(name: str, default: str = "") -> SmsGateway | None:
    """https://ACCOUNT:TOKEN@host/path; without TLS only on this machine itself; None for an empty value."""
    value = text(name, default).strip()
    if not value:
        return None
    parts = _split(name, value)
    is_whole = parts.scheme in {"http", "https"} and parts.hostname and parts.username and parts.password
    if not is_whole or parts.fragment or not value.isascii() or not value.isprintable() or " " in value:
        raise ImproperlyConfigured(f"{name} must be an address like https://ACCOUNT:TOKEN@gateway.example/messages.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ImproperlyConfigured(f"{name} must begin with https:// unless the gateway is on this machine.")
    return SmsGateway(
        host=parts.hostname or "",
        port=parts.port or (443 if parts.scheme == "https" else 80),
        tls=parts.scheme == "https",
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        account=unquote(parts.username or ""),
        token=unquote(parts.password or ""),
    )


def sms_sender(name: str, default: str = "") -> str:
    """A number in its international form, a short code, or a name of up to 11 signs; empty for none."""
    value = text(name, default).strip()
    if value and not SMS_SENDER.fullmatch(value):
        raise ImproperlyConfigured(f"{name} must be a number like +12125550142 or the name that texts come from.")
    return value


def secrets(name: str, default: str | None = None) -> list[str]:
    """The keys in `name`, parted by commas: the first is used for writing, all are accepted for reading."""
    keys = [part.strip() for part in text(name, default).split(",") if part.strip()]
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        raise ImproperlyConfigured(f"{name} must hold at least {SHORTEST_KEY} characters.")
    return keys


def base_url(name: str, default: str | None = None) -> str:
    """An address such as https://visits.example, without a path or a slash at its end."""
    value = text(name, default).strip().rstrip("/")
    parts = _split(name, value)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ImproperlyConfigured(f"{name} must be an address like https://visits.example, without a path.")
    return value


def host_of(url: str) -> str:
    """The host of an address as a browser names it: an IPv6 one in its brackets."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach the host of this name or number."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _split(name: str, value: str) -> SplitResult:
    """The parts of an address. Raises ImproperlyConfigured where its host or port makes no sense."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # reading it is what checks it
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a host or a port (0 to 65535) that cannot be read.") from error
    return parts


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str
    tls: bool
    ssl: bool


def mail_server(name: str, default: str | None = None) -> MailServer:
    """smtp://user:pass@host:port (plain), smtp+tls://… (STARTTLS) or smtps://… (TLS from the first byte)."""
    parts = _split(name, text(name, default).strip())
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp://user:pass@host:port (or smtp+tls://, smtps://).")
    return MailServer(
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtp+tls",
        ssl=parts.scheme == "smtps",
    )


def database(name: str, data: Path) -> dict[str, object]:
    """Django's settings of the database: PostgreSQL as named, or one SQLite file in the data folder."""
    url = text(name, "") or f"sqlite:///{data / 'freeslot.sqlite3'}"
    try:
        settings: dict[str, Any] = dict(dj_database_url.parse(url))
    except Exception as error:
        raise ImproperlyConfigured(f"{name} cannot be read as a database address.") from error
    engine = settings["ENGINE"]
    if engine == "django.db.backends.postgresql":
        options: dict[str, object] = {"connect_timeout": SECONDS_TO_CONNECT, **PREPARED}
        options |= settings.get("OPTIONS") or {}
        return settings | {
            "OPTIONS": options,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": False,
            "DISABLE_SERVER_SIDE_CURSORS": True,
        }
    if engine != "django.db.backends.sqlite3":
        raise ImproperlyConfigured(f"{name} must be postgres://… or sqlite:///….")
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    return settings | {
        "ENGINE": "freeslot.config.sqlite",
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }
