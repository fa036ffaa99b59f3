"""Commands and functions that judge a region: nobody's own is run in a simulation, all let the region pass.

Unless they are told otherwise, by (account, region).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.ports import CommandEnd, FunctionAnswer, RunningCommand
from orchestrator.simulation.faults import Gate

Place = tuple[str, str]
_NOT_RUN = "not run: a simulation runs nobody's own command or function"


@dataclass(slots=True)
class SimulatedCommand:
    """Ends at once, or never; `kills` says how often somebody ended it."""

    end: CommandEnd | None
    kills: int = 0

    def ended(self) -> CommandEnd | None:
        """Its end; None of one that hangs."""
        return self.end

    def kill(self) -> str:
        """What it would have said."""
        self.kills += 1
        return self.end.output if self.end else "still at it"


@dataclass(slots=True)
class SimulatedCommands:
    """`ends` are other ends than a good one, None hangs; `running` those that were started."""

    gate: Gate
    ends: dict[Place, CommandEnd | None] = field(default_factory=dict)
    running: dict[Place, SimulatedCommand] = field(default_factory=dict)

    def secrets(self) -> tuple[str, ...]:
        """Nobody's environment is known."""
        return ()

    def start(self, argv: Sequence[str], *, directory: str, environment: Mapping[str, str]) -> RunningCommand:
        """Nothing is run."""
        place = (environment["ORCHESTRATOR_ACCOUNT"], environment["ORCHESTRATOR_REGION"])
        # On this machine: no region that is silent keeps it from being run.
        with self.gate.call("Commands.start", account=place[0]):
            self.running[place] = SimulatedCommand(self.ends.get(place, CommandEnd(0, "", _NOT_RUN)))
            return self.running[place]


@dataclass(slots=True)
class SimulatedFunctions:
    """`answers` are other answers than a good one."""

    gate: Gate
    answers: dict[Place, FunctionAnswer] = field(default_factory=dict)

    def invoke(self, account: str, region: str, function: str, payload: str) -> FunctionAnswer:
        """Nothing is invoked."""
        with self.gate.call("Functions.invoke", region=region, account=account):
            return self.answers.get((account, region), FunctionAnswer("", "null", _NOT_RUN))
