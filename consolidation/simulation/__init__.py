"""How reliable a plan is: its journeys travelled many times over with drawn delays.

:func:`simulate` plays a plan, :func:`write_simulation` writes what came out as a folder.
"""

from consolidation.simulation.api import simulate
from consolidation.simulation.files import write_simulation
from consolidation.simulation.model import Simulation

__all__ = ["Simulation", "simulate", "write_simulation"]
