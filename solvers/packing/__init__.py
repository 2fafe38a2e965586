"""Variable-sized bin packing in several dimensions with conflicts: a packing, its cost, and a proven bound.

Call :func:`pack` with :class:`Items` and :class:`Types`.
"""

from .options import PackingOptions
from .portfolio import pack
from .problem import Conflicts, Items, Types
from .result import Bin, NoPacking, Packing

__all__ = ["Bin", "Conflicts", "Items", "NoPacking", "Packing", "PackingOptions", "Types", "pack"]
