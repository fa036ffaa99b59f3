"""What the steps of gates do, beside the probe: a part of the closed union of actions. None changes a resource."""

from __future__ import annotations

from dataclasses import dataclass

COMMANDS_AT_ONCE = 4
"""Commands of gates that run on this machine at the same time."""
FUNCTIONS_AT_ONCE = 8
"""Functions of gates that are waited for at the same time: each holds a worker until it answers."""
FUNCTION_ANSWERS_S = 60
"""Seconds within which a function must have answered."""


@dataclass(frozen=True, slots=True)
class WatchAlarms:
    """These alarms of a target account must be OK for `bake_s` without a break (0: at one look)."""

    account: str
    region: str
    names: tuple[str, ...]
    bake_s: int


@dataclass(frozen=True, slots=True)
class AwaitHealthy:
    """Route 53's checkers must see the endpoint healthy, and still so `interval_s` later: by then all asked anew."""

    account: str
    region: str
    check_id: str
    host: str
    interval_s: int


@dataclass(frozen=True, slots=True)
class RunCommand:
    """Run a command of this machine in `directory`, without a shell; it must exit with 0 within `deadline_s`.

    `environment` is added to that of the program.
    """

    account: str
    region: str
    argv: tuple[str, ...]
    directory: str
    environment: tuple[tuple[str, str], ...]
    deadline_s: int


@dataclass(frozen=True, slots=True)
class InvokeFunction:
    """Invoke a function of the target account in its region and wait for its answer. `payload` is JSON."""

    account: str
    region: str
    function: str
    payload: str


GateAction = WatchAlarms | AwaitHealthy | RunCommand | InvokeFunction
