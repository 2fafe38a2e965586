"""Figures of the reliability table that simulations read: which they are, what they are about, which one applies.

A row is read when its scope and its metric are known here; every other row is kept as a note. The closest scope that
has a metric decides: the lane, then its trade, then its mode, then ``model``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from network._judging import Judge
from network.columns import Mode
from network.errors import Finding
from network.model import Network
from network.rows import choices
from network.tables import Courier, Lane, Place, Reliability


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric: its unit, its range, and what it says."""

    unit: str
    least: float
    most: float
    meaning: str


MEASURES: dict[str, Measure] = {
    "p_on_time_within_1_day": Measure("%", 0, 100, "arrivals at most one day after schedule"),
    "mean_delay_if_late": Measure("day", 1, 60, "mean delay of the other arrivals, which are more than a day late"),
    "delay_lognormal_cv": Measure("ratio", 0, 5, "spread of what is beyond that day: standard deviation / mean"),
    "early_by_one_day": Measure("%", 0, 100, "arrivals a day before schedule, part of those on time"),
    "arrival_delay_mean": Measure("day", -30, 60, "mean of a normal delay of arrivals, in place of the four above"),
    "arrival_delay_sd": Measure("day", 0, 60, "its standard deviation"),
    "departure_delay_mean": Measure("day", 0, 60, "mean delay of departures, on top: 0 where arrivals contain it"),
    "departure_delay_sd": Measure("day", 0, 60, "its standard deviation"),
    "roll_chance": Measure("%", 0, 100, "loads that are left behind for the next departure of the lane"),
    "examination_delay_cv": Measure("ratio", 0, 5, "spread of the delay by an examination: standard deviation / mean"),
    "receiving_cv": Measure("ratio", 0, 5, "spread of the days from delivery to available: standard deviation / mean"),
}
"""Metrics that simulations read."""
SCOPES = ("lane", "trade", "mode", "courier", "fc", "market", "model")
"""What figures can be about: ``lane:ID`` and so on; ``model`` alone, for everything."""
MODEL = "model"


@dataclass(frozen=True, slots=True)
class Transit:
    """How reliable a lane or a courier is.

    Attributes
    ----------
    scope : str, where the figures on arrivals are from; blank where there are none and arrivals are taken as scheduled
    on_time, early : float, shares of all arrivals
    late_mean : float, days, of the arrivals that are not on time
    late_cv : float, of the days beyond the first
    normal : tuple of (mean, sd) in days, or None; in place of the four above
    departure : tuple of (mean, sd) in days
    roll_chance : float, share of the loads
    is_estimate : bool, whether any of the figures is one
    """

    scope: str
    on_time: float
    early: float
    late_mean: float
    late_cv: float
    normal: tuple[float, float] | None
    departure: tuple[float, float]
    roll_chance: float
    is_estimate: bool


class Figures:
    """The figures of a network, by what they are about."""

    def __init__(self, network: Network) -> None:
        self._rows: dict[tuple[str, str], Reliability] = {}
        for row in network.reliability:
            if is_read(row):
                self._rows.setdefault((row.scope, row.metric), row)

    def of_lane(self, lane: Lane) -> Transit:
        """Return how reliable a lane is."""
        return self._transit((f"lane:{lane.lane_id}", f"trade:{lane.trade}", f"mode:{lane.mode}", MODEL))

    def of_courier(self, courier: Courier) -> Transit:
        """Return how reliable a courier is; couriers roll nothing."""
        return self._transit((f"courier:{courier.courier_id}", "mode:courier", MODEL))

    def examination_cv(self) -> float:
        """Return the spread of the delay by an examination, a ratio."""
        return self._value((MODEL,), "examination_delay_cv")

    def receiving_cv(self, fc: Place) -> float:
        """Return the spread of the days an FC needs to receive, a ratio."""
        return self._value((f"fc:{fc.place_id}", f"market:{fc.market}", MODEL), "receiving_cv")

    def _row(self, scopes: Sequence[str], metric: str) -> Reliability | None:
        return next((self._rows[scope, metric] for scope in scopes if (scope, metric) in self._rows), None)

    def _value(self, scopes: Sequence[str], metric: str) -> float:
        row = self._row(scopes, metric)
        return row.value if row else 0.0

    def _transit(self, scopes: tuple[str, ...]) -> Transit:
        decided = ("arrival_delay_mean", "arrival_delay_sd", "p_on_time_within_1_day")
        scope = next((name for name in scopes if any((name, metric) in self._rows for metric in decided)), "")
        is_normal = any((scope, metric) in self._rows for metric in decided[:2])
        taken = MEASURES if scope else ("roll_chance",)
        read = [row for metric in taken if (row := self._row(scopes, metric)) is not None]

        def pair(mean: str, sd: str) -> tuple[float, float]:
            return self._value(scopes, mean), self._value(scopes, sd)

        on_time = self._value(scopes, decided[2]) / 100 if scope and not is_normal else 1.0
        early = self._value(scopes, "early_by_one_day") / 100 if scope and not is_normal else 0.0
        return Transit(
            scope=scope,
            on_time=on_time,
            early=min(early, on_time),
            late_mean=self._value(scopes, "mean_delay_if_late"),
            late_cv=self._value(scopes, "delay_lognormal_cv"),
            normal=pair("arrival_delay_mean", "arrival_delay_sd") if is_normal else None,
            departure=pair("departure_delay_mean", "departure_delay_sd"),
            roll_chance=self._value(scopes, "roll_chance") / 100,
            is_estimate=any(row.is_estimate for row in read),
        )


