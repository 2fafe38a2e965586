"""What a call may change about a network without editing it: rate scenario and the price of a day."""

from __future__ import annotations

from network.errors import Finding, InputError, nearest
from network.model import Network


def apply_settings(network: Network, scenario: str | None, value_of_day_per_m3: float | None) -> Network:
    """Return the network with another rate scenario or price of a day; None keeps what it has.

    Parameters
    ----------
    value_of_day_per_m3 : float, plan currency per m3 and day

    Raises
    ------
    InputError
        If no charge of the network belongs to the scenario.
    """
    if scenario is not None and scenario != network.header.scenario:
        known = sorted({charge.scenario for charge in network.charges if charge.scenario})
        if scenario and scenario not in known:
            expected = "one of " + ", ".join(known) if known else "no scenario: the network has none"
            raise InputError(
                [
                    Finding(
                        "network", None, "scenario", scenario, expected, nearest(scenario, known), "REFERENCE.UNKNOWN"
                    )
                ]
            )
        network = network.replace(header=network.header.model_copy(update={"scenario": scenario}))
    if value_of_day_per_m3 is not None:
        planning = network.planning.model_copy(update={"value_of_day_per_m3": float(value_of_day_per_m3)})
        network = network.replace(planning=planning)
    return network
