"""From a draft without faults to the Topology that the rest of the program trusts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestrator.config.rules.regions import reference_region
from orchestrator.config.walk import Draft
from orchestrator.core.drill_windows import windows
from orchestrator.core.fan_out import ConcurrencyMode, FanOut, Share
from orchestrator.core.gates import Gates
from orchestrator.core.json_values import JsonObject
from orchestrator.core.names import LAYERS
from orchestrator.core.topology import (
    AbortLimits,
    Accepted,
    Access,
    ClusterEndpoint,
    CodeSource,
    Drills,
    Environment,
    Failover,
    Health,
    HostedZone,
    LeverMechanism,
    Objectives,
    OnFailure,
    Region,
    RegionRole,
    Rollout,
    RoutingPolicy,
    StackSetConfig,
    Topology,
    TrafficSettings,
    WaveConfig,
)


def build(draft: Draft, path: Path) -> Topology:
    """The Topology. Every required value is there: the walk reported it otherwise."""
    return Topology(
        application=draft.text("application"),
        partition=draft.text("partition"),
        home_region=draft.text("home_region"),
        reference_region=reference_region(draft),
        regions=tuple(_region(draft, name) for name in draft.under("regions")),
        environments=tuple(_environment(draft, name) for name in draft.under("environments")),
        code=tuple(_code(draft, name) for name in draft.under("code")),
        stack_sets=tuple(_stack_set(draft, layer) for layer in LAYERS),
        health=Health(
            path=draft.text("health", "path"),
            interval_s=_number(draft, "health", "interval"),
            failure_threshold=_number(draft, "health", "failure_threshold"),
        ),
        failover=Failover(
            policy=RoutingPolicy(draft.text("failover", "policy")),
            ttl_s=_number(draft, "failover", "ttl"),
            lever=LeverMechanism(draft.text("failover", "lever")),
            cluster=tuple(ClusterEndpoint(*one) for one in _named(draft, "failover", "cluster")),
        ),
        rollout=_rollout(draft),
        gates=_gates(draft),
        objectives=Objectives(
            rto_s=_number(draft, "objectives", "rto"),
            longest_gap_s=_number(draft, "objectives", "longest_gap"),
            availability_percent=_number(draft, "objectives", "availability"),
        ),
        traffic=TrafficSettings(
            rate_per_s=_number(draft, "traffic", "rate"),
            resolvers=_number(draft, "traffic", "resolvers"),
            path=draft.text("traffic", "path") or draft.text("health", "path"),
        ),
        drills=_drills(draft),
        access=Access(
            role=draft.text("access", "role"),
            bootstrap_role=draft.text("access", "bootstrap_role"),
            managed_policies=draft.texts("access", "managed_policies"),
        ),
        accepted=tuple(_accepted(draft)),
        base_dir=str(path.parent),
        source=str(path),
    )


def _region(draft: Draft, name: str) -> Region:
    path = ("regions", name)
    return Region(name, RegionRole(draft.text(*path, "role")), _number(draft, *path, "weight"))


def _environment(draft: Draft, name: str) -> Environment:
    path = ("environments", name)
    return Environment(
        name=name,
        accounts=draft.texts(*path, "accounts"),
        organizational_units=draft.texts(*path, "organizational_units"),
        host=draft.text(*path, "host"),
        hosted_zone=HostedZone(draft.text(*path, "hosted_zone", "name"), draft.text(*path, "hosted_zone", "account")),
        routing_controls=_named(draft, *path, "routing_controls"),
    )


def _code(draft: Draft, name: str) -> CodeSource:
    return CodeSource(name=name, path=draft.text("code", name, "path"), kind=draft.text("code", name, "kind"))


def _stack_set(draft: Draft, layer: str) -> StackSetConfig:
    path = ("stack_sets", layer)
    options = draft.values[(*path, "options")]
    assert isinstance(options, JsonObject)
    place = draft.places.get((*path, "blueprint"))
    return StackSetConfig(
        layer=layer, blueprint=draft.text(*path, "blueprint"), options=options.items, line=place.line if place else 0
    )


def _accepted(draft: Draft) -> Iterator[Accepted]:
    path = ("analysis", "suppress")
    for resource in draft.under(*path):
        for rule, reason in _named(draft, *path, resource):
            yield Accepted(resource, rule, reason)


def _named(draft: Draft, *path: str) -> tuple[tuple[str, str], ...]:
    """Name and text of each entry of a mapping."""
    return tuple((name, draft.text(*path, name)) for name in draft.under(*path))


def _drills(draft: Draft) -> Drills:
    return Drills(
        hold_s=_number(draft, "drills", "hold"),
        min_distance_h=_number(draft, "drills", "min_distance"),
        blocked=tuple(window for text in draft.texts("drills", "blocked") for window in windows(text)),
        abort=AbortLimits(
            error_rate_percent=_number(draft, "drills", "abort", "error_rate"),
            latency_ms=_number(draft, "drills", "abort", "latency"),
            window_s=_number(draft, "drills", "abort", "window"),
            alarms=draft.texts("drills", "abort", "alarms"),
        ),
    )


def _gates(draft: Draft) -> Gates:
    return Gates(
        probes=_number(draft, "gates", "probes"),
        interval_s=_number(draft, "gates", "interval"),
        alarms=draft.texts("gates", "alarms"),
        bake_s=_number(draft, "gates", "bake"),
        health_check=draft.flag("gates", "health_check"),
        command=draft.texts("gates", "command"),
        function=draft.text("gates", "function"),
    )


def _rollout(draft: Draft) -> Rollout:
    strict = draft.text("rollout", "concurrency_mode") == "strict"
    return Rollout(
        replication_deadline_s=_number(draft, "rollout", "replication_deadline"),
        operation_deadline_s=_number(draft, "rollout", "operation_deadline"),
        gate_deadline_s=_number(draft, "rollout", "gate_deadline"),
        on_failure=OnFailure(draft.text("rollout", "on_failure")),
        waves=tuple(
            WaveConfig(name, draft.texts("rollout", "waves", name)) for name in draft.under("rollout", "waves")
        ),
        fan_out=FanOut(
            concurrency=_share(draft, "rollout", "concurrency"),
            tolerance=_share(draft, "rollout", "failure_tolerance"),
            mode=ConcurrencyMode.STRICT if strict else ConcurrencyMode.SOFT,
        ),
    )


def _share(draft: Draft, *path: str) -> Share:
    written = str(draft.values[path])
    return Share(int(written.removesuffix("%")), written.endswith("%"))


def _number(draft: Draft, *path: str) -> int:
    value = draft.values[path]
    assert isinstance(value, int)
    return value
