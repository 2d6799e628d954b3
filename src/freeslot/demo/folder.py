"""The demo's data folder: made, marked, locked and thrown away by the demo alone; it keeps the demo's own secrets."""

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import IO

from freeslot.database.locks import Taken, take

MARKER = ".freeslot-demo"
LOCK = "lock"
SECRETS = "secrets.json"


class FolderRefused(Exception):
    """The sentence says why the demo leaves this folder alone."""


def prepare_folder(folder: Path, *, fresh: bool) -> IO[str]:
    """Makes the folder, or empties one that an earlier demo made; gives the open lock to be kept while it runs.

    Raises FolderRefused for a folder that holds anything else, cannot be written, or is in use.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise FolderRefused(f"{folder} is not a folder.")
        if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
            raise FolderRefused(f"{folder} holds files that are not the demo's. Name another folder with --data.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / MARKER).write_text("The Freeslot demo made this folder and may delete it.\n", encoding="utf-8")
        lock = _lock(folder)
    except OSError as error:
        raise FolderRefused(f"The folder {folder} cannot be written ({error.strerror}).") from error
    if fresh:
        _empty(folder)
    return lock


def _lock(folder: Path) -> IO[str]:
    try:
        return take(folder / LOCK)
    except Taken as error:
        raise FolderRefused(
            f"Another demo is running on {folder}. Stop it, or name another folder with --data."
        ) from error


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        if each.name in {MARKER, LOCK}:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def secrets_of(folder: Path) -> dict[str, str]:
    """The demo's keys: drawn once, kept in the folder, readable by its owner alone."""
    path = folder / SECRETS
    if not path.exists():
        drawn = {name: secrets.token_urlsafe(48) for name in ("FREESLOT_SECRET_KEY", "FREESLOT_KEY_ENCRYPTION_KEY")}
        scratch = path.with_suffix(".new")
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(drawn, file)
        scratch.rename(path)
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
