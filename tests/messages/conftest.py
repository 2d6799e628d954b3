"""Real mail over a real line for every test of messages."""

from tests.messages.mailserver import mailbox

__all__ = ["mailbox"]
