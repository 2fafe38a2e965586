"""Pages for people: the map of a plan and its report, each one file that works without a network."""

from consolidation.report.map import map_figure, write_map
from consolidation.report.page import write_report

__all__ = ["map_figure", "write_map", "write_report"]
