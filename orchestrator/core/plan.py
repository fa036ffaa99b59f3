"""A plan is data: what would change and why, and the graph of steps that would do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from orchestrator.core.actions import Action
from orchestrator.core.proof import Proof
from orchestrator.core.returns import Return


class ChangeAction(Enum):
    """What happens to one thing. NO_OP says why nothing has to happen."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    NO_OP = "no-op"


class ChangeKind(Enum):
    """The kinds of thing that a plan can change, in the order in which reports show them."""

    ACCESS = "access"
    CONTROL = "control"
    BUCKET_REPLICATION = "bucket-replication"
    ARTIFACT = "artifact"
    STACK_SET = "stack-set"
    INSTANCE = "instance"
    HEALTH_CHECK = "health-check"
    RECORD = "record"
    LEVER = "lever"
    OUTAGE = "outage"


class Risk(Enum):
    """How much a change can hurt users."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Plane(Enum):
    """The control plane changes resources; the data plane serves them and survives the control plane."""

    CONTROL = "control"
    DATA = "data"


class Severity(Enum):
    """An ERROR finding refuses the plan."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as text. `replaces` marks a property whose change replaces its resource."""

    path: str
    before: str
    after: str
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that changes (or does not, with the reason)."""

    id: str
    kind: ChangeKind
    action: ChangeAction
    reason: str
    region: str = ""
    account: str = ""
    risk: Risk = Risk.NONE
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action of the graph. It starts when all of `needs` are done; `always` steps even after a failure or a stop,
    unless another `always` step that they need and that puts something back has failed.

    `home_region` is where the call goes, `region` the region it is about; `deadline_s` counts from its start.
    `undoes` names the step whose effect an `always` step takes back: it is skipped when that one never began.
    `after` are steps that must have ended before it starts, however they ended.
    A step that only `waits` is left at any moment: when the run is stopped, or when the step named by `guard` fails.
    Steps of one `group` prove one thing together: once one has failed, the others are left, or never begun.
    `expected_s`: how long it will last as far as earlier ones tell, 0 when nobody knows; it decides only when to ask.
    """

    id: str
    action: Action
    needs: tuple[str, ...]
    reason: str
    region: str = ""
    account: str = ""
    plane: Plane = Plane.CONTROL
    home_region: str = ""
    deadline_s: int = 300
    always: bool = False
    undoes: str = ""
    waits: bool = False
    guard: str = ""
    expected_s: float = 0.0
    after: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say: `where` is a change, a resource or a place in regions.yaml.

    `commands`: those of this program that `fix` names, whole, for a list of what to type.
    """

    rule: str
    severity: Severity
    where: str
    message: str
    fix: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one verb would do. `fingerprint` covers the inputs and everything that the changes were derived from.

    `basis` maps each item that the plan rests on to a digest: two plans differ exactly where their bases do.
    `complete` False: carry out, observe, plan again. `proof`: who answers when regions die, of what is deployed.
    `returns`: to what a rollback returns each region; in the plan of a deployment, would it fail.
    """

    application: str
    environment: str
    verb: str
    release: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    basis: tuple[tuple[str, str], ...]
    fingerprint: str
    complete: bool = True
    proof: Proof | None = None
    returns: tuple[Return, ...] = ()

    @property
    def pending_changes(self) -> tuple[Change, ...]:
        """The changes that are not no-ops."""
        return tuple(change for change in self.changes if change.action is not ChangeAction.NO_OP)

    @property
    def is_empty(self) -> bool:
        """Nothing to do."""
        return not self.steps

    def count(self, action: ChangeAction) -> int:
        """How many changes of that action."""
        return sum(1 for change in self.changes if change.action is action)
