"""The demo's people: the same each time, with passwords that guard nothing."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Person:
    """Somebody with visits; `practices` are the slugs of those that know them."""

    username: str
    given_name: str
    family_name: str
    birth_date: date
    member_id: str
    phone: str
    practices: tuple[str, ...]
    payer: str = ""

    @property
    def password(self) -> str:
        return f"{self.username}-demo"

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


MARIA = Person(
    "maria", "Maria", "Lopez", date(1948, 3, 7), "M-20417", "+12125550117", ("riverside", "harbor", "lakeview")
)
ALEX = Person("alex", "Alex", "Chen", date(1986, 11, 21), "M-58213", "+13125550131", ("riverside", "northside"))
OTTO = Person(
    "otto", "Otto", "Braun", date(1961, 5, 30), "M-77140", "+12125550158",
    ("riverside", "harbor", "northside", "lakeview"), payer="Medicaid",
)  # fmt: skip
NORA = Person("nora", "Nora", "Haddad", date(1979, 9, 14), "M-36904", "+12125550164", ("riverside",))

PEOPLE = (MARIA, ALEX, OTTO, NORA)
