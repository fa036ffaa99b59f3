"""Asks AWS what is true, all places in parallel. A silent region is named as silent and never stops the others."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from orchestrator.core.backoff import pause_s
from orchestrator.core.dns import HealthCheck, RecordSet
from orchestrator.core.drill import DrillRecord
from orchestrator.core.errors import AccessDenied, NotFound, Refused, Throttled, Unreachable
from orchestrator.core.instances import proven_digest
from orchestrator.core.kept import kept_once
from orchestrator.core.lever_exchange import exchanged
from orchestrator.core.levers import Position, levers
from orchestrator.core.names import ACCESS_LAYER, Names
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.replicas import judge_replicas
from orchestrator.core.routing import Routing, position_told
from orchestrator.core.state import (
    Artifact,
    Bucket,
    KeptRelease,
    ObjectHead,
    ObservedStackSet,
    ObservedState,
    ReplicaRead,
    ReplicaStatus,
    Silent,
    Stack,
    StackInstance,
)
from orchestrator.core.topology import Environment, Topology
from orchestrator.ports import Ports

_WORKERS = 32
_SILENCE = (Unreachable, Throttled)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to look at.

    `accounts` are the target accounts known; `layers` of stack sets; `access` also reads the role stacks of bootstrap
    in every account. `past_drills`: so many drills that ended are read, beside those that have not. `patience_s`: how
    long a question that AWS throttles is asked again before its place counts as silent. `releases`: also list those
    whose records are kept.
    """

    topology: Topology
    environment: Environment
    names: Names
    accounts: tuple[str, ...]
    artifacts: tuple[Artifact, ...] = ()
    layers: tuple[str, ...] = ("control", "infra", "compute")
    access: bool = False
    dns: bool = True
    past_drills: int = 0
    patience_s: float = 0.0
    releases: bool = False


def observe(ports: Ports, question: Question, *, workers: Executor | None = None) -> ObservedState:
    """One snapshot. Costs a call per stack set, account-region, bucket and replica, and four for DNS.

    `workers` make the calls, threads by default. Raises AwsError when the home account itself may not ask (no
    credentials, no permission).
    """
    if workers is not None:
        return _taken(_Observation(ports, question, workers))
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="observe") as threads:
        return _taken(_Observation(ports, question, threads))


def _taken(observation: _Observation) -> ObservedState:
    try:
        return observation.take()
    finally:
        observation.leave()


def observe_replicas(ports: Ports, question: Question, *, silent: frozenset[str]) -> tuple[ReplicaRead, ...]:
    """Only the replicas of the question's artifacts, for artifacts that were not known when the rest was asked.

    `silent` regions did not answer then: they are not waited for a second time.
    """
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="observe") as workers:
        reads = _Observation(ports, question, workers).replicas(silent)
    reason = "its region did not answer"
    unread = [
        ReplicaRead(artifact.name, region, ReplicaStatus.UNREACHABLE, None, reason)
        for artifact in question.artifacts
        for region in sorted(silent)
    ]
    return (*reads, *unread)


class _Asked(Generic[Answer]):
    """An answer to come, or the silence of its place."""

    def __init__(self, future: Future[Answer], place: Silent, patient_with: tuple[type[Exception], ...]) -> None:
        self._future, self._place, self._patient_with = future, place, patient_with

    def answer(self, silent: list[Silent]) -> Answer | None:
        """The answer; None after noting the silence."""
        try:
            return self._future.result()
        except self._patient_with as error:
            silent.append(replace(self._place, reason=str(error)))
            return None


