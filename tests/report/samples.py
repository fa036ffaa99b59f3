"""Values as a small application gives them, to be drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from orchestrator.core.actions import AwaitOperation, DeleteStackSet
from orchestrator.core.plan import (
    Change,
    ChangeAction,
    ChangeKind,
    FieldChange,
    Finding,
    Plan,
    Plane,
    Risk,
    Severity,
    Step,
)
from orchestrator.core.run import Event, EventKind, Run, StepRecord, StepStatus, Verdict
from orchestrator.core.status import InstanceCounts, RegionStatus, Status
from orchestrator.core.topology import RegionRole

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
PRIMARY, STANDBY = "us-east-1", "us-west-2"
ACCOUNTS = ("111111111111", "222222222222")
UNTOUCHED = Change(
    id="stack-set:infra",
    kind=ChangeKind.STACK_SET,
    action=ChangeAction.NO_OP,
    reason="template and parameters are those of the stack set",
    region=STANDBY,
)
TEMPLATE = Change(
    id="stack-set:compute",
    kind=ChangeKind.STACK_SET,
    action=ChangeAction.UPDATE,
    reason="the template changed",
    region=STANDBY,
    risk=Risk.LOW,
    fields=(FieldChange("Resources.Function.Properties.MemorySize", "256", "512"),),
)
RECORD = Change(
    id="record:sample.fed.dev:A:sample-production-us-east-1",
    kind=ChangeKind.RECORD,
    action=ChangeAction.UPDATE,
    reason="its target moved",
    risk=Risk.MEDIUM,
    fields=(
        FieldChange("record", "sample.fed.dev. A ALIAS old.example [PRIMARY]", "sample.fed.dev. A ALIAS new.example"),
    ),
)
REPLACING = replace(
    TEMPLATE,
    id="stack-set:infra",
    reason="the template changed and replaces Table",
    risk=Risk.HIGH,
    fields=(FieldChange("Resources.Table.Properties.KeySchema", "id", "key", replaces=True),),
)


def instance(account: str, region: str) -> Change:
    return Change(
        id=f"instance:compute:{account}:{region}",
        kind=ChangeKind.INSTANCE,
        action=ChangeAction.UPDATE,
        reason="runs another template",
        region=region,
        account=account,
        risk=Risk.MEDIUM,
        fields=(FieldChange("Parameters.Release", "aaaa", "bbbb"),),
    )


def step(name: str, *needs: str, region: str = "", account: str = "", plane: Plane = Plane.CONTROL) -> Step:
    return Step(
        id=name,
        action=AwaitOperation("sample-production-compute", STANDBY, "op"),
        needs=needs,
        reason=f"{region or 'the zone'} comes next",
        region=region,
        account=account,
        plane=plane,
        home_region=STANDBY,
    )


STEPS = (
    step("update:compute:us-west-2", region=STANDBY),
    # As planners give them: not in the order in which they can run.
    step("update:compute:us-east-1", "update:compute:us-west-2", *(f"gate:{a}:us-west-2" for a in ACCOUNTS)),
    *(
        step(f"gate:{a}:us-west-2", "update:compute:us-west-2", region=STANDBY, account=a, plane=Plane.DATA)
        for a in ACCOUNTS
    ),
    step("records", "update:compute:us-west-2", "update:compute:us-east-1"),
)
UPDATE_STEPS = (STEPS[0], replace(STEPS[1], region=PRIMARY), *STEPS[2:])


def plan(
    *changes: Change,
    steps: tuple[Step, ...] = (),
    findings: tuple[Finding, ...] = (),
    verb: str = "deploy",
    complete: bool = True,
) -> Plan:
    return Plan(
        application="sample",
        environment="production",
        verb=verb,
        release="bbbb",
        changes=changes,
        steps=steps,
        findings=findings,
        basis=(("code app", "c0de"),),
        fingerprint="f1f2f3",
        complete=complete,
    )


INSTANCES = tuple(instance(account, region) for region in (PRIMARY, STANDBY) for account in ACCOUNTS)
UPDATE = plan(UNTOUCHED, TEMPLATE, *INSTANCES, RECORD, steps=UPDATE_STEPS)
EMPTY = plan(UNTOUCHED)
ERROR = Finding("zone-missing", Severity.ERROR, "fed.dev", "there is no public hosted zone fed.dev", "create the zone")
_DEPLOY = "orchestrator deploy"
WARNING = Finding(
    "release-skew", Severity.WARNING, "release", "they differ", f"{_DEPLOY} brings all to one", (_DEPLOY,)
)


def large_plan(accounts: int, regions: int) -> Plan:
    """Instances that differ from each other, each with a step of its own reason."""
    changes, steps = [], []
    for region in range(regions):
        for account in range(accounts):
            one = instance(f"{account:012}", f"us-east-{region}")
            changes.append(replace(one, reason=f"differs in its own way {account} {region}"))
            made = step(f"gate:{account:012}:us-east-{region}", region=one.region, account=one.account)
            steps.append(replace(made, action=DeleteStackSet("x", STANDBY), reason=f"own {account}"))
    return plan(*changes, steps=tuple(steps))


def region_status(name: str, role: RegionRole, **values: object) -> RegionStatus:
    healthy = RegionStatus(
        name=name,
        role=role,
        reachable=True,
        release="d527736e1713",
        instances=InstanceCounts(current=4),
        replica="proven",
        healthy=True,
        hosts=(f"{name}.sample.fed.dev",),
    )
    return replace(healthy, **values)  # type: ignore[arg-type]


def status(*regions: RegionStatus, serving: str = PRIMARY, findings: tuple[Finding, ...] = ()) -> Status:
    shown = regions or (region_status(PRIMARY, RegionRole.PRIMARY), region_status(STANDBY, RegionRole.SECONDARY))
    return Status(
        application="sample", environment="production", serving_region=serving, regions=shown, findings=findings
    )


def record(name: str, outcome: StepStatus, seconds: float = 1.0, reason: str = "") -> StepRecord:
    begun = outcome not in (StepStatus.SKIPPED, StepStatus.WAITING)
    return StepRecord(
        id=name,
        status=outcome,
        started_at=NOON if begun else None,
        ended_at=NOON + timedelta(seconds=seconds) if begun else None,
        reason=reason,
        region=STANDBY,
        account=ACCOUNTS[0],
    )


def run(*steps: StepRecord, verdict: Verdict = Verdict.SUCCEEDED, verb: str = "deploy") -> Run:
    return Run(
        id="20261121T120000Z-deploy-a1b2c3",
        verb=verb,
        application="sample",
        environment="production",
        release="d527736e1713",
        verdict=verdict,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=75),
        steps=steps,
    )


FAILED_RUN = run(
    record("upload:app", StepStatus.SUCCEEDED, 2.0, "version 1"),
    record("update:compute:us-west-2", StepStatus.FAILED, 61.0, "Function: Resource handler returned: quota"),
    record("records", StepStatus.SKIPPED, reason="needs update:compute:us-west-2"),
    verdict=Verdict.FAILED,
)


def event(kind: EventKind, name: str = "", detail: str = "") -> Event:
    return Event(at=NOON, run="20261121T120000Z-deploy-a1b2c3", kind=kind, step=name, detail=detail)
