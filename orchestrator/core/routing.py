"""The records that an environment should have, and the names that it owns in its zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from orchestrator.core.answers import ALIAS_TTL_S
from orchestrator.core.dns import AliasTarget, FailoverRole, HealthCheck, RecordSet
from orchestrator.core.levers import Position
from orchestrator.core.names import LAYERS, Names
from orchestrator.core.pending import Value
from orchestrator.core.state import StackInstance
from orchestrator.core.topology import Environment, RoutingPolicy, Topology

ADDRESS_IN, ADDRESS_OUT = "192.0.2.1", "192.0.2.2"
"""Addresses for documentation (RFC 5737): they lead nowhere, and any resolver tells them."""
STATE_TTL_S = 10


@dataclass(frozen=True, slots=True)
class Target:
    """A regional API domain: its d-xxx name and the hosted zone id that aliases need."""

    name: Value
    zone_id: Value


@dataclass(frozen=True, slots=True)
class RegionTargets:
    """The two API domains of one account in one region."""

    account: str
    region: str
    shared: Target
    regional: Target


@dataclass(frozen=True, slots=True)
class Routing:
    """Builds the records of one environment; pure in (topology, environment)."""

    topology: Topology
    environment: Environment
    names: Names

    def regional_record(self, targets: RegionTargets) -> RecordSet:
        """`us-east-1.sample.fed.dev`: always that region."""
        name = self.environment.regional_host_for(targets.account, targets.region)
        return RecordSet(name=name, type="A", alias=_alias(targets.regional))

    def shared_records(
        self, account: str, targets: dict[str, RegionTargets], checks: dict[str, Value]
    ) -> tuple[RecordSet, ...]:
        """The records of the shared name, by the policy of the topology. `targets` and `checks` by region."""
        match self.topology.failover.policy:
            case RoutingPolicy.FAILOVER:
                return self.failover_records(account, targets, checks)
            case RoutingPolicy.WEIGHTED | RoutingPolicy.LATENCY:
                return self._active_records(account, targets, checks)
            case _:
                assert_never(self.topology.failover.policy)

    def failover_records(
        self, account: str, targets: dict[str, RegionTargets], checks: dict[str, Value]
    ) -> tuple[RecordSet, ...]:
        """The shared name: PRIMARY and SECONDARY; with more standbys the SECONDARY is a name for the rest, and so on.

        `targets` and `checks` by region. Route 53 has pairs only, so the order of standbys becomes a chain.
        """
        order = [self.topology.primary.name, *(region.name for region in self.topology.standbys)]
        host = self.environment.host_for(account)
        records: list[RecordSet] = []
        for depth, region in enumerate(order[:-1]):
            name = chain_name(host, depth)
            last_pair = depth == len(order) - 2
            records.append(self._pointing(name, region, FailoverRole.PRIMARY, targets, checks))
            if last_pair:
                records.append(self._pointing(name, order[-1], FailoverRole.SECONDARY, targets, checks))
            else:
                records.append(self._chained(name, chain_name(host, depth + 1), order[depth + 1]))
        return tuple(records)

    def state_records(self, account: str, checks: Mapping[str, Value]) -> tuple[RecordSet, ...]:
        """Where each region's evacuate lever stands, readable by DNS from anywhere. `checks` by region.

        `account` lends its host: a lever is of the whole region.
        """
        made = []
        for region, check in checks.items():
            name = state_name(self.environment, account, region)
            common = RecordSet(name=name, type="A", ttl_s=STATE_TTL_S, values=(ADDRESS_IN,))
            identifier = f"{self.names.prefix}-{region}"
            primary = replace(common, set_identifier=f"{identifier}-in", failover=FailoverRole.PRIMARY)
            made.append(replace(primary, health_check=check))
            secondary = replace(common, set_identifier=f"{identifier}-out", failover=FailoverRole.SECONDARY)
            made.append(replace(secondary, values=(ADDRESS_OUT,)))
        return tuple(made)

    def owned_names(self, accounts: Iterable[str], regions: Iterable[str]) -> frozenset[str]:
        """Every name that this environment's records have or had when it stood in these places."""
        places = tuple(regions)
        names: set[str] = set()
        for account in accounts:
            host = self.environment.host_for(account)
            names |= {self.environment.regional_host_for(account, region) for region in places}
            names |= {state_name(self.environment, account, region) for region in places}
            names |= {chain_name(host, depth) for depth in range(max(1, len(places) - 1))}
        return frozenset(names)

    def accounts_checked(self, checks: Iterable[HealthCheck]) -> tuple[str, ...]:
        """The accounts that our health checks watch: also those that left their unit, which nothing else tells."""
        pattern = r"[a-z0-9-]+\." + re.escape(self.environment.host).replace(r"\{account\}", "([0-9]{12})")
        found = [re.fullmatch(pattern, one.host) for one in checks]
        return tuple(sorted({account for match in found if match for account in match.groups()}))

    def names_ever(
        self, accounts: Iterable[str], instances: Iterable[StackInstance], checks: Iterable[HealthCheck] = ()
    ) -> frozenset[str]:
        """The names of today's places, and of those where instances of infra or compute stand or `checks` watch."""
        layers = {self.names.stack_set(layer) for layer in LAYERS}
        seen = [one for one in instances if one.stack_set in layers]
        today = [region.name for region in self.topology.regions]
        return self.owned_names(
            dict.fromkeys([*accounts, *(one.account for one in seen), *self.accounts_checked(checks)]),
            dict.fromkeys([*today, *(one.region for one in seen)]),
        )

    def _active_records(
        self, account: str, targets: dict[str, RegionTargets], checks: dict[str, Value]
    ) -> tuple[RecordSet, ...]:
        """Every region answers: a share of the users (weighted), or those who are near it (latency)."""
        host = self.environment.host_for(account)
        made = []
        for region in self.topology.regions:
            record = self._to_region(host, region.name, targets, checks)
            if self.topology.failover.policy is RoutingPolicy.WEIGHTED:
                made.append(replace(record, weight=region.weight))
            else:
                made.append(replace(record, region=region.name))
        return tuple(made)

    def _pointing(
        self,
        name: str,
        region: str,
        role: FailoverRole,
        targets: dict[str, RegionTargets],
        checks: dict[str, Value],
    ) -> RecordSet:
        return self._to_region(name, region, targets, checks, role)

    def _to_region(
        self,
        name: str,
        region: str,
        targets: dict[str, RegionTargets],
        checks: dict[str, Value],
        role: FailoverRole | None = None,
    ) -> RecordSet:
        """A record that leads to one region, guarded by that region's check; without `role` its policy is open."""
        target, ttl = targets[region].shared, self.topology.failover.ttl_s
        aliased = ttl == ALIAS_TTL_S
        return RecordSet(
            name=name,
            type="A" if aliased else "CNAME",
            ttl_s=None if aliased else ttl,
            values=() if aliased else (target.name,),
            alias=_alias(target) if aliased else None,
            set_identifier=f"{self.names.prefix}-{region}",
            failover=role,
            health_check=checks[region],
        )

    def _chained(self, name: str, rest: str, region: str) -> RecordSet:
        """SECONDARY = the name of the rest, in the same zone: its health is that of its own records."""
        ttl = self.topology.failover.ttl_s
        kind = "A" if ttl == ALIAS_TTL_S else "CNAME"
        return RecordSet(
            name=name,
            type=kind,
            alias=AliasTarget(rest, "", evaluate_target_health=True),
            set_identifier=f"{self.names.prefix}-{region}-onward",
            failover=FailoverRole.SECONDARY,
        )


def state_name(environment: Environment, account: str, region: str) -> str:
    """`evacuated.us-east-1.sample.fed.dev`: answered with ADDRESS_IN or ADDRESS_OUT, by the region's evacuate lever."""
    return f"evacuated.{environment.regional_host_for(account, region)}"


def position_told(addresses: tuple[str, ...]) -> Position:
    """What the addresses of a state name say."""
    if addresses == (ADDRESS_IN,):
        return Position.IN
    return Position.OUT if addresses == (ADDRESS_OUT,) else Position.UNKNOWN


def chain_name(host: str, depth: int) -> str:
    """Depth 0 is the shared name itself; deeper ones name "whoever comes after"."""
    return host if depth == 0 else f"standby-{depth}.{host}"


def _alias(target: Target) -> AliasTarget:
    # EvaluateTargetHealth of an API Gateway alias fails only when the whole service is down there: own checks decide.
    return AliasTarget(target.name, target.zone_id, evaluate_target_health=False)
