"""What to do when a step is not done within its deadline: one sentence per kind of wait."""

from __future__ import annotations

from orchestrator.core.actions import (
    Action,
    AwaitAnswer,
    AwaitOperation,
    AwaitReplica,
    ChangeRecords,
    CreateInstances,
    DeleteInstances,
    OverrideInstances,
    ProbeRegion,
    UpdateInstances,
    ValidateCertificates,
)
from orchestrator.core.gate_actions import AwaitHealthy, InvokeFunction, RunCommand, WatchAlarms
from orchestrator.core.returns import ROLLBACK


def after_deadline(action: Action, verb: str = "") -> str:
    """The next thing to do; the step's effect may still arrive by itself. `verb`: of the plan that it stands in."""
    match action:
        case ProbeRegion(account, region) if verb == "failback":
            return (
                f"{region} comes and goes (account {account}), and stays out: nothing was moved; mend it, then fail "
                "back again, or add --force: users may lose it again"
            )
        case ProbeRegion(account, region) if verb == ROLLBACK:
            return (
                f"it runs the release before again: look at orchestrator status and at the function's log in {region} "
                f"(account {account}); the cause may not be the release"
            )
        case AwaitReplica(artifact, region, bucket):
            return (
                f"look at the replication metrics and failure events of the bucket that replicates to {bucket}; a "
                f"replica that arrives later is found by the next deploy, which repeats only {region}'s part "
                f"of {artifact.name}"
            )
        case CreateInstances() | UpdateInstances() | OverrideInstances() | DeleteInstances() | AwaitOperation():
            return (
                "the stack-set operation goes on: look at it in the CloudFormation console, then run the same command "
                "again, which waits for it"
            )
        case ProbeRegion(account, region):
            return (
                f"look at the function's log in {region} (account {account}); mend and deploy again, or deploy the "
                "release before"
            )
        case WatchAlarms(account, region):
            return (
                f"look at the alarms in {region} (account {account}): one without data is never OK unless its missing "
                "data counts as notBreaching; mend and deploy again"
            )
        case AwaitHealthy(account, region, check_id):
            return (
                f"see what the checkers say: aws route53 get-health-check-status --health-check-id {check_id}; "
                "mend and deploy again"
            )
        case InvokeFunction(account, region, function):
            return f"look at the log of {function} in {region} (account {account}); deploy again to ask it anew"
        case RunCommand():
            return "deploy again to run it anew"
        case ValidateCertificates():
            return "check that the hosted zone is the one that the domain's registrar points to, then deploy again"
        case ChangeRecords():
            return "Route 53 has the change and goes on: run the same command again, which sends only what is missing"
        case AwaitAnswer(host, _, region, leaves):
            look = (
                f"look at who is in service (orchestrator status) and at what {host} resolves to; {region} stays as set"
            )
            if leaves and verb == "failover":
                look += "; should a drill hold the others out as well: orchestrator drill REGION --put-back"
            return look
        case _:
            return "run the same command again: it repeats only what is not done"
