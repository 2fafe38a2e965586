"""Memory that is no longer used goes back to the system."""

from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path

import pytest

from consolidation.memory import give_back

PIECES, SIZE = 2000, 64 * 1024


def _used_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library keeps no gaps"
)
def test_gaps_between_small_arrays_are_given_back() -> None:
    before = _used_bytes()
    pieces = [bytes([1]) * SIZE for _ in range(PIECES)]
    assert _used_bytes() - before > PIECES * SIZE / 2
    last = pieces.pop()
    pieces.clear()
    give_back()
    assert _used_bytes() - before < PIECES * SIZE / 4
    assert len(last) == SIZE


def test_where_the_library_does_not_offer_it_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def without_it(name: str | None) -> object:
        asked.append(name)
        return object()

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", without_it)
    give_back()
    assert asked == [None]
