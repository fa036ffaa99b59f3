"""From an action to the task that carries it out: one closed dispatch, checked by mypy."""

from __future__ import annotations

from typing import assert_never

from orchestrator.core.actions import (
    AwaitAnswer,
    AwaitOperation,
    AwaitReplica,
    ChangeRecords,
    CreateHealthCheck,
    CreateInstances,
    CreateStackSet,
    DeleteBucket,
    DeleteHealthCheck,
    DeleteInstances,
    DeleteStack,
    DeleteStackSet,
    HoldLever,
    MoveLever,
    OverrideInstances,
    ProbeRegion,
    PutStack,
    RecordRelease,
    ReplicateBucket,
    UpdateHealthCheck,
    UpdateInstances,
    UploadArtifact,
    ValidateCertificates,
)
from orchestrator.core.drill_actions import (
    AwaitChecks,
    AwaitUsers,
    BeginDrill,
    BeginOutage,
    EndDrill,
    EndOutage,
    KeepLever,
    Pause,
    Watch,
)
from orchestrator.core.gate_actions import AwaitHealthy, InvokeFunction, RunCommand, WatchAlarms
from orchestrator.core.plan import Step
from orchestrator.executor import (
    code_tasks,
    dns_tasks,
    drill_tasks,
    gate_tasks,
    own_gate_tasks,
    release_tasks,
    stack_set_tasks,
    stack_tasks,
    switch_tasks,
    waiting_tasks,
)
from orchestrator.executor.context import Context, Task


def task_for(step: Step, context: Context) -> Task:
    """The task of one step."""
    match step.action:
        case PutStack() as action:
            return stack_tasks.PutStackTask(action, step.id, context)
        case DeleteStack() as action:
            return stack_tasks.DeleteStackTask(action, step.id, context)
        case CreateStackSet() as action:
            return stack_set_tasks.CreateStackSetTask(action, step.id, context)
        case CreateInstances() | UpdateInstances() | OverrideInstances() as action:
            return stack_set_tasks.InstancesTask(action, context)
        case DeleteInstances() as action:
            return stack_set_tasks.DeleteInstancesTask(action, context)
        case DeleteStackSet() as action:
            return stack_set_tasks.DeleteStackSetTask(action, context)
        case AwaitOperation() as action:
            return stack_set_tasks.AwaitOperationTask(action, context)
        case ReplicateBucket() as action:
            return code_tasks.ReplicateBucketTask(action, context)
        case UploadArtifact() as action:
            return code_tasks.UploadArtifactTask(action, context)
        case AwaitReplica() as action:
            return code_tasks.AwaitReplicaTask(action, context)
        case DeleteBucket() as action:
            return code_tasks.DeleteBucketTask(action, context)
        case RecordRelease() as action:
            return release_tasks.RecordReleaseTask(action, context)
        case ValidateCertificates() as action:
            return dns_tasks.ValidateCertificatesTask(action, context)
        case CreateHealthCheck() as action:
            return dns_tasks.CreateHealthCheckTask(action, context)
        case UpdateHealthCheck() as action:
            return dns_tasks.UpdateHealthCheckTask(action, context)
        case DeleteHealthCheck() as action:
            return dns_tasks.DeleteHealthCheckTask(action, context)
        case ChangeRecords() as action:
            return dns_tasks.ChangeRecordsTask(action, context)
        case ProbeRegion() as action:
            return gate_tasks.ProbeRegionTask(action, context)
        case WatchAlarms() as action:
            return gate_tasks.WatchAlarmsTask(action, context)
        case AwaitHealthy() as action:
            return gate_tasks.AwaitHealthyTask(action, context)
        case RunCommand() as action:
            return own_gate_tasks.RunCommandTask(action, step.id, context)
        case InvokeFunction() as action:
            return own_gate_tasks.InvokeFunctionTask(action, context)
        case MoveLever() as action:
            return switch_tasks.MoveLeverTask(action, context)
        case HoldLever() as action:
            return switch_tasks.HoldLeverTask(action, context)
        case AwaitAnswer() as action:
            return switch_tasks.AwaitAnswerTask(action, context)
        case BeginDrill() as action:
            return drill_tasks.BeginDrillTask(action, context)
        case EndDrill() as action:
            return drill_tasks.EndDrillTask(action, context)
        case KeepLever() as action:
            return drill_tasks.KeepLeverTask(action, context)
        case BeginOutage() as action:
            return drill_tasks.BeginOutageTask(action, context)
        case EndOutage() as action:
            return drill_tasks.EndOutageTask(action, context)
        case AwaitChecks() as action:
            return waiting_tasks.AwaitChecksTask(action, context)
        case AwaitUsers() as action:
            return waiting_tasks.AwaitUsersTask(action, context)
        case Pause() as action:
            return waiting_tasks.PauseTask(action, context)
        case Watch() as action:
            return waiting_tasks.WatchTask(action, context)
        case _ as unreachable:
            assert_never(unreachable)
