"""The gates that a user brings: a command of this machine, a function of the target account. A few at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.errors import AwsError, StepFailed
from orchestrator.core.gate_actions import (
    COMMANDS_AT_ONCE,
    FUNCTION_ANSWERS_S,
    FUNCTIONS_AT_ONCE,
    InvokeFunction,
    RunCommand,
)
from orchestrator.core.gates import function_fault
from orchestrator.executor.context import Context, Done, Progress, Waiting
from orchestrator.ports import CommandEnd, RunningCommand

_LOOK_S = 0.5
_TURN_S = 2.0
_UNANSWERED = "ReadTimeoutError"
_AGAIN = "mend it and deploy again; nothing after it was touched"


@dataclass(slots=True)
class RunCommandTask:
    """Start the command once it has its turn, look whether it has ended, kill it at its deadline."""

    action: RunCommand
    step: str
    context: Context
    _running: RunningCommand | None = field(default=None)
    _turn: str = field(default="")
    _until: float = field(default=0.0)

    def start(self) -> Progress:
        """Its deadline counts from when it runs. Raises StepFailed when it cannot be started."""
        action, ports, results = self.action, self.context.ports, self.context.results
        self._turn = _turn(self.context, "command", COMMANDS_AT_ONCE)
        if not self._turn:
            return Waiting("other commands run: waits for its turn", started=False, again_s=_TURN_S)
        try:
            running = ports.commands.start(
                action.argv, directory=action.directory, environment=dict(action.environment)
            )
        except StepFailed:
            results.disclaim(self._turn)
            raise
        self._running, self._until = running, ports.clock.monotonic() + action.deadline_s
        results.at_end(self.step, self._stop)
        return self.poll()

    def poll(self) -> Progress:
        """Raises StepFailed with the last lines of its output."""
        assert self._running is not None
        action = self.action
        end = self._running.ended()
        if end is None and self.context.ports.clock.monotonic() < self._until:
            return Waiting(f"{action.argv[0]} runs", again_s=_LOOK_S)
        if end is None:
            output = self._running.kill()
            raise self._failed(f"was killed: not done within {action.deadline_s} s", output)
        if end.status:
            raise self._failed(_ending(end), end.output)
        return Done(end.note or f"{action.argv[0]} exited with 0")

    def _stop(self) -> None:
        if self._running is not None:
            self._running.kill()
        self.context.results.disclaim(self._turn)

    def _failed(self, how: str, output: str) -> StepFailed:
        said = f"; its last lines: {output}" if output else "; it wrote nothing"
        where = f"{self.action.region} (account {self.action.account})"
        return StepFailed(f"{self.action.argv[0]} {how}{said}", where=where, fix=_AGAIN)


@dataclass(slots=True)
class InvokeFunctionTask:
    """One call, which waits for the answer. A call that was not answered at all is made again."""

    action: InvokeFunction
    context: Context

    def start(self) -> Progress:
        """Raises StepFailed when the function fails, says no, or keeps silent."""
        turn = _turn(self.context, "function", FUNCTIONS_AT_ONCE)
        if not turn:
            return Waiting("other functions are waited for: waits for its turn", started=False, again_s=_TURN_S)
        try:
            return self._invoke()
        finally:
            self.context.results.disclaim(turn)

    def poll(self) -> Progress:
        """The call is synchronous."""
        return self.start()

    def _invoke(self) -> Progress:
        action = self.action
        try:
            answer = self.context.ports.functions.invoke(action.account, action.region, action.function, action.payload)
        except AwsError as error:
            if error.code == _UNANSWERED:
                raise self._failed(f"did not answer within {FUNCTION_ANSWERS_S} s") from error
            raise
        if fault := function_fault(answer.error, answer.payload, self.context.ports.commands.secrets()):
            raise self._failed(fault)
        return Done(answer.note or f"{action.function} lets the region pass")

    def _failed(self, how: str) -> StepFailed:
        where = f"{self.action.region} (account {self.action.account})"
        return StepFailed(f"{self.action.function} {how}", where=where, fix=_AGAIN)


def _turn(context: Context, kind: str, at_once: int) -> str:
    """A turn that nobody else has, "" while all are taken."""
    return next((turn for n in range(at_once) if context.results.claim(turn := f"{kind} {n}")), "")


def _ending(end: CommandEnd) -> str:
    return f"exited with {end.status}" if end.status > 0 else f"was ended by signal {-end.status}"
