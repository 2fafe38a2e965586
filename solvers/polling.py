"""Let a back-end that runs on its own be stopped from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVERY_S = 0.2


@contextmanager
def stopping(asked: Callable[[], bool] | None, stop: Callable[[], object]) -> Iterator[None]:
    """Ask a few times a second whether to stop, while the body runs, and call `stop` once when the answer is yes."""
    if asked is None:
        yield
        return
    done = threading.Event()

    def poll() -> None:
        while not done.wait(_EVERY_S):
            if asked():
                stop()
                return

    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
