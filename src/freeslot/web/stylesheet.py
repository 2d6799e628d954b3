"""The one stylesheet of a page: every file of css/ and the brand's colours, joined; its address names its content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from freeslot.web.contrast import shades

FILES = Path(__file__).parent / "static" / "web" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANK = re.compile(r"\s+")
AROUND_SIGNS = re.compile(r" ?([{};,>]) ?")
HASH_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Text:
    """A style or script as served: its text, compressed too, and the hash that its address carries."""

    body: bytes
    gzipped: bytes
    digest: str


@lru_cache(maxsize=256)
def stylesheet(colour: str) -> Text:
    """The stylesheet of a brand colour `#rrggbb`; ValueError for anything else."""
    return as_served(_joined() + brand_tokens(colour))


def brand_tokens(colour: str) -> str:
    shade = shades(colour)
    return (
        f":root{{--brand:{shade.light};--on-brand:{shade.on_light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--brand:{shade.dark};--on-brand:{shade.on_dark}}}}}"
        "@media print{:root{--brand:#000}}"
    )


def squeezed(css: str) -> str:
    """Without comments and blank space; the files keep strings free of either."""
    css = AROUND_SIGNS.sub(r"\1", BLANK.sub(" ", COMMENT.sub("", css))).replace(": ", ":")
    return css.replace(";}", "}").strip()


def as_served(text: str) -> Text:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
    return Text(body=body, gzipped=gzip.compress(body, mtime=0), digest=digest)


@lru_cache(maxsize=1)
def _joined() -> str:
    return squeezed("\n".join(path.read_text(encoding="utf-8") for path in sorted(FILES.glob("*.css"))))
