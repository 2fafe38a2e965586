"""The rules of the independent judge: one small module per family of rules.

Nothing here knows the optimiser, or how the planner enumerates and prices itineraries: every date, limit and cost
line is worked out again from the network, the shipments and the choices that the plan states.
"""
