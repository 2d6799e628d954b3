"""What slows guessing down, and what waits to be looked into after an answer that tells nothing."""

import uuid

from django.db import models


class Slowdown(models.Model):
    """`key` names a link, or an address by a keyed hash; the row is forgotten a day after the last wrong proof.

    An address may try the links of several practices, so this is no practice's row.
    """

    key = models.CharField(max_length=80, primary_key=True)
    wrong = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key.partition(" ")[0]


class Search(models.Model):
    """One who lost their link asked for a new one; made for every request alike, so that the answer costs the same.

    `appointment_id` is the visit where reference and birth date belong together, else empty. The worker has the code
    sent under this row's id, which only the one who asked was given, and deletes the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appointment_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
