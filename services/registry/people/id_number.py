"""The identity number 公民身份号码 by GB 11643-1999, and how it is shown. Pure."""

import re
from datetime import date

_FORM = re.compile(r"[1-9][0-9]{5}[0-9]{8}[0-9]{3}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# No region has this code: nobody bears such a number.
DEMO_PREFIX = "99"


def check_digit(first_seventeen: str) -> str:
    """Return the eighteenth character, by ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def fault_of(text: str, *, demo: bool, today: date) -> str | None:
    """Return why `text` is no identity number, as a word that clients translate; None where it is one."""
    if not _FORM.fullmatch(text):
        return "not_an_id_number"
    if check_digit(text[:17]) != text[17]:
        return "check_digit"
    birthday = _birthday(text)
    if birthday is None or not date(1880, 1, 1) <= birthday <= today:
        return "no_such_birthday"
    if text.startswith(DEMO_PREFIX) and not demo:
        return "demo_id_number"
    return None


def birthday_of(number: str) -> date:
    """Return the birthday that a number without a fault holds."""
    return date.fromisoformat(number[6:14])


def _birthday(text: str) -> date | None:
    try:
        return birthday_of(text)
    except ValueError:
        return None
