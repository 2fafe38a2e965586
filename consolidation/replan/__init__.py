"""Replanning: a plan made anew after confirmations and changes, moving as little as possible."""

from consolidation.replan.replanner import Replan, ReplanOptions, replan

__all__ = ["Replan", "ReplanOptions", "replan"]
