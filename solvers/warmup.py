"""A tiny problem that needs every kernel, so that they are compiled before the clock of a solve starts."""

from __future__ import annotations

from typing import Any

from network.money import CENT

from .examination import Examination
from .problem import EntryFee, Problem


def tiny_problem() -> Problem:
    """Return two lots that share a trunk load with customs entries, and may share a truck or travel later by themselves."""
    unit = 100 * CENT
    arrays: dict[str, Any] = {
        "lot_volume_cm3": [40, 50], "lot_weight_g": [10, 20], "lot_class": [0, 1], "lot_group": [0, 1],
        "lot_alone": [False, True], "lot_party": [0, 1], "lot_day_price": [unit, unit], "lot_entry_value": [50 * unit, 60 * unit],
        "lot_unplanned_price": [900 * unit, 900 * unit],
        "option_start": [0, 3, 6], "option_cost": [cost * unit for cost in (10, 20, 300, 10, 20, 300)],
        "option_pool_start": [0, 1, 3, 3, 4, 6, 6], "option_pool": [0, 0, 1, 0, 0, 1],
        "option_resource_start": [0, 1, 1, 1, 2, 2, 2], "option_resource": [0, 0], "option_resource_amount": [40, 50],
        "pool_type_start": [0, 2, 3], "type_price": [90 * unit, 120 * unit, 30 * unit],
        "type_volume_cm3": [60, 120, 80], "type_weight_g": [100, 100, 100], "type_limit": [-1, 2, -1],
        "type_resource": [1, 1, -1], "type_resource_amount": [1, 2, 0],
        "pool_scheme": [0, -1], "pool_max_parties": [2, -1],
        "conflict": [[False, True], [True, False]], "resource_limit": [60, 3],
        "lot_bundle": [0, 0], "option_day": [0, 0, 40, 0, 0, 40],
    }  # fmt: skip
    fee = EntryFee("MPF", 0, 3_464_000, 30 * CENT, 600 * CENT)
    exam = Examination("EXAM", 500 * unit, 3000, (10_000,))
    return Problem(entry_schemes=((fee,),), examinations=(exam,), **arrays)
