"""What a call may change about a network."""

from __future__ import annotations

import pytest

from consolidation.settings import apply_settings
from network.errors import InputError
from network.planning import Header
from tests.goods import edited
from tests.networks import tiny_network

ROW = {
    "charge_id": "x", "tariff": "T", "code": "X", "name": "x", "category": "origin", "side": "origin",
    "basis": "per_bill", "rate": "1", "currency": "USD",
}  # fmt: skip
NETWORK = tiny_network(
    charges=edited("charges", add=[{**ROW, "scenario": "stressed"}, {**ROW, "charge_id": "y", "scenario": "baseline"}]),
    header=Header(name="x", scenario="baseline"),
)


def test_nothing_given_changes_nothing() -> None:
    assert apply_settings(NETWORK, None, None) is NETWORK
    assert apply_settings(NETWORK, "baseline", None) is NETWORK


def test_a_scenario_and_a_price_of_a_day_are_taken() -> None:
    changed = apply_settings(NETWORK, "stressed", 4.5)
    assert changed.header.scenario == "stressed"
    assert changed.planning.value_of_day_per_m3 == 4.5
    assert (NETWORK.header.scenario, NETWORK.planning.value_of_day_per_m3) == ("baseline", 1.0)
    assert apply_settings(NETWORK, None, 0.0).planning.value_of_day_per_m3 == 0.0
    assert apply_settings(NETWORK, "", None).header.scenario == ""


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        apply_settings(NETWORK, "stresed", None)
    (finding,) = caught.value.findings
    assert (finding.field, finding.value, finding.expected) == ("scenario", "stresed", "one of baseline, stressed")
    assert "stressed" in finding.maybe
    with pytest.raises(InputError, match="no scenario: the network has none"):
        apply_settings(tiny_network(), "stressed", None)
