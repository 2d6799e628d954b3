"""The server's own stamp of a try that failed: proof that somebody pressed in time, judged at that instant later."""

from datetime import datetime

from django.core import signing

SALT = "freeslot.visits.tried"


def stamp(ref: str, at: datetime) -> str:
    """For the form that tries again; a later failure keeps the first stamp."""
    return signing.dumps([ref, at.isoformat()], salt=SALT)


def tried_at(value: str, *, ref: str) -> datetime | None:
    """The instant in the stamp, if it is ours and of this visit; whether it still counts, the rules say."""
    try:
        stamped, at = signing.loads(value, salt=SALT)
        return datetime.fromisoformat(at) if stamped == ref else None
    except (signing.BadSignature, ValueError):
        return None
