"""The one script of a page: every file of js/, joined, each in its own block, at an address that names its content."""

from functools import lru_cache
from pathlib import Path

from freeslot.web.stylesheet import Text, as_served

FILES = Path(__file__).parent / "static" / "web" / "js"


@lru_cache(maxsize=1)
def script() -> Text:
    parts = [path.read_text(encoding="utf-8").strip() for path in sorted(FILES.glob("*.js"))]
    return as_served("\n".join(f"{{\n{part}\n}}" for part in parts))
