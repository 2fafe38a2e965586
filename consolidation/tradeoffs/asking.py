"""What every search of a trade-off is made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consolidation.shipments import Shipment
from consolidation.studies.work import WARM_WORK
from network.model import Network
from solvers.options import SolveOptions
from solvers.outcome import Progress


@dataclass(frozen=True)
class Asking:
    """Input, limits of the search, and whom to tell.

    Attributes
    ----------
    options : of a search that begins with nothing
    """

    network: Network
    shipments: Sequence[Shipment]
    options: SolveOptions
    on_progress: Callable[[Progress], None] | None = None
    cancelled: Callable[[], bool] | None = None

    @property
    def warm(self) -> SolveOptions:
        """Limits of a search that begins with a known plan."""
        return dataclasses.replace(self.options, work=min(self.options.work, WARM_WORK))

    @property
    def settings(self) -> dict[str, float | int | None]:
        """Options of the search, as the files say them."""
        options = self.options
        return {"seed": options.seed, "gap": options.gap, "work": options.work, "time_limit_s": options.time_limit_s}

    def is_cancelled(self) -> bool:
        """Return whether the user asked to stop."""
        return self.cancelled is not None and self.cancelled()
