"""Cells as text: how values are written, which texts are numbers and dates, and what a wrong one may have meant."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from network.charges import Break

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(?::\d{2})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_POINTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
_SERIALS = range(30000, 80000)
"""Excel serial numbers of the years 1982 to 2119: a number in this range in a date column is taken for one."""
_SPELLINGS = ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y",
              "%Y年%m月%d日", "%d.%m.%Y")  # fmt: skip


FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""Signs that make a spreadsheet compute a text that begins with one of them."""


def guarded(text: str) -> str:
    """Return a text that no spreadsheet computes: an apostrophe in front where it would; :func:`unguarded` takes it off.

    >>> guarded("=1+1"), guarded("'quoted"), guarded("plain")
    ("'=1+1", "''quoted", 'plain')
    """
    return f"'{text}" if text.startswith((*FORMULA_SIGNS, "'")) else text


def unguarded(text: str) -> str:
    """Return the text that was guarded.

    >>> unguarded("'=1+1"), unguarded("''quoted"), unguarded("plain")
    ('=1+1', "'quoted", 'plain')
    """
    return text[1:] if text.startswith("'") else text


def cell_text(value: object) -> str:
    """Return a value as it is written into a cell: exact, blank for None, yes or no, lists separated by ;.

    >>> cell_text(16.0), cell_text(True), cell_text(("20GP", "40HC"))
    ('16', 'yes', '20GP;40HC')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Break):
        return f"{cell_text(value.start)}:{cell_text(value.rate)}"
    if isinstance(value, (tuple, list)):
        return ";".join(cell_text(part) for part in value)
    if isinstance(value, dt.datetime):
        return value.isoformat() if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def canonical_text(value: object) -> str:
    """Return a value as text that is the same for equal values: 1.10 and 1.1 are one number.

    >>> canonical_text(Decimal("1.10")) == canonical_text(Decimal("1.1"))
    True
    """
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Break):
        return f"{canonical_text(value.start)}:{canonical_text(value.rate)}"
    if isinstance(value, tuple):
        return ";".join(canonical_text(part) for part in value)
    return cell_text(value)


def is_number(text: str) -> bool:
    """Return whether a text is a finite number with a decimal point and without separators."""
    return _NUMBER.fullmatch(text) is not None and math.isfinite(float(text))


def is_date(text: str) -> bool:
    """Return whether a text is an existing day as YYYY-MM-DD."""
    return _DATE.fullmatch(text) is not None and _exists(text)


def is_datetime(text: str) -> bool:
    """Return whether a text is YYYY-MM-DD or YYYY-MM-DD HH:MM."""
    found = _DATETIME.fullmatch(text)
    return found is not None and _exists(found[1]) and (found[2] is None or is_time(found[2]))


def is_time(text: str) -> bool:
    """Return whether a text is HH:MM or HH:MM:SS."""
    if _TIME.fullmatch(text) is None:
        return False
    try:
        dt.time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _exists(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def maybe_number(text: str) -> str:
    """Return the number a text may have meant, or an empty string.

    >>> maybe_number("1,234.5"), maybe_number("12 kg"), maybe_number("twelve")
    ('1234.5', '12', '')
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("_", "").replace("'", "")
    stripped = re.sub(r"^[^\d+.,-]+|(?:c?m3|ft3)$|[^\d.,]+$", "", plain)
    for candidate in (plain, stripped):
        if _THOUSANDS.fullmatch(candidate):
            candidate = candidate.replace(",", "")
        elif _POINTS.fullmatch(candidate):
            candidate = candidate.replace(".", "").replace(",", ".")
        elif _COMMA.fullmatch(candidate):
            candidate = candidate.replace(",", ".")
        if is_number(candidate):
            return candidate
    return ""


def maybe_date(text: str) -> str:
    """Return the date a text may have meant, or an empty string.

    >>> maybe_date("46357"), maybe_date("12/01/2026")
    ("Excel's serial for 2026-12-01", '2026-12-01 or 2026-01-12')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if is_number(plain) and int(float(plain)) in _SERIALS:
        return f"Excel's serial for {_EXCEL_DAY_ZERO + dt.timedelta(days=int(float(plain)))}"
    return " or ".join(dict.fromkeys(_readings(plain.split("T")[0])))


def _readings(text: str) -> Iterator[str]:
    parts = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text, re.ASCII)
    if parts:
        first, second, year = (int(part) for part in parts.groups())
        for month, day in ((first, second), (second, first)):
            try:
                yield dt.date(year, month, day).isoformat()
            except ValueError:
                continue
        return
    for candidate in (text, text.split(" ")[0]):
        for spelling in _SPELLINGS:
            try:
                yield dt.datetime.strptime(candidate, spelling).date().isoformat()
            except ValueError:
                continue
            return


def lost_zero(code: str) -> bool:
    """Return whether a tariff code looks like one that lost its leading zero: 5, 7 or 9 digits.

    >>> lost_zero("712904000"), lost_zero("0712904000")
    (True, False)
    """
    return code.isdigit() and len(code) in (5, 7, 9)


def as_decimal(text: str) -> Decimal | None:
    """Return a text as an exact finite number, or None."""
    try:
        return Decimal(text) if is_number(text) else None
    except InvalidOperation:  # pragma: no cover - is_number has seen to it
        return None


def exact(text: str) -> Decimal:
    """Return a number of a JSON file as it is written there.

    Raises
    ------
    ValueError
        If its exponent is beyond all numbers.
    """
    try:
        return Decimal(text)
    except InvalidOperation as fault:
        raise ValueError(f"{text[:40]}: a number beyond all numbers") from fault
