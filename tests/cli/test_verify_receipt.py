"""`freeslot verify-receipt` needs nothing but the receipt and the practice's public keys."""

import json
import os
from pathlib import Path

import pytest

from freeslot.events.models import Event
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.keys import jwks
from tests.cli.process import freeslot
from tests.support.cast import make_cast


@pytest.fixture
def files(db, tmp_path):
    make_cast().book()
    receipt = receipt_for(Event.objects.get())
    (tmp_path / "receipt.txt").write_text(receipt.token, encoding="utf-8")
    (tmp_path / "jwks.json").write_text(json.dumps(jwks()), encoding="utf-8")
    return receipt, tmp_path


@pytest.fixture
def stranger():
    """Somebody with no deployment and no setting."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FREESLOT_", "DATABASE_", "DJANGO_"))
    }
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def test_a_stranger_checks_a_receipt_offline(files, stranger):
    receipt, folder = files

    done = freeslot("verify-receipt", str(folder / "receipt.txt"), f"--jwks={folder / 'jwks.json'}", env=stranger)

    assert (done.returncode, done.stderr) == (0, "")
    assert receipt.number in done.stdout
    assert "What it does not prove:" in done.stdout


def test_a_changed_receipt_does_not_hold(files, stranger):
    receipt, folder = files
    head, body, signature = receipt.token.split(".")
    (folder / "forged.txt").write_text(f"{head}.{body}.{signature[::-1]}", encoding="utf-8")

    done = freeslot("verify-receipt", str(folder / "forged.txt"), f"--jwks={folder / 'jwks.json'}", env=stranger)

    assert done.returncode == 1


def test_a_file_that_is_not_there_is_said(stranger, tmp_path):
    done = freeslot("verify-receipt", str(tmp_path / "missing"), f"--jwks={tmp_path / 'keys'}", env=stranger)

    assert done.returncode == 2
    assert "missing cannot be read" in done.stdout
