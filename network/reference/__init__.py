"""The reference network shipped with the package: its folder of CSV files and ``network.toml``.

Most rates are estimates for demonstration: every row says so and names its source. See ``sources.csv``.
"""

from pathlib import Path


def path() -> Path:
    """Return the folder of the reference network."""
    return Path(__file__).with_name("data")
