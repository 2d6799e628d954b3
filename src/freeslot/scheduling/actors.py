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
    """One who acts. `id` is the account's, the member of staff's or the job's; `appointment_id` narrows a link's
    holder to one visit, `practice_id` staff to their practice."""

    kind: ActorKind
    id: str = ""
    appointment_id: uuid.UUID | None = None
    practice_id: uuid.UUID | None = None

    @property
    def side(self) -> Side:
        if self.kind is ActorKind.PRACTICE:
            return Side.PRACTICE
        return Side.SYSTEM if self.kind is ActorKind.SYSTEM else Side.PATIENT


def account(user_id: uuid.UUID) -> Actor:
    """Someone signed in: may see and do what their grants say."""
    return Actor(ActorKind.ACCOUNT, str(user_id))


def link_holder(appointment_id: uuid.UUID) -> Actor:
    """Someone who came by a manage link and gave its proof: that one visit and no other."""
    return Actor(ActorKind.PATIENT, appointment_id=appointment_id)


def staff(user_id: str, practice_id: uuid.UUID) -> Actor:
    return Actor(ActorKind.PRACTICE, user_id, practice_id=practice_id)


SYSTEM = Actor(ActorKind.SYSTEM)
