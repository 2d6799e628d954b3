"""References a person can quote: Crockford base 32 with a check character (`FS-7K3M-92Q5`, receipts `R-8DWE-6TN9`).

Seven random characters and one check character over GF(32): position i is weighted with the i-th power of the field's
generator, so every single wrong character and every swap of two is noticed. Spaces, dashes and case are forgiven, and
so are the look-alikes I and L (for 1) and O (for 0).
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILO", "110", " -‐‑–—.\t\r\n\u00a0")
LENGTH = 8
POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def new_reference(prefix: str) -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return written(body + check_character(body), prefix)


def written(characters: str, prefix: str) -> str:
    return f"{prefix}-{characters[:4]}-{characters[4:]}"


def parse_reference(text: str, prefix: str) -> str | None:
    """The reference in its written form, or None when it is malformed or a character is wrong."""
    if len(text) > 40:
        return None
    characters = text.upper().translate(LOOK_ALIKES)
    bare_prefix = prefix.translate(LOOK_ALIKES)
    if len(characters) == LENGTH + len(bare_prefix) and characters.startswith(bare_prefix):
        characters = characters.removeprefix(bare_prefix)
    if len(characters) != LENGTH or any(character not in ALPHABET for character in characters):
        return None
    return written(characters, prefix) if check_character(characters[:-1]) == characters[-1] else None


def check_character(body: str) -> str:
    total = 0
    for character in body:
        total = _double(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def _double(value: int) -> int:
    shifted = value << 1
    return shifted ^ POLYNOMIAL if shifted & 0b100000 else shifted
