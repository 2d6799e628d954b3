"""What the gateway's error numbers mean for a text.

Source: https://www.twilio.com/docs/api/errors. New numbers are added there at any time, so one that is not listed here
ends its text and blames nobody.
"""

from freeslot.messages.fates import NO_LINE_PREFIX, Blame, Fate, NotSent

OF_THE_NUMBER = {
    21211: Blame.ADDRESS,  # no valid number
    21217: Blame.ADDRESS,  # no valid number
    21263: Blame.ADDRESS,  # a premium or information number
    21265: Blame.ADDRESS,  # a short code
    21610: Blame.OPTED_OUT,  # has replied STOP
    21614: Blame.NOT_MOBILE,  # no mobile number
    21635: Blame.NOT_MOBILE,  # a landline
    30003: Blame.NOBODY,  # a phone that is off or out of reach
    30004: Blame.ADDRESS,  # blocked for this number
    30005: Blame.ADDRESS,  # unknown, or no longer in service
    30006: Blame.NOT_MOBILE,  # a landline, or a carrier that takes no texts
    30007: Blame.NOBODY,  # a carrier's filter
}
PASSING = {
    20500,  # the gateway's own failure
    21611,  # the sender's queue is full
    30001,  # the queue is full
    30008,  # unknown
    30022,  # too many at once for this carrier
}
ABOUT_ALL = {
    10001,  # the account is not active
    14107,  # too many at once
    20003,  # wrong account or token
    20005,  # the account is not active
    20404,  # no such account
    20429,  # too many at once
    20503,  # the gateway is away
    21212,  # the sender is no valid number
    21603,  # the sender is missing
    21606,  # the sender is none of the account's
    21659,  # the sender is none of the account's
    21660,  # the sender is none of the account's
    21661,  # the sender takes no texts
    30002,  # the account is suspended
    30034,  # the carriers do not know the sender
}


def refusal(code: int) -> NotSent | None:
    """The failure that this number stands for; None where it is not known here."""
    if code in OF_THE_NUMBER:
        return NotSent(Fate.NEVER, f"refused_{code}", blame=OF_THE_NUMBER[code])
    if code in PASSING:
        return NotSent(Fate.LATER, f"refused_{code}")
    return NotSent(Fate.NO_LINE, f"{NO_LINE_PREFIX}refused_{code}") if code in ABOUT_ALL else None


def codes_for(blame: Blame) -> list[int]:
    return [code for code, blamed in OF_THE_NUMBER.items() if blamed is blame]
