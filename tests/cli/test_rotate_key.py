"""`freeslot rotate-key` retires the signing key and makes a new one."""

import pytest

from freeslot.cli import main
from freeslot.receipts.models import SigningKey


@pytest.mark.django_db
def test_the_key_is_retired_and_a_new_one_signs(capsys):
    assert main(["rotate-key"]) == 0
    first = SigningKey.objects.get(retired_at__isnull=True).kid
    assert main(["rotate-key"]) == 0
    second = SigningKey.objects.get(retired_at__isnull=True).kid
    assert SigningKey.objects.get(kid=first).retired_at is not None
    assert capsys.readouterr().out.splitlines()[-1] == f"Receipts are signed by {second} from now on."