class _Observation:
    def __init__(self, ports: Ports, question: Question, workers: Executor) -> None:
        self._ports, self._q, self._workers = ports, question, workers
        self._silent: list[Silent] = []
        self._left = threading.Event()

    def leave(self) -> None:
        """Nobody waits any more for what AWS throttles: an error or Ctrl-C has ended the look."""
        self._left.set()

    def take(self) -> ObservedState:
        """Ask everything that does not depend on an answer at once, then what does."""
        sets = [self._ask_stack_set(layer) for layer in self._layers()]
        known = self._ask_stacks([*self._places(self._q.accounts), *self._home_places()])
        buckets = [self._ask_bucket(region) for region in self._q.topology.control_regions]
        heads = self._ask_heads()
        zone = self._ask_dns("hosted zone", lambda: self._ports.dns.zone(self._q.environment.hosted_zone.name))
        checks = self._ask_dns("health checks", lambda: self._ports.dns.health_checks(tags=self._q.names.tags))
        access, drills, kept = self._ask_access(), self._ask_drills(), self._ask_releases()
        stack_sets = [one.answer(self._silent) for one, _ in sets]
        instances = [one for _, asked in sets for one in asked.answer(self._silent) or ()]
        met = {one.account for one in instances} - set(self._q.accounts) - {self._q.names.home_account}
        later = self._ask_stacks(self._places(tuple(sorted(met))))
        stacks = [stack for asked in (*known, *later) for stack in asked.answer(self._silent) or ()]
        found_zone = zone.answer(self._silent)
        found_checks = tuple(checks.answer(self._silent) or ())
        records = self._records(found_zone.id, instances, found_checks) if found_zone else ()
        present = tuple(one for one in stack_sets if one is not None)
        return ObservedState(
            home_account=self._q.names.home_account,
            taken_at=self._ports.clock.now(),
            stack_sets=present,
            instances=self._with_stacks(instances, stacks, present),
            buckets=tuple(bucket for one in buckets if (bucket := one.answer(self._silent))),
            replicas=self._judged(heads),
            zone=found_zone,
            records=tuple(records),
            health_checks=found_checks,
            access_stacks=tuple(stack for one in access if (stack := one.answer(self._silent))),
            drills=self._drills(drills),
            silent=tuple(dict.fromkeys(self._silent)),
            evacuations=self._evacuations(found_checks, records),
            releases=self._releases(kept),
        )

    def replicas(self, silent: frozenset[str]) -> tuple[ReplicaRead, ...]:
        """Only the replicas, of regions that are not silent."""
        return self._judged(self._ask_heads(silent))

    # -- questions -------------------------------------------------------------------------------------------------

    def _ask(
        self,
        call: Callable[[], Answer],
        region: str,
        account: str,
        what: str,
        patient_with: tuple[type[Exception], ...] = _SILENCE,
    ) -> _Asked[Answer]:
        return _Asked(self._workers.submit(self._patiently, call), Silent(region, account, what, ""), patient_with)

    def _patiently(self, call: Callable[[], Answer]) -> Answer:
        clock = self._ports.clock
        until = clock.monotonic() + self._q.patience_s
        attempt = 0
        while True:
            try:
                return call()
            except Throttled as error:
                wait_s = pause_s(attempt, draw=random.random(), retry_after_s=error.retry_after_s)
                if clock.monotonic() + wait_s > until or not self._slept(wait_s):
                    raise
            attempt += 1

    def _slept(self, seconds: float) -> bool:
        """False as soon as nobody waits any more."""
        while seconds > 0 and not self._left.is_set():
            self._ports.clock.sleep(min(1.0, seconds))
            seconds -= 1.0
        return not self._left.is_set()

    def _ask_stack_set(self, layer: str) -> tuple[_Asked[ObservedStackSet | None], _Asked[Sequence[StackInstance]]]:
        name, home = self._q.names.stack_set(layer), self._q.topology.home_region
        ports = self._ports.stack_sets
        described = self._ask(lambda: ports.describe(name), home, "", "stack sets")
        instances = self._ask(lambda: _or_nothing(lambda: ports.instances(name)), home, "", "stack sets")
        return described, instances

    def _layers(self) -> tuple[str, ...]:
        """With organizational units the roles of the accounts are a stack set too."""
        units = self._q.access and self._q.environment.organizational_units
        return tuple(dict.fromkeys((*self._q.layers, ACCESS_LAYER))) if units else self._q.layers

    def _places(self, accounts: Iterable[str]) -> list[tuple[str, str]]:
        """Every account but home in every region."""
        home = self._q.names.home_account
        regions = dict.fromkeys(region.name for region in self._q.topology.regions)
        if ACCESS_LAYER in self._layers():
            regions[self._q.topology.home_region] = None
        return [(account, region) for account in accounts for region in regions if account != home]

    def _home_places(self) -> list[tuple[str, str]]:
        """The home account, also where only the control layer stands."""
        return [(self._q.names.home_account, region) for region in self._q.topology.control_regions]

    def _ask_stacks(self, places: list[tuple[str, str]]) -> list[_Asked[Sequence[Stack]]]:
        return [self._ask_stack_list(account, region) for account, region in places]

    def _ask_stack_list(self, account: str, region: str) -> _Asked[Sequence[Stack]]:
        prefix = f"{self._q.names.prefix}-"
        # An account whose role is missing or denies is as silent as one that does not answer: the others go on.
        return self._ask(
            lambda: self._ports.stacks.list(account, region, name_contains=prefix),
            region,
            account,
            "stacks",
            (*_SILENCE, AccessDenied, NotFound),
        )

    def _ask_bucket(self, region: str) -> _Asked[Bucket]:
        bucket = self._q.names.artifact_bucket(region)
        return self._ask(lambda: self._ports.buckets.describe(region, bucket), region, "", "artifact bucket")

    def _ask_heads(self, silent: frozenset[str] = frozenset()) -> dict[str, dict[str, _Asked[ObjectHead | None]]]:
        regions = [region for region in self._q.topology.control_regions if region not in silent]
        return {
            artifact.name: {region: self._ask_head(artifact, region) for region in regions}
            for artifact in self._q.artifacts
        }

    def _ask_head(self, artifact: Artifact, region: str) -> _Asked[ObjectHead | None]:
        bucket = self._q.names.artifact_bucket(region)
        # A copy that may not be read (a KMS key that is denied) is not known: neither missing nor the end of the look.
        return self._ask(
            lambda: _none_if_missing(
                lambda: self._ports.buckets.head(region, bucket, artifact.key, version=artifact.version)
            ),
            region,
            "",
            "artifact bucket",
            (*_SILENCE, AccessDenied),
        )

    def _ask_dns(self, what: str, call: Callable[[], Answer]) -> _Asked[Answer | None]:
        if not self._q.dns:
            return self._ask(lambda: None, "", "", what)
        return self._ask(call, "", "", what)

    def _ask_access(self) -> list[_Asked[Stack | None]]:
        if not self._q.access:
            return []
        accounts = dict.fromkeys((self._q.names.home_account, *self._q.accounts))
        return [self._ask_role_stack(account) for account in accounts]

    def _ask_drills(self) -> list[_Asked[Sequence[DrillRecord]]]:
        """Where notes of drills lie: with the levers."""
        if not self._q.dns:
            return []
        places = sorted({lever.place for lever in levers(self._q.topology, self._q.names.prefix)})
        return [self._ask_notes(place) for place in places]

    def _ask_notes(self, place: str) -> _Asked[Sequence[DrillRecord]]:
        bucket = self._q.names.artifact_bucket(place)
        return self._ask(lambda: self._notes(place, bucket), place, "", "artifact bucket")

    def _notes(self, place: str, bucket: str) -> Sequence[DrillRecord]:
        try:
            return self._ports.drill_log.read(place, bucket, ended=self._q.past_drills)
        except (AccessDenied, Refused):
            # Roles of an earlier version may not read them, an earlier version cannot: a drill, which must, is refused
            # by its first step.
            return ()

    def _ask_releases(self) -> list[_Asked[Sequence[KeptRelease]]]:
        if not self._q.releases:
            return []
        return [self._ask_kept(region) for region in self._q.topology.control_regions]

    def _ask_kept(self, region: str) -> _Asked[Sequence[KeptRelease]]:
        bucket, environment = self._q.names.artifact_bucket(region), self._q.environment.name
        listed = self._ports.releases.listed
        # Who may not list them still deploys; what is kept is then not known here.
        patient_with = (*_SILENCE, AccessDenied, NotFound)
        return self._ask(lambda: listed(region, bucket, environment), region, "", "releases", patient_with)

    def _ask_role_stack(self, account: str) -> _Asked[Stack | None]:
        home, name = self._q.topology.home_region, self._q.names.access_stack
        return self._ask(lambda: self._ports.stacks.get(account, home, name), home, account, "access stack")

    # -- answers ---------------------------------------------------------------------------------------------------

    def _records(
        self, zone_id: str, instances: Sequence[StackInstance], checks: Sequence[HealthCheck]
    ) -> Sequence[RecordSet]:
        routing = Routing(self._q.topology, self._q.environment, self._q.names)
        names = routing.names_ever(self._q.accounts, instances, checks)
        asked = self._ask(lambda: self._ports.dns.records(zone_id, names), "", "", "records")
        return asked.answer(self._silent) or ()

    def _evacuations(
        self, found: Sequence[HealthCheck], records: Sequence[RecordSet]
    ) -> tuple[tuple[str, Position], ...]:
        """By DNS: the lever that is in force is not the one of this configuration, and nobody else knows it."""
        checks = RegionChecks(self._q.topology, self._q.environment, self._q.names)

        def told(asked: tuple[str, str]) -> tuple[str, Position]:
            region, name = asked
            return region, position_told(self._ports.lookup.addresses(name))

        return tuple(self._workers.map(told, exchanged(checks, self._q.accounts, found, records)))

    def _judged(self, heads: dict[str, dict[str, _Asked[ObjectHead | None]]]) -> tuple[ReplicaRead, ...]:
        reads: list[ReplicaRead] = []
        for artifact in self._q.artifacts:
            answered: dict[str, ObjectHead | None] = {}
            for region, asked in heads[artifact.name].items():
                before = len(self._silent)
                head = asked.answer(self._silent)
                if len(self._silent) > before:
                    reason = self._silent[-1].reason
                    reads.append(ReplicaRead(artifact.name, region, ReplicaStatus.UNREACHABLE, None, reason))
                else:
                    answered[region] = head
            reads += judge_replicas(artifact, answered)
        return tuple(sorted(reads, key=lambda read: (read.artifact, read.region)))

    def _drills(self, asked: list[_Asked[Sequence[DrillRecord]]]) -> tuple[DrillRecord, ...]:
        found = [record for one in asked for record in one.answer(self._silent) or ()]
        return tuple(sorted(found, key=lambda one: (one.started_at, one.run)))

    @staticmethod
    def _releases(asked: list[_Asked[Sequence[KeptRelease]]]) -> tuple[KeptRelease, ...]:
        """Each once, by its first record, newest first. A bucket that says nothing is missed by nobody here."""
        return kept_once(kept for each in asked for kept in each.answer([]) or ())

    def _with_stacks(
        self, instances: Sequence[StackInstance], stacks: Sequence[Stack], sets: Sequence[ObservedStackSet]
    ) -> tuple[StackInstance, ...]:
        by_id = {stack.id: stack for stack in stacks}
        operations = {(one.name, operation.id): operation for one in sets for operation in one.operations}
        believed = []
        for one in instances:
            stack = by_id.get(one.stack_id)
            digest = proven_digest(stack, operations.get((one.stack_set, one.last_operation))) if stack else ""
            believed.append(replace(one, stack=stack and replace(stack, digest=digest)))
        doubted = [one for one in believed if one.stack and not one.stack.digest]
        read = list(self._workers.map(self._read_digest, doubted))
        sure = [one for one in believed if not (one.stack and not one.stack.digest)]
        return tuple(sorted((*sure, *read), key=lambda one: (one.stack_set, one.region, one.account)))

    def _read_digest(self, instance: StackInstance) -> StackInstance:
        stack = instance.stack
        if stack is None:
            return instance
        try:
            digest = self._ports.stacks.template_digest(stack.account, stack.region, stack.name)
        except (*_SILENCE, AccessDenied, NotFound) as error:
            self._silent.append(Silent(stack.region, stack.account, "template", str(error)))
            return replace(instance, stack=None)
        return replace(instance, stack=replace(stack, digest=digest))


def _or_nothing(call: Callable[[], Sequence[StackInstance]]) -> Sequence[StackInstance]:
    try:
        return call()
    except NotFound:
        return ()


def _none_if_missing(call: Callable[[], ObjectHead | None]) -> ObjectHead | None:
    try:
        return call()
    except NotFound:
        return None
