"""`freeslot verify-receipt FILE`: checks a receipt at the terminal, with the books at hand or with the keys alone."""

import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from freeslot.receipts import keys
from freeslot.receipts.answers import Answer, answer_to
from freeslot.receipts.reading import LARGEST
from freeslot.receipts.standing import standing_of
from freeslot.receipts.verify import check
from freeslot.receipts.words import as_lines

HOLDS, DOES_NOT_HOLD, CANNOT_BE_READ = 0, 1, 2


def verify_file(path: str | Path, *, jwks: str | Path | None = None, online: bool = True) -> tuple[int, str]:
    """Exit code (0 it holds, 1 it does not, 2 a file cannot be read) and what to print.

    With `jwks`, a file of public keys, nothing but the two files is needed: no database, no network. Without it the
    keys come from this deployment's database, and with `online` its books say whether a later receipt exists.
    """
    try:
        with Path(path).open("rb") as file:
            handed_in = file.read(LARGEST + 1)
        public = _keys_in(Path(jwks)) if jwks is not None else keys.jwks()
    except OSError as error:
        return CANNOT_BE_READ, _("%(file)s cannot be read: %(why)s.") % {"file": error.filename, "why": error.strerror}
    except ValueError:
        return CANNOT_BE_READ, _("%(file)s is not a set of public keys (JWKS).") % {"file": jwks}
    checked = check(handed_in, public)
    asks_books = online and jwks is None and checked.claims is not None
    standing = standing_of(checked.token, checked.claims.number) if asks_books and checked.claims else None
    answer = answer_to(checked, standing)
    return (HOLDS if answer.holds else DOES_NOT_HOLD), _printed(answer)


def _keys_in(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("not a JWK Set")  # noqa: TRY004  as any other bad content of the file
    return content


def _printed(answer: Answer) -> str:
    lines = [f"{answer.headline}.", answer.text]
    if answer.facts:
        lines += ["", *as_lines(answer.facts), "", _("What this proves:")]
        lines += [f"- {sentence}" for sentence in answer.proved]
        lines += ["", _("What it does not prove:")]
        lines += [f"- {sentence}" for sentence in answer.not_proved]
    return "\n".join(lines)
