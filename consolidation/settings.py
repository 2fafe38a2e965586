"""What a call may change about a network without editing it: rate scenario, price of a day, chance to keep promised dates."""

from __future__ import annotations

from network.errors import Finding, InputError, nearest
from network.model import Network


def apply_settings(
    network: Network, scenario: str | None, value_of_day_per_m3: float | None, chance: float | None = None
) -> Network:
    """Return the network with another rate scenario, price of a day or chance target; None keeps what it has.

    Parameters
    ----------
    value_of_day_per_m3 : float, plan currency per m3 and day
    chance : float, share, at which promised dates should be kept

    Raises
    ------
    InputError
        If no charge of the network belongs to the scenario, or the chance is not between 0 and 1.
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
    if chance is not None:
        if not 0 < chance < 1:
            raise InputError([Finding("plan", None, "chance", str(chance), "a share between 0 and 1, as 0.9", rule="VALUE.RANGE")])  # fmt: skip
        planning = network.planning.model_copy(update={"chance_target": float(chance)})
        network = network.replace(planning=planning)
    return network
