"""One stack-set operation: which targets may start now, and how it ends, given the results so far.

Decides only; the embedded AWS and the simulation carry it out. Source: CloudFormation API reference,
StackSetOperationPreferences and StackSetOperation. Times are seconds, handed in by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from orchestrator.core.fan_out import ConcurrencyMode, FanOut
from orchestrator.core.state import OperationStatus


class OperationAction(Enum):
    """What an operation does to its instances."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


class ResultStatus(Enum):
    """AWS's own states of one target within an operation."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class RegionConcurrency(Enum):
    """Regions one after another, or all at once."""

    SEQUENTIAL = "SEQUENTIAL"
    PARALLEL = "PARALLEL"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """Where one instance lives: a 12-digit account and a region."""

    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Operation preferences; a percentage, when given, wins over its count. All limits are per region."""

    failure_tolerance_count: int = 0
    failure_tolerance_percentage: int | None = None
    max_concurrent_count: int = 1
    max_concurrent_percentage: int | None = None
    region_order: tuple[str, ...] = ()
    region_concurrency: RegionConcurrency = RegionConcurrency.SEQUENTIAL
    concurrency_mode: ConcurrencyMode = ConcurrencyMode.STRICT

    def tolerance(self, accounts: int) -> int:
        """How many of `accounts` may fail in one region; percentages round down."""
        if self.failure_tolerance_percentage is None:
            return self.failure_tolerance_count
        return accounts * self.failure_tolerance_percentage // 100

    def concurrency(self, accounts: int, failures: int) -> int:
        """How many of `accounts` may run at once after `failures`; percentages round down, never below one."""
        wanted = self.max_concurrent_count
        if self.max_concurrent_percentage is not None:
            wanted = max(1, accounts * self.max_concurrent_percentage // 100)
        if self.concurrency_mode is ConcurrencyMode.SOFT:
            return wanted
        return min(wanted, self.tolerance(accounts) + 1 - failures)


def preferences_of(fan_out: FanOut) -> Preferences:
    """What the gateway sends for a fan-out: all regions of an operation at once, each within these limits."""
    concurrency, tolerance = fan_out.concurrency, fan_out.tolerance
    return Preferences(
        failure_tolerance_count=0 if tolerance.percent else tolerance.number,
        failure_tolerance_percentage=tolerance.number if tolerance.percent else None,
        max_concurrent_count=1 if concurrency.percent else concurrency.number,
        max_concurrent_percentage=concurrency.number if concurrency.percent else None,
        region_concurrency=RegionConcurrency.PARALLEL,
        concurrency_mode=fan_out.mode,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """How one target fares within an operation; `reason` in AWS's words."""

    status: ResultStatus = ResultStatus.PENDING
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `results` has one entry per target, in the order of work, and is never mutated."""

    operation_id: str
    action: OperationAction
    preferences: Preferences = Preferences()
    status: OperationStatus = OperationStatus.QUEUED
    results: Mapping[Target, Result]
    retain_stacks: bool = False
    created_at: float
    ended_at: float | None = None
    reason: str = ""


FAILED_TOLERANCE = "The operation has exceeded the failure tolerance limit."
CANCELLED_TOLERANCE = "Cancelled since failure tolerance has exceeded"
CANCELLED_STOPPED = "Cancelled since the operation was stopped"


def in_work_order(targets: tuple[Target, ...], preferences: Preferences) -> dict[Target, Result]:
    """Every target as PENDING: regions by `region_order` (others after it, as given), accounts ascending."""
    given = list(dict.fromkeys(target.region for target in targets))
    regions = [region for region in preferences.region_order if region in given]
    rank = {region: number for number, region in enumerate([*regions, *given][::-1])}
    return {target: Result() for target in sorted(set(targets), key=lambda one: (-rank[one.region], one.account))}


def next_targets(operation: Operation) -> tuple[Target, ...]:
    """The targets that may start now; empty unless the operation is RUNNING."""
    if operation.status is not OperationStatus.RUNNING:
        return ()
    ready: list[Target] = []
    for results in _by_region(operation).values():
        ready += _ready(results, operation.preferences)
        unfinished = any(result.status in _UNFINISHED for result in results.values())
        if unfinished and operation.preferences.region_concurrency is RegionConcurrency.SEQUENTIAL:
            break
    return tuple(ready)


def record(operation: Operation, outcomes: Mapping[Target, Result], *, now: float) -> Operation:
    """The operation after `outcomes`: later targets cancelled where tolerance is spent, ended when nothing is left."""
    return settle(replace(operation, results={**operation.results, **outcomes}), now=now)


def stop(operation: Operation, *, now: float) -> Operation:
    """The operation after a request to stop: what runs finishes, what waits is cancelled."""
    return settle(replace(operation, status=OperationStatus.STOPPING), now=now)


def settle(operation: Operation, *, now: float) -> Operation:
    """The operation with its consequences drawn: cancellations first, then its end."""
    results = dict(operation.results)
    exceeded = False
    for region_results in _by_region(operation).values():
        failures = _count(region_results, ResultStatus.FAILED)
        over = failures > operation.preferences.tolerance(len(region_results))
        exceeded = exceeded or over
        reason = _cancellation(operation, over=over, earlier_over=exceeded)
        if reason:
            results |= {
                target: Result(ResultStatus.CANCELLED, reason)
                for target, result in region_results.items()
                if result.status is ResultStatus.PENDING
            }
    settled = replace(operation, results=results)
    if any(result.status in _UNFINISHED for result in results.values()):
        return settled
    return _ended(settled, exceeded=exceeded, now=now)


_UNFINISHED = (ResultStatus.PENDING, ResultStatus.RUNNING)


def _by_region(operation: Operation) -> dict[str, dict[Target, Result]]:
    regions: dict[str, dict[Target, Result]] = {}
    for target, result in operation.results.items():
        regions.setdefault(target.region, {})[target] = result
    return regions


def _count(results: Mapping[Target, Result], status: ResultStatus) -> int:
    return sum(result.status is status for result in results.values())


def _ready(results: Mapping[Target, Result], preferences: Preferences) -> list[Target]:
    cap = preferences.concurrency(len(results), _count(results, ResultStatus.FAILED))
    free = max(0, cap - _count(results, ResultStatus.RUNNING))
    return [target for target, result in results.items() if result.status is ResultStatus.PENDING][:free]


def _cancellation(operation: Operation, *, over: bool, earlier_over: bool) -> str:
    """Why what waits in a region is given up, or nothing."""
    if operation.status is OperationStatus.STOPPING:
        return CANCELLED_STOPPED
    sequential = operation.preferences.region_concurrency is RegionConcurrency.SEQUENTIAL
    return CANCELLED_TOLERANCE if over or (sequential and earlier_over) else ""


def _ended(operation: Operation, *, exceeded: bool, now: float) -> Operation:
    if operation.status is OperationStatus.STOPPING:
        return replace(operation, status=OperationStatus.STOPPED, ended_at=now)
    if exceeded:
        return replace(operation, status=OperationStatus.FAILED, ended_at=now, reason=FAILED_TOLERANCE)
    return replace(operation, status=OperationStatus.SUCCEEDED, ended_at=now)
