"""Gives a message its manage link, finds the visit a link is for, and revokes links."""

import uuid
from datetime import datetime

from django.db import transaction

from freeslot.audit.models import AuditRow
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import ManageLink
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.tokens import hash_of, tokens_for


def give_link(
    *,
    seed: uuid.UUID,
    appointment_id: uuid.UUID,
    practice_id: uuid.UUID,
    contact_id: uuid.UUID | None,
    now: datetime,
) -> str:
    """The token of the link behind one message, `seed` being the message's id: the same one however often it is asked.

    Safe to run twice and by two at once.
    """
    tokens = {hash_of(token): token for token in tokens_for(seed)}
    given = ManageLink.objects.filter(token_hash__in=tokens).values_list("token_hash", flat=True).first()
    if given is None:
        given = next(iter(tokens))
        row = ManageLink(
            practice_id=practice_id,
            appointment_id=appointment_id,
            contact_id=contact_id,
            token_hash=given,
            given_at=now,
        )
        ManageLink.objects.bulk_create([row], ignore_conflicts=True)
    return tokens[given]


def link_for(token: str) -> ManageLink | None:
    """The link with its visit, practice, patient and rules, in one statement; None for a token that was never given."""
    whole = ManageLink.objects.select_related(
        "appointment__practice", "appointment__policy", "appointment__patient", "contact"
    )
    return whole.filter(token_hash=hash_of(token)).first()


def revoke_links(*, ref: str, actor: Actor, door: Door, now: datetime) -> int:
    """Ends every link of a visit, and the sessions that were opened by them; how many were live.

    Messages that are made after this carry new ones. Raises UnknownAppointment.
    """
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now)
        revoked = ManageLink.objects.filter(appointment=appointment, revoked_at__isnull=True).update(revoked_at=now)
        AuditRow.objects.create(
            practice_id=appointment.practice_id,
            subject_id=appointment.pk,
            at=now,
            action="links.revoked",
            actor_kind=actor.kind,
            actor_id=actor.id,
            door=door,
            detail={"links": revoked},
        )
    return revoked
