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


def after_deadline(action: Action) -> str:
    """The next thing to do; the step's effect may still arrive by itself."""
    match action:
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
        case ValidateCertificates():
            return "check that the hosted zone is the one that the domain's registrar points to, then deploy again"
        case ChangeRecords():
            return "Route 53 has the change and goes on: run the same command again, which sends only what is missing"
        case AwaitAnswer(host, _, region):
            return (
                f"look at who is in service (orchestrator status) and at what {host} resolves to; {region} stays as set"
            )
        case _:
            return "run the same command again: it repeats only what is not done"
