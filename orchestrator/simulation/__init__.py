"""AWS in memory, with a virtual clock and injectable faults. `SimulatedAws(World(...)).ports` is the way in.

Our reading of AWS's documentation: it shows that the tool is consistent, not that AWS behaves so.
"""

from orchestrator.simulation.aws import SimulatedAws, World
from orchestrator.simulation.clock import InlineWorkers, VirtualClock
from orchestrator.simulation.durations import SPREAD, Durations, drawn_durations
from orchestrator.simulation.faults import Call, Death, Effect, Faults, Gate
from orchestrator.simulation.users import Crowd, SimulatedUsers
from orchestrator.simulation.workers import HANG_S, VirtualWorkers

__all__ = [
    "HANG_S",
    "SPREAD",
    "Call",
    "Crowd",
    "Death",
    "Durations",
    "Effect",
    "Faults",
    "Gate",
    "InlineWorkers",
    "SimulatedAws",
    "SimulatedUsers",
    "VirtualClock",
    "VirtualWorkers",
    "World",
    "drawn_durations",
]
