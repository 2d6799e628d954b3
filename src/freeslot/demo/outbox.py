"""What the demo's mail sink and text gateway received: one file a message, which the web process reads."""

import itertools
import json
import threading
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

FOLDER = "outbox"

_count = itertools.count()
_guard = threading.Lock()


@dataclass(frozen=True)
class Attachment:
    """`text` is the content where it can be read as text, else empty; `base64` is all of it."""

    name: str
    type: str
    text: str
    base64: str = ""


@dataclass(frozen=True)
class Received:
    id: str
    at: str
    channel: str
    to: str
    subject: str
    text: str
    html: str
    links: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def new_id() -> tuple[str, str]:
    """An id that sorts by arrival, and the instant of it."""
    with _guard:
        now = datetime.now(UTC)
        return f"{now:%Y%m%dT%H%M%S%f}-{next(_count):06d}", now.isoformat()


def keep(data: Path, message: Received) -> None:
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    scratch = folder / f".{message.id}"
    scratch.write_text(json.dumps(asdict(message)), encoding="utf-8")
    scratch.rename(folder / f"{message.id}.json")


def received(data: Path) -> list[Received]:
    """All messages, newest first."""
    return [_read(path) for path in sorted((data / FOLDER).glob("*.json"), reverse=True)]


def received_one(data: Path, message_id: str) -> Received | None:
    path = data / FOLDER / f"{message_id}.json"
    return _read(path) if path.is_file() else None


def _read(path: Path) -> Received:
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Received(**stored | {"attachments": [Attachment(**each) for each in stored["attachments"]]})
