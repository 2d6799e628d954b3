"""A mail server that takes its time and keeps, in order, whatever it has accepted."""

# ruff: noqa: N802 - the library gives the names of its hooks

import asyncio
from random import Random

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.messages.mailserver import Mailbox

SECONDS_A_STEP = 0.04


class SlowSink(Mailbox):
    """Slow before it has a mail, so that kills lose it, and between keeping and saying so, so that kills repeat it."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self.slowness = SECONDS_A_STEP

    def hurry(self) -> None:
        self.slowness = 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self._chance.uniform(0, 2 * self.slowness))
        return answer
