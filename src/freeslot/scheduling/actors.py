"""Who is asking: an argument of every operation, made by the door and never looked up below it."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from freeslot.scheduling.states import Side


class ActorKind(StrEnum):
    """What receipts and histories call the one who acted. `account` becomes patient or proxy by its grant."""

    ACCOUNT = "account"
    PATIENT = "patient"
    PROXY = "proxy"
    PRACTICE = "practice"
    SYSTEM = "system"


class Door(StrEnum):
    PORTAL = "portal"
    PLATFORM = "platform"
    APP = "app"
    LINK = "link"
    DESK = "desk"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """One who acts. `id` is the account's, the member of staff's or the job's; `appointment_ids` narrow a link's holder
    to the visits they gave proof for, `practice_id` staff to their practice. `is_unusual` says that the holder came
    from where this patient was never seen before, or without a link: what they do is told with a word of warning."""

    kind: ActorKind
    id: str = ""
    appointment_ids: tuple[uuid.UUID, ...] = ()
    practice_id: uuid.UUID | None = None
    is_unusual: bool = False

    @property
    def side(self) -> Side:
        if self.kind is ActorKind.PRACTICE:
            return Side.PRACTICE
        return Side.SYSTEM if self.kind is ActorKind.SYSTEM else Side.PATIENT


def account(user_id: uuid.UUID) -> Actor:
    """Someone signed in: may see and do what their grants say."""
    return Actor(ActorKind.ACCOUNT, str(user_id))


def link_holder(*appointment_ids: uuid.UUID, is_unusual: bool = False) -> Actor:
    """Someone who came by a manage link and gave its proof: that one visit and no other.

    Several visits only to look at them; each act is asked for by the holder of the one visit it changes.
    """
    return Actor(ActorKind.PATIENT, appointment_ids=appointment_ids, is_unusual=is_unusual)


def guest(checkout_id: uuid.UUID, practice_id: uuid.UUID) -> Actor:
    """Someone without an account who proved the contact they book with: for that one booking."""
    return Actor(ActorKind.PATIENT, str(checkout_id), practice_id=practice_id)


def staff(user_id: str, practice_id: uuid.UUID) -> Actor:
    return Actor(ActorKind.PRACTICE, user_id, practice_id=practice_id)


SYSTEM = Actor(ActorKind.SYSTEM)
