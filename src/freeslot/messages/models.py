"""Messages: one row for each event, recipient and channel, and at the same time the queue they are sent from."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from uuid_utils.compat import uuid7

from freeslot.events.leases import Leased
from freeslot.patients.models import Contact

SHORTEST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
# A mail server that is away for a weekend loses nothing; a confirmation that is older helps nobody.
GIVE_UP_AFTER = timedelta(days=3)


class MessageQuerySet(models.QuerySet["Message"]):
    def in_turn(self) -> Self:
        """Without those that must wait for an earlier message about the same visit to the same recipient."""
        earlier = Message.objects.filter(
            appointment_id=OuterRef("appointment_id"),
            address=OuterRef("address"),
            channel=OuterRef("channel"),
            event_version__lt=OuterRef("event_version"),
            done_at__isnull=True,
        )
        return self.filter(~Exists(earlier))


class Message(Leased):
    """What one recipient is told about one event. The words are made from the event when it is sent, not stored.

    `address` is the contact's as it was when the event was handled. `channel` is NONE where the practice knows no
    address at all: that is a row too, so that nothing stays silent. A row that is being sent is `queued` under a lease.
    `provider_id` is the text gateway's own number for it, as in its console. The code for a booking that is being made
    has no visit yet, nor a contact on file; its `address` is forgotten after a day.
    """

    class Channel(models.TextChoices):
        EMAIL = "email"
        SMS = "sms"
        PUSH = "push"
        NONE = "none"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"  # the server or gateway has taken it
        DELIVERED = "delivered"
        FAILED = "failed"  # tried for days, or the answer was lost
        UNDELIVERABLE = "undeliverable"  # the address cannot be reached

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    appointment_id = models.UUIDField(null=True)
    event_id = models.UUIDField()
    event_version = models.PositiveIntegerField()
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    contact_id: uuid.UUID | None
    address = models.CharField(max_length=254, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    kind = models.CharField(max_length=32)
    language = models.CharField(max_length=8)
    sequence = models.PositiveIntegerField(default=0)
    message_id = models.CharField(max_length=320, blank=True)
    provider_id = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    lost_answers = models.PositiveSmallIntegerField(default=0)
    repeats = models.PositiveSmallIntegerField(default=0)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_id", "contact", "channel"], name="message_once"),
            models.UniqueConstraint(fields=["event_id"], condition=Q(channel="none"), name="message_to_nobody_once"),
            models.UniqueConstraint(
                fields=["event_id"], condition=Q(kind="practice_notice"), name="message_to_practice_once"
            ),
            models.UniqueConstraint(
                fields=["event_id"], condition=Q(kind="checkout_code"), name="message_of_code_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="checkout_code", appointment_id__isnull=True)
                | (~Q(kind="checkout_code") & Q(appointment_id__isnull=False)),
                name="message_has_visit",
            ),
            models.CheckConstraint(
                condition=Q(state="queued", done_at__isnull=True) | (~Q(state="queued") & Q(done_at__isnull=False)),
                name="message_ends_with_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="message_waiting"),
            models.Index(fields=["appointment_id", "event_version"], name="message_by_visit"),
            models.Index(
                fields=["queued_at"], condition=Q(kind="checkout_code") & ~Q(address=""), name="message_to_forget"
            ),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="message_by_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel}"

    def end(self, state: State, now: datetime, *, error: str = "", provider_id: str = "") -> None:
        """Leaves the queue for good: sent, or never to be. What was sent was sent, whoever holds the row by now."""
        is_sent = state is self.State.SENT
        rows = Message.objects.filter(pk=self.pk, done_at__isnull=True) if is_sent else self._mine()
        sent = {"sent_at": now, "provider_id": provider_id} if is_sent else {}
        rows.update(state=state, done_at=now, claimed_until=None, last_error=error[:64], **sent)

    def put_off(self, now: datetime, *, error: str, longest: timedelta = LONGEST_WAIT) -> None:
        """Gives the row back to be tried again after 2, 4, 8 … seconds, at most a quarter of an hour."""
        self.repeat_at(now + min(SHORTEST_WAIT * 2 ** min(self.attempts - 1, 12), longest), error=error)

    def repeat_at(self, moment: datetime, *, error: str) -> None:
        self._mine().update(due_at=moment, claimed_until=None, last_error=error[:64], lost_answers=self.lost_answers)

    def hand_back(self) -> None:
        """Ends the lease of a row that was claimed but not tried."""
        self._mine().update(claimed_until=None, attempts=F("attempts") - 1)

    def _mine(self) -> MessageQuerySet:
        """The row while our lease on it holds; after that it is another's."""
        return Message.objects.filter(pk=self.pk, claimed_until=self.claimed_until, attempts=self.attempts)

    def is_too_old(self, now: datetime) -> bool:
        return now - self.queued_at >= GIVE_UP_AFTER
