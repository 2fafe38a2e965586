"""Ways to make a plan of a week: the planner, two plain models, a human rule, and no sharing at all."""
