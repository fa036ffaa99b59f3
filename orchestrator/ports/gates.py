"""What a user lets judge a region after its release: a command of this machine, a function of the target account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CommandEnd:
    """How a command ended: its exit status (a signal's number negative) and the last lines that it wrote, printable
    and without secrets.

    `note` is said in place of the status where nothing was run.
    """

    status: int
    output: str
    note: str = ""


class RunningCommand(Protocol):
    """A command under way, with everything that it started."""

    def ended(self) -> CommandEnd | None:
        """Its end, None while it runs. Nothing of its process group is left once it has ended."""
        ...

    def kill(self) -> str:
        """End it and its process group within about a second, if it still runs; the last lines that it wrote."""
        ...


class Commands(Protocol):
    """Commands of this machine."""

    def secrets(self) -> tuple[str, ...]:
        """The values of this machine's environment that nobody may be shown, the longest first."""
        ...

    def start(self, argv: Sequence[str], *, directory: str, environment: Mapping[str, str]) -> RunningCommand:
        """Start it without a shell; `environment` is added to ours. StepFailed when that cannot be done."""
        ...


@dataclass(frozen=True, slots=True)
class FunctionAnswer:
    """What a function returned (JSON text) and Lambda's FunctionError, "" when it ended well.

    `note` is said in place of the answer where nothing was invoked.
    """

    error: str
    payload: str
    note: str = ""


class Functions(Protocol):
    """Lambda functions of the target accounts."""

    def invoke(self, account: str, region: str, function: str, payload: str) -> FunctionAnswer:
        """Invoke and wait for the answer, for FUNCTION_ANSWERS_S at most. The name or ARN may end with a qualifier."""
        ...
