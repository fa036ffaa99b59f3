"""The plan of bootstrap: the roles in every account, then the control layer."""

from __future__ import annotations

from orchestrator.core.actions import PutStack
from orchestrator.core.desired import AccessStack, DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Finding, Plan, Risk, Severity, Step
from orchestrator.core.planning.deploy import home_silence, plan_control
from orchestrator.core.planning.finish import finish
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.stack_sets import plan_stack_set
from orchestrator.core.state import ObservedState
from orchestrator.core.stuck_stacks import is_stuck, state_told, way_out

# A rolled-back update leaves the template before it in force; a rolled-back creation leaves nothing.
_SOUND = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def plan_bootstrap(desired: DesiredState, observed: ObservedState, create_only: CreateOnly) -> Plan:
    """Roles first: the home account's, then each target's; the control stack set needs the home account's."""
    silence = home_silence(desired, observed)
    if silence:
        return finish(desired, Part(findings=silence, complete=False), "bootstrap")
    home = [_access(desired, observed, one, ()) for one in desired.access if one.account == desired.names.home_account]
    first = joined(home).step_ids
    others = [
        _access(desired, observed, one, first) for one in desired.access if one.account != desired.names.home_account
    ]
    if desired.access_set:
        around = Surroundings(accounts=desired.accounts, units=desired.units, create_only=create_only, first=first)
        others.append(plan_stack_set(desired.access_set, observed, around))
    control = plan_control(desired, observed, create_only, first)
    return finish(desired, joined([*home, *others, control]), "bootstrap")


def _access(desired: DesiredState, observed: ObservedState, want: AccessStack, needs: tuple[str, ...]) -> Part:
    have = next((one for one in observed.access_stacks if (one.account, one.name) == (want.account, want.name)), None)
    identity = f"access:{want.account}"
    if have and have.digest == want.digest and have.status in _SOUND:
        return Part((_change(identity, want, ChangeAction.NO_OP, "its roles are these"),))
    action = ChangeAction.UPDATE if have else ChangeAction.CREATE
    reason = "its roles differ" if have else "StackSets and the orchestrator need roles there"
    before = have.digest[:12] if have else ""
    change = _change(identity, want, action, reason, FieldChange("template", before, want.digest[:12]))
    if have and is_stuck(have, of_instance=False):
        message = f"stack {have.name} is in {state_told(have)}"
        return Part((change,), (), (Finding("stack-stuck", Severity.ERROR, identity, message, way_out(have)),))
    step = Step(
        id=identity,
        action=PutStack(
            account=want.account,
            region=want.region,
            name=want.name,
            body=want.body,
            digest=want.digest,
            parameters=(),
            tags=tuple(sorted(desired.names.tags.items())),
        ),
        needs=needs,
        reason=reason,
        region=want.region,
        account=want.account,
        home_region=want.region,
        deadline_s=900,
    )
    return Part((change,), (step,))


def _change(identity: str, want: AccessStack, action: ChangeAction, reason: str, *fields: FieldChange) -> Change:
    return Change(
        id=identity,
        kind=ChangeKind.ACCESS,
        action=action,
        reason=reason,
        region=want.region,
        account=want.account,
        risk=Risk.NONE if action is ChangeAction.NO_OP else Risk.LOW,
        fields=fields,
    )
