"""A mail server that is slow to answer and keeps, in order, whatever it has accepted."""

# ruff: noqa: N802 - the library gives the names of its hooks

import asyncio
from random import Random

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.messages.mailserver import Mailbox


class SlowSink(Mailbox):
    """What it has accepted it keeps first and acknowledges a moment later: a kill in between leads to a repeat."""

    def __init__(self, chance: Random, *, slowest: float) -> None:
        super().__init__()
        self._chance, self._slowest = chance, slowest
        self.in_hand = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.in_hand += 1
        try:
            await asyncio.sleep(self._chance.uniform(0, self._slowest))
            answer = await super().handle_DATA(server, session, envelope)
            await asyncio.sleep(self._chance.uniform(0, self._slowest))
        finally:
            self.in_hand -= 1
        return answer
