"""What must hold between the rows of what FCs charge for storage: it can be counted, and is counted once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from network._judging import Judge
from network.errors import Finding
from network.fc_tables import StorageFee

_MONTHS = frozenset(str(month) for month in range(1, 13))


class FcRules(Judge):
    """Rules on the storage fees of FCs."""

    @property
    def rules(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        """Every rule, in the order of its findings."""
        return self.markets, self.months, self.twice

    def markets(self) -> Iterator[Finding]:
        """Every fee is for a market that has FCs."""
        known = {place.market for place in self._network.places if place.kind == "fc"}
        for position, fee in enumerate(self._network.fc_storage_fees):
            yield from self._unknown(("fc_storage_fees", position, "market"), fee.market, known, "the market of an FC")

    def months(self) -> Iterator[Finding]:
        """Months are those of the year."""
        for position, fee in enumerate(self._network.fc_storage_fees):
            for month in fee.months:
                at = ("fc_storage_fees", position, "months")
                yield from self._unknown(at, month, _MONTHS, "1 = January to 12 = December")

    def twice(self) -> Iterator[Finding]:
        """Goods of one age pay monthly storage once, and one surcharge for their age."""
        fees = self._network.fc_storage_fees
        for position, fee in enumerate(fees):
            for earlier in range(position):
                if _overlap(fees[earlier], fee):
                    yield self._finding(("fc_storage_fees", position, "fee_id"), fee.fee_id,
                                        f"no goods, month and day shared with row {self._line('fc_storage_fees', earlier)}",
                                        "state the months, ages, size class or validity of both", "FC_STORAGE.TWICE")  # fmt: skip


def _overlap(a: StorageFee, b: StorageFee) -> bool:
    """Return whether two rows of one kind may be for the same goods on one day."""
    if a.market != b.market or (a.age_from_days is None) != (b.age_from_days is None):
        return False
    sizes = not a.size_class or not b.size_class or a.size_class == b.size_class
    months = not a.months or not b.months or bool({*a.months} & {*b.months})
    first = max(a.valid_from or dt.date.min, b.valid_from or dt.date.min)
    days = first <= min(a.valid_to or dt.date.max, b.valid_to or dt.date.max)
    return sizes and months and days and not _of_other_age(a, b)


def _of_other_age(a: StorageFee, b: StorageFee) -> bool:
    if a.age_from_days is None or b.age_from_days is None:
        return False
    ends = [row.age_to_days for row in (a, b) if row.age_to_days is not None]
    return bool(ends) and max(a.age_from_days, b.age_from_days) > min(ends)