def is_read(row: Reliability) -> bool:
    """Return whether simulations read a row; all others are notes."""
    kind, _, name = row.scope.partition(":")
    return row.metric in MEASURES and kind in SCOPES and bool(name) == (kind != MODEL)


class ReliabilityRules(Judge):
    """Rules on the rows that simulations read."""

    @property
    def rules(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        """Every rule, in the order of its findings."""
        return self.scopes, self.values, self.twice, self.delays

    def _read(self) -> Iterator[tuple[int, Reliability]]:
        return ((at, row) for at, row in enumerate(self._network.reliability) if is_read(row))

    def scopes(self) -> Iterator[Finding]:
        """What a figure is about is in the network; trades are words of the user's own."""
        fcs = [place for place in self._network.places if place.kind == "fc"]
        known = {
            "lane": ({row.lane_id for row in self._network.lanes}, "a lane_id"),
            "courier": ({row.courier_id for row in self._network.couriers}, "a courier_id"),
            "fc": ({place.place_id for place in fcs}, "an FC"),
            "market": ({place.market for place in fcs}, "the market of an FC"),
            "mode": (set(choices(Mode)), f"one of {', '.join(choices(Mode))}"),
        }
        for position, row in self._read():
            kind, _, name = row.scope.partition(":")
            if kind in known:
                names, what = known[kind]
                full = {f"{kind}:{each}" for each in names}
                yield from self._unknown(
                    ("reliability", position, "scope"), f"{kind}:{name}", full, f"{kind}: and {what}"
                )

    def values(self) -> Iterator[Finding]:
        """Figures have the unit of their metric, and are within its range."""
        for position, row in self._read():
            measure = MEASURES[row.metric]
            if row.unit != measure.unit:
                yield self._finding(("reliability", position, "unit"), row.unit, f"{measure.unit}, for {row.metric}",
                                    rule="RELIABILITY.UNIT")  # fmt: skip
            elif not measure.least <= row.value <= measure.most:
                span = f"{measure.least:g} to {measure.most:g} {measure.unit}"
                yield self._finding(("reliability", position, "value"), row.value, span, rule="RELIABILITY.RANGE")

    def twice(self) -> Iterator[Finding]:
        """A figure stands once."""
        first: dict[tuple[str, str], int] = {}
        for position, row in self._read():
            before = first.setdefault((row.scope, row.metric), position)
            if before != position:
                yield self._finding(("reliability", position, "metric"), row.metric,
                                    f"a metric that {row.scope} has not in row {self._line('reliability', before)}",
                                    rule="KEY.DUPLICATE")  # fmt: skip

    def delays(self) -> Iterator[Finding]:
        """Where some arrivals are late it is said by how much."""
        stated = {(row.scope, row.metric) for _, row in self._read()}
        for position, row in self._read():
            if row.metric == "p_on_time_within_1_day" and row.value < 100:
                named = {(row.scope, "mean_delay_if_late"), (MODEL, "mean_delay_if_late")}
                if not stated & named:
                    yield self._finding(("reliability", position, "metric"), row.metric,
                                        f"a row mean_delay_if_late for {row.scope} too", rule="RELIABILITY.DELAY")  # fmt: skip
