"""Fixtures shared by tests of every kind."""

from __future__ import annotations

import pytest

from network.io import read_network
from network.model import Network
from network.reference import path


@pytest.fixture(scope="session")
def reference() -> Network:
    """Return the reference network, read once."""
    return read_network(path())
