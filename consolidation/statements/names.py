"""Names of files made from ids that may hold anything: safe on every system, and never the same for two ids."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable

_RESERVED = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)})
"""Names that Windows keeps for devices, whatever their suffix."""
_MOST_BYTES = 100
_KEPT = "-_."


def page_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the name of an HTML file for every id.

    >>> page_names(["ORCHID"])
    {'ORCHID': 'ORCHID.html'}
    """
    return {name: f"{safe}.html" for name, safe in safe_names(ids).items()}


def safe_names(ids: Iterable[str]) -> dict[str, str]:
    """Return a name that files and folders may have for every id.

    An id that is a safe name by itself stays as it is. Every other one, and ids that differ only in what some file
    systems ignore, such as case, get a mark made from the id.

    >>> safe_names(["ORCHID"])
    {'ORCHID': 'ORCHID'}
    """
    ids = sorted(set(ids))
    alike = Counter(_folded(name) for name in ids)
    return {name: name if _is_safe(name) and alike[_folded(name)] == 1 else _marked(name) for name in ids}


def _is_safe(name: str) -> bool:
    return name == _cleaned(name) and _folded(name.partition(".")[0]) not in _RESERVED


def _cleaned(name: str) -> str:
    """Return letters, digits and - _ . of a name; everything else becomes _."""
    plain = unicodedata.normalize("NFC", name)
    kept = "".join(sign if sign.isalnum() or sign in _KEPT else "_" for sign in plain)
    cut = kept.encode()[:_MOST_BYTES].decode(errors="ignore")
    return cut.strip(".") or "_"


def _marked(name: str) -> str:
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{_cleaned(name).replace('.', '_')}~{mark}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
