"""What the world offers and charges: places, lanes, departures, tariffs, customs, rules.

This package imports nothing of ours. Units are in names (``volume_m3``, ``gross_weight_kg``) or in the
field catalogue (:mod:`network.catalogue`); money inside is int64 micro-units of the plan currency, always a
whole number of cents (:mod:`network.money`).
"""
