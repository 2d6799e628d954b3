"""What may become of a try to send a message, whatever the channel."""

from enum import StrEnum

# Names of failures that are no single message's fault begin so.
NO_LINE_PREFIX = "server_"


class Fate(StrEnum):
    LATER = "later"  # try this message again
    NO_LINE = "no_line"  # no message can be sent now: try all of them again
    NEVER = "never"  # the server or gateway will not take this message
    UNKNOWN = "unknown"  # it was handed over, but the answer was lost: it may have arrived


class Blame(StrEnum):
    """What a failure teaches about the contact, for the practice to know."""

    NOBODY = "nobody"
    ADDRESS = "address"  # the address does not work
    OPTED_OUT = "opted_out"  # its owner has taken the consent back
    NOT_MOBILE = "not_mobile"  # the number takes no texts


class NotSent(Exception):
    """`name` says what failed, with the server's code and without any address."""

    def __init__(self, fate: Fate, name: str, *, blame: Blame = Blame.NOBODY, is_slow: bool = False) -> None:
        """`is_slow`: the other side did not answer in time, so the next message need not find that out as well."""
        super().__init__(name)
        self.fate, self.name, self.blame, self.is_slow = fate, name, blame, is_slow

    @property
    def is_about_all(self) -> bool:
        """Whether trying the next message now would end no better."""
        return self.fate is Fate.NO_LINE or self.is_slow
