"""Replanning: a plan made anew after confirmations and changes, moving as little as possible."""

from consolidation.replanning.replanner import Replan, ReplanOptions, replan

__all__ = ["Replan", "ReplanOptions", "replan"]
