"""The plain values that the components of a page are drawn from; a door fills them, `web` knows nothing more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from freeslot.web.contrast import FREESLOT


@dataclass(frozen=True, slots=True)
class Place:
    """Whose clock and whose words: the practice's zone, the reader's locale, and the instant of this page."""

    zone: str
    locale: str
    now: datetime

    @property
    def tag(self) -> str:
        """The locale as browsers name it: `en-US`."""
        return self.locale.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Brand:
    name: str = "Freeslot"
    colour: str = FREESLOT
    home: str = "/"

    @property
    def letter(self) -> str:
        return next((sign for sign in self.name if sign.isalnum()), "·").upper()


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """The practice's number; `hours` is said as of now: `open until 5 pm`, `opens Mon 8 am`."""

    number: str
    country: str
    hours: str = ""
    next_opening: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page of one practice: its name and its numbers."""

    brand: Brand = Brand()
    phone: PhoneLine | None = None
    emergency: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class VisitCard:
    """The card that is the same in every door, mail and receipt. `facts` become data attributes on it."""

    starts_at: datetime
    ends_at: datetime
    place: Place
    reference: str
    patient: str = ""
    practitioner: str = ""
    visit_type: str = ""
    where: str = ""
    practice: str = ""
    state: str = ""
    state_kind: Literal["", "free", "late", "danger"] = ""
    facts: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of the deadline line; `at` is 0 at the start edge and 1 at the end, `above` lifts its label."""

    at: float
    title: str
    sub: str
    kind: Literal["now", "deadline", "visit"]
    anchor: Literal["start", "middle", "end"] = "middle"
    above: bool = False


StretchKind = Literal["free", "late", "call"]


@dataclass(frozen=True, slots=True)
class Stretch:
    start: float
    end: float
    kind: StretchKind
    past: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """From this deadline on, cancelling costs `words` (`$25.00`), or goes by telephone when `kind` is `call`."""

    deadline: datetime
    words: str
    kind: Literal["late", "call"] = "late"


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    marks: Sequence[Mark]
    stretches: Sequence[Stretch]
    words: str
    right_to_left: bool = False

    @property
    def two_rows(self) -> bool:
        return any(mark.above for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Panel:
    """The verdict in one sentence. `ends_at` counts down in `{left}` of `text`; `ended` is said once it has passed."""

    kind: Literal["free", "late", "refused", "plain"]
    headline: str
    text: str = ""
    line: DeadlineLine | None = None
    ends_at: datetime | None = None
    ended: str = ""
    place: Place | None = None

    @property
    def pieces(self) -> tuple[str, str]:
        """The text before and after the time that is left."""
        before, _, after = self.text.partition("{left}")
        return before, after


@dataclass(frozen=True, slots=True)
class UndoBox:
    until: datetime
    place: Place
    undo_url: str
    release_url: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptCard:
    """`lines` are sentences without a name or a reason; `qr` is the SVG of a code that holds no right."""

    number: str
    lines: Sequence[str]
    qr: str = ""
    pdf_url: str = ""
    json_url: str = ""
    check_url: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message: what and where to (masked), and how far it came, in words and as a mark."""

    what: str
    state: Literal["waiting", "sent", "delivered", "failed"]
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    note: str = ""
    chosen: bool = False
    facts: Mapping[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimesOfDay:
    """The open times of one day; `at` is any instant of it."""

    at: datetime
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the calendar strip: how many times are open, and the list that begins with it."""

    at: datetime
    count: int
    url: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One thing that a list can be narrowed to; the first choice is to take any."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class TimeList:
    """Open times as radio buttons by day. `nearest` are those around a time that was asked for and is not open.

    `address` with `kept` is where the form that narrows the list leads, `said` how it is narrowed and where it begins,
    for a form that comes back to it; an empty `earlier` or `later` leads nowhere, `all` from the nearest to the list.
    """

    days: Sequence[TimesOfDay]
    place: Place
    address: str
    nearest: Sequence[Choice] = ()
    strip: Sequence[StripDay] = ()
    narrowings: Sequence[Narrowing] = ()
    kept: Sequence[tuple[str, str]] = ()
    said: Sequence[tuple[str, str]] = ()
    earlier: str = ""
    later: str = ""
    all: str = ""
