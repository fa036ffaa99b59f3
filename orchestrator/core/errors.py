"""Every error that a user can meet. A message says where, what, and what to do next.

OrchestratorError                exit 1   ran and failed
├── ConfigurationError           exit 64  regions.yaml, a blueprint or the code is not usable (carries all problems)
├── UsageError                   exit 64  the command line asks for something that does not exist
├── Refused                      exit 3   a safety rule said no before anything was changed
│   ├── StalePlan                exit 3   the world moved since the plan was made
│   └── LockHeld                 exit 3   another run changes this application and environment
├── Interrupted                  exit 130
├── StepFailed                   exit 1   an action reached its end and did not succeed
│   ├── OperationStopped         exit 1   somebody stopped our stack-set operation: nothing more is started
│   └── LockLost                 exit 1   another run has taken the lock: nothing more is started
├── CallDenied                   exit 1   a mistake of ours: a call that this verb promises not to make
└── AwsError                     exit 1   an AWS call failed; raised only by gateways
    ├── Unreachable              no answer in time, or no connection
    ├── Throttled                AWS asked to slow down for longer than we wait
    ├── AccessDenied             names action, principal and resource as far as AWS says them
    ├── NotFound                 the thing asked for does not exist
    ├── AlreadyExists            the thing to be made exists
    ├── OperationInProgress      another stack-set operation holds the stack set
    ├── PreconditionFailed       a conditional write lost
    └── RuleViolated             a safety rule kept in AWS said no; nothing was changed
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Process exit codes, fixed in the command reference."""

    DONE = 0
    FAILED = 1
    CHANGES_PENDING = 2
    REFUSED = 3
    USAGE = 64
    INTERRUPTED = 130


class OrchestratorError(Exception):
    """Root. `where` names the place, `what` the fault, `fix` the next thing to do (may be empty)."""

    exit_code = ExitCode.FAILED

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(": ".join(part for part in (where, what) if part) + (f" ({fix})" if fix else ""))


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in a file. Lines and columns count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    path: str
    message: str
    fix: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        path = f" {self.path}:" if self.path else ""
        return f"{place}:{path} {self.message}" + (f"; {self.fix}" if self.fix else "")


class ConfigurationError(OrchestratorError):
    """Input that cannot be used; carries every problem found, in file order."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(OrchestratorError):
    """The command line cannot be carried out as written."""

    exit_code = ExitCode.USAGE


class Refused(OrchestratorError):
    """A safety rule said no; nothing was changed."""

    exit_code = ExitCode.REFUSED


class StalePlan(Refused):
    """The plan no longer fits the world; `what` names each item that moved."""


class LockHeld(Refused):
    """Another run holds the lock; the message names its owner."""


class Interrupted(OrchestratorError):
    """The user asked to stop; the message says what was started and how to go on. `run`: the deployment that may.

    `release`: the one that a rollback was under way to, which goes first then.
    """

    exit_code = ExitCode.INTERRUPTED

    def __init__(self, what: str, *, where: str = "", fix: str = "", run: str = "", release: str = "") -> None:
        self.run, self.release = run, release
        super().__init__(what, where=where, fix=fix)


class StepFailed(OrchestratorError):
    """An action reached its end and did not succeed, or missed its deadline. `accounts`: where, () everywhere."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", accounts: tuple[str, ...] = ()) -> None:
        self.accounts = accounts
        super().__init__(what, where=where, fix=fix)


class OperationStopped(StepFailed):
    """Somebody stopped our stack-set operation: whoever it was wants no more of this run."""


class LockLost(StepFailed):
    """The lock went to somebody else while this run held it."""


class CallDenied(OrchestratorError):
    """A call that must not be made here. No AwsError: silence is forgiven to AWS, this to nobody."""


class AwsError(OrchestratorError):
    """A call to AWS failed. `code` is AWS's own error code, `where` is service:Operation in region (account)."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", code: str = "") -> None:
        self.code = code
        super().__init__(what, where=where, fix=fix)


class Unreachable(AwsError):
    """No connection, or no answer within the time-out."""


class Throttled(AwsError):
    """AWS kept asking to slow down. `retry_after_s`: for how long, in its own words; None when it does not say."""

    def __init__(
        self, what: str, *, where: str = "", fix: str = "", code: str = "", retry_after_s: float | None = None
    ) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(what, where=where, fix=fix, code=code)


class AccessDenied(AwsError):
    """The principal may not do this."""


class NotFound(AwsError):
    """The thing asked for does not exist."""


class AlreadyExists(AwsError):
    """The thing to be made exists already."""


class OperationInProgress(AwsError):
    """Another operation holds the stack set."""


class PreconditionFailed(AwsError):
    """A conditional write found another version."""


class RuleViolated(AwsError):
    """A safety rule that is kept in AWS said no; nothing was changed."""
