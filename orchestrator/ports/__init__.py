"""What the orchestrator asks of the outside, in core's words. Gateways, simulation and tests implement these.

Every call has a time-out of its own and raises core.errors.AwsError or one of its kinds. Reads answer None or () for
what does not exist. Nothing here waits for a result: waiting is the executor's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.journal_store import JournalStore
from orchestrator.lock_store import LockStore
from orchestrator.ports.application import Alarms, NoTraffic, Outages, Probe, ProbeResult, UserTraffic
from orchestrator.ports.cloudformation import OperationInput, Stacks, StackSetInput, StackSets
from orchestrator.ports.dns import Certificates, Dns, Levers, NameLookup, ValidationRecord, ZoneServers
from orchestrator.ports.gates import CommandEnd, Commands, FunctionAnswer, Functions, RunningCommand
from orchestrator.ports.quotas import Quotas
from orchestrator.ports.storage import Buckets, DrillLog, Releases
from orchestrator.ports.surroundings import Clock, Identity, Organization

__all__ = [
    "Alarms",
    "Buckets",
    "Certificates",
    "Clock",
    "CommandEnd",
    "Commands",
    "Dns",
    "DrillLog",
    "FunctionAnswer",
    "Functions",
    "Identity",
    "Levers",
    "NameLookup",
    "NoTraffic",
    "OperationInput",
    "Organization",
    "Outages",
    "Ports",
    "Probe",
    "ProbeResult",
    "Quotas",
    "Releases",
    "RunningCommand",
    "StackSetInput",
    "StackSets",
    "Stacks",
    "UserTraffic",
    "ValidationRecord",
    "ZoneServers",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything outside, in one place."""

    clock: Clock
    identity: Identity
    organization: Organization
    stack_sets: StackSets
    stacks: Stacks
    buckets: Buckets
    dns: Dns
    certificates: Certificates
    probe: Probe
    levers: Levers
    alarms: Alarms
    commands: Commands
    functions: Functions
    quotas: Quotas
    lookup: NameLookup
    zone_servers: ZoneServers
    outages: Outages
    drill_log: DrillLog
    releases: Releases
    journals: JournalStore
    lock: LockStore
    users: UserTraffic = field(default_factory=NoTraffic)
