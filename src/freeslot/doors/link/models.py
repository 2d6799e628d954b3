"""How often a proof was wrong of late: what slows guessing down, for one link and for one address."""

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
