"""Money as whole minor units of one currency (ISO 4217); never a float."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Money:
    minor: int
    currency: str

    def __bool__(self) -> bool:
        return self.minor > 0


def per_cent(price: Money, percent: int) -> Money:
    """`percent` of a price, rounded half to even to the minor unit."""
    whole, rest = divmod(price.minor * percent, 100)
    if rest > 50 or (rest == 50 and whole % 2):
        whole += 1
    return Money(whole, price.currency)
