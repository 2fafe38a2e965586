"""Files for the partners of a plan: to each its own part, in the formats that it imports."""
