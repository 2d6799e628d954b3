"""Figures: rates measured in turns, as the ratio to a floor of the same run, with the absolute beside it."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`value` per second or in milliseconds as `unit` says; `ratio` to the floor; `bound` is what is expected of it."""

    name: str
    database: str
    value: float
    unit: str
    ratio: float | None = None
    bound: str = ""
    holds: bool | None = None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        parts = [f"{self.database:11}", f"{self.name:44}", f"{self.value:10.2f} {self.unit:6}"]
        parts.append(f"ratio {self.ratio:7.3f}" if self.ratio is not None else " " * 13)
        if self.bound:
            parts.append(f"{self.bound}: {'yes' if self.holds else 'NO'}")
        return "  ".join(parts)


def seconds_each(run: Callable[[int], None], indexes: range) -> float:
    started = time.perf_counter()
    for index in indexes:
        run(index)
    return (time.perf_counter() - started) / len(indexes)


def in_turns(
    ours: Callable[[int], None], floor: Callable[[int], None], *, rounds: int, each: int
) -> tuple[float, float]:
    """Median seconds of ours and of the floor, run in turns so that a noisy neighbour meets both.

    Each is called with indexes it has not seen before.
    """
    mine, theirs = [], []
    for turn in range(rounds):
        indexes = range(turn * each, (turn + 1) * each)
        mine.append(seconds_each(ours, indexes))
        theirs.append(seconds_each(floor, indexes))
    return statistics.median(mine), statistics.median(theirs)
