"""From what was observed to the operator's one screen: what is true of each region, and what needs a hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.check_health import AlarmState, CheckState, check_health
from orchestrator.core.drill_findings import unfinished_drills
from orchestrator.core.held_out import nobody_in_service
from orchestrator.core.instances import blocking_finding
from orchestrator.core.levers import LeverKind, Position, Positions
from orchestrator.core.names import Names
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof import Proof, who_answers
from orchestrator.core.proof_rules import proof_findings
from orchestrator.core.proof_subject import observed_subjects, proof_of, records_by_account
from orchestrator.core.state import (
    InstanceStatus,
    ObservedState,
    ReplicaStatus,
    StackInstance,
)
from orchestrator.core.status import Answering, InstanceCounts, LastDrill, RegionStatus, Status
from orchestrator.core.topology import Environment, Region, RegionRole, Topology

MIXED = "mixed"
_LAYERS = ("infra", "compute")
_DEPLOY, _PLAN = "orchestrator deploy", "orchestrator plan"


@dataclass(frozen=True, slots=True)
class HealthView:
    """How one account's endpoint in one region looks. `route53`: its checkers' view; `probe`: our own question.

    None: nobody knows. `detail` is what the probe met.
    """

    route53: bool | None = None
    probe: bool | None = None
    detail: str = ""

    @property
    def healthy(self) -> bool | None:
        """Route 53's view decides what users get; without one, our own question does."""
        return self.probe if self.route53 is None else self.route53


HealthViews = Mapping[tuple[str, str], HealthView]
"""By (account, region)."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Derives the status of one environment."""

    topology: Topology
    environment: Environment
    names: Names
    observed: ObservedState
    views: HealthViews
    levers: Positions = field(default_factory=dict)

    def status(self) -> Status:
        """Everything `status` shows."""
        regions = tuple(self._region(region) for region in self.topology.regions)
        answering = self._answering()
        serving = tuple(one.name for one in self.topology.regions if any(one.name in it.regions for it in answering))
        proof, unproven = self._proof()
        return Status(
            application=self.topology.application,
            environment=self.environment.name,
            serving_region=MIXED if len(serving) > 1 or len(answering) > 1 else next(iter(serving), ""),
            regions=regions,
            findings=(*self._findings(regions), *unproven),
            operations=self._operations(),
            serving_regions=serving,
            accounts_differ=len(answering) > 1,
            answering=answering,
            last_drill=self._last_drill(),
            proof=proof,
            releases=self.observed.releases,
        )

    @property
    def accounts(self) -> tuple[str, ...]:
        """The target accounts: configured, or met as instances of organizational units."""
        met = sorted({one.account for layer in _LAYERS for one in self._instances(layer)})
        return self.environment.accounts or tuple(met)

    # -- one region ------------------------------------------------------------------------------------------------

    def _region(self, region: Region) -> RegionStatus:
        mine = [one for layer in _LAYERS for one in self._instances(layer) if one.region == region.name]
        silences = [one for one in self.observed.silent if one.region == region.name and one.what != "stack sets"]
        return RegionStatus(
            name=region.name,
            role=region.role,
            reachable=not silences,
            release=self._release(region.name),
            instances=_counts(mine),
            replica=self._replica(region.name),
            healthy=self._healthy(region.name),
            evacuated=self._is_out(region.name, LeverKind.EVACUATE),
            drilled=self._is_out(region.name, LeverKind.DRILL),
            levers=tuple((one.kind, position) for one, position in self.levers.items() if one.region == region.name),
            hosts=tuple(self.environment.regional_host_for(account, region.name) for account in self.accounts),
            why="; ".join(dict.fromkeys(one.reason for one in silences)),
        )

    def _is_out(self, region: str, kind: LeverKind) -> bool:
        out = [lever for lever, position in self.levers.items() if position is Position.OUT]
        return any((lever.region, lever.kind) == (region, kind) for lever in out)

    def _instances(self, layer: str) -> tuple[StackInstance, ...]:
        return self.observed.instances_of(self.names.stack_set(layer))

    def _release(self, region: str) -> str:
        stacks = [one.stack for one in self._instances("compute") if one.region == region and one.stack]
        releases = {dict(stack.parameters).get("Release", "") for stack in stacks}
        return next(iter(releases)) if len(releases) == 1 else (MIXED if releases else "")

    def _replica(self, region: str) -> str:
        """The worst of the region's replicas, in the words of S3 and ours; "" when nothing was deployed."""
        statuses = {read.status for read in self.observed.replicas if read.region == region}
        order = [status for status in ReplicaStatus if status is not ReplicaStatus.PROVEN]
        worst = next((status for status in reversed(order) if status in statuses), None)
        if worst:
            return str(worst.value)
        return ReplicaStatus.PROVEN.value if statuses else ""

    def _healthy(self, region: str) -> bool | None:
        views = [self.views.get((account, region), HealthView()).healthy for account in self.accounts]
        if not views or None in views:
            return False if False in views else None
        return all(views)

    # -- who serves ------------------------------------------------------------------------------------------------

    def _answering(self) -> tuple[Answering, ...]:
        """The shared names by the regions that they lead to: one group unless accounts differ."""
        # The zone says who is PRIMARY: regions.yaml may have been edited since.
        regions = tuple(region.name for region in self.topology.regions)
        healthy = self._health_of_checks()
        groups: dict[tuple[str, ...], list[str]] = {}
        for account, records in records_by_account(self.environment, self.accounts, self.observed.records).items():
            host = self.environment.host_for(account)
            met = {region for region, _ in who_answers(host, regions, tuple(records), healthy)}
            groups.setdefault(tuple(region for region in regions if region in met), []).append(host)
        return tuple(Answering(answered, tuple(hosts)) for answered, hosts in groups.items())

    def _health_of_checks(self) -> Mapping[str, bool]:
        """Route 53's own verdict where it is known, else what our question makes of the check."""
        places = {
            self.environment.regional_host_for(account, region.name): (account, region.name)
            for account in self.accounts
            for region in self.topology.regions
        }
        out = {lever.followed for lever, position in self.levers.items() if position is Position.OUT}
        by_id = {check.id: check for check in self.observed.health_checks}
        states: dict[str, CheckState] = {}
        for check in self.observed.health_checks:
            view = self.views.get(places.get(check.host, ("", "")), HealthView())
            # Route 53's verdict has been through inversion; what checkers observe has not.
            seen = view.probe if view.route53 is None else view.route53 is not check.inverted
            held_out = check.follows in out
            states[check.id] = CheckState(
                observations=() if seen is None else (seen,),
                alarm=AlarmState.ALARM if held_out else None,
                last_known=False if held_out else None,
            )
        return {check.id: check_health(check, states, by_id)[0] for check in self.observed.health_checks}

    def _proof(self) -> tuple[Proof | None, tuple[Finding, ...]]:
        """The proof of the zone as it is: of the accounts that differ, the first for which it fails is shown."""
        shown: Proof | None = None
        found: list[Finding] = []
        subjects = observed_subjects(
            self.topology,
            self.environment,
            self.names,
            self.accounts,
            self.observed.records,
            self.observed.health_checks,
        )
        for subject, accounts in subjects:
            proof = proof_of(self.topology, subject)
            findings = proof_findings(proof, subject, self.environment.host_for(accounts[0]))
            shown = proof if shown is None or (findings and not found) else shown
            found += findings
        return shown, tuple(found)

    # -- findings --------------------------------------------------------------------------------------------------

    def _operations(self) -> tuple[str, ...]:
        return tuple(
            f"{one.name}: {operation.action} {operation.id} is {operation.status.value}"
            for one in self.observed.stack_sets
            for operation in one.in_flight
        )

    def _last_drill(self) -> LastDrill | None:
        measured = [(record, record.verdict) for record in self.observed.drills if record.verdict is not None]
        if not measured:
            return None
        last, verdict = max(measured, key=lambda one: (one[0].started_at, one[0].run))
        return LastDrill(
            region=last.region,
            mode=last.mode.value,
            verdict=verdict.value,
            started_at=last.started_at,
            rto_s=last.rto_s,
        )

    def _findings(self, regions: Sequence[RegionStatus]) -> tuple[Finding, ...]:
        return (
            *self._not_deployed(regions),
            *(_unreachable(region) for region in regions if not region.reachable),
            *self._home_silent(),
            *_skew(regions, frozenset(one.release for one in self.observed.releases)),
            *nobody_in_service(regions),
            *(_out(region) for region in regions if region.evacuated or region.drilled),
            *unfinished_drills(self.observed.drills),
            *(_unhealthy(region) for region in regions if region.healthy is False),
            *self._stuck(),
            *self._outdated(),
            *(
                Finding(
                    "operation-in-flight", Severity.INFO, one, "StackSets is at work", "wait, or deploy: it attaches"
                )
                for one in self._operations()
            ),
        )

    def _not_deployed(self, regions: Sequence[RegionStatus]) -> tuple[Finding, ...]:
        if any(region.instances != InstanceCounts() for region in regions) or self.observed.silent:
            return ()
        bootstrapped = self.observed.stack_set(self.names.stack_set("control")) is not None
        commands = (_DEPLOY,) if bootstrapped else ("orchestrator bootstrap", _DEPLOY)
        fix = ", then ".join(commands)
        return (Finding("not-deployed", Severity.INFO, self.names.prefix, "nothing is deployed yet", fix, commands),)

    def _home_silent(self) -> tuple[Finding, ...]:
        reasons = dict.fromkeys(one.reason for one in self.observed.silent if one.what == "stack sets")
        home = self.topology.home_region
        return tuple(
            Finding(
                "home-unreachable",
                Severity.WARNING,
                home,
                f"StackSets in the home region did not answer: {reason}",
                "instances and releases cannot be seen or changed until it does; users are not affected by that",
            )
            for reason in reasons
        )

    def _stuck(self) -> tuple[Finding, ...]:
        """What no deployment gets out of, the home account's control layer included."""
        home = self.topology.home_region
        found = (
            blocking_finding(one, f"account {one.account}, {one.region}", home, Severity.WARNING)
            for layer in ("control", *_LAYERS)
            for one in self._instances(layer)
        )
        return tuple(one for one in found if one is not None)

    def _outdated(self) -> tuple[Finding, ...]:
        return tuple(
            Finding(
                f"instance-{one.status.value.lower()}",
                Severity.WARNING,
                f"account {one.account}, {one.region}",
                f"{one.stack_set} is {one.status.value}" + (f": {one.reason}" if one.reason else ""),
                *self._fix(layer, one.status),
            )
            for layer in _LAYERS
            for one in self._instances(layer)
            if one.status is InstanceStatus.OUTDATED
        )

    def _fix(self, layer: str, status: InstanceStatus) -> tuple[str, tuple[str, ...]]:
        """What to do, and its commands. A rollback leaves the primary OUTDATED: a plain deployment would bring what
        failed once more.
        """
        shows = f"{_PLAN} shows what it needs"
        runs = {dict(one.stack.parameters).get("Release", "") for one in self._instances("compute") if one.stack}
        current = runs.pop() if len(runs) == 1 else ""
        kept = current in {one.release for one in self.observed.releases}
        if (layer, status) != ("compute", InstanceStatus.OUTDATED) or not kept:
            return shows, (_PLAN,)
        settles = _deploying(current)
        return f"{settles} settles it on what runs everywhere; {shows} for today's sources", (settles, _PLAN)


def _counts(instances: Sequence[StackInstance]) -> InstanceCounts:
    def count(status: InstanceStatus) -> int:
        return sum(1 for one in instances if one.status is status)

    return InstanceCounts(
        current=count(InstanceStatus.CURRENT),
        outdated=count(InstanceStatus.OUTDATED),
        inoperable=count(InstanceStatus.INOPERABLE),
    )


def _unreachable(region: RegionStatus) -> Finding:
    fix = "the rest is still true; ask again, or look at https://health.aws.amazon.com"
    return Finding("region-unreachable", Severity.WARNING, region.name, region.why or "did not answer", fix)


def _unhealthy(region: RegionStatus) -> Finding:
    message = f"{', '.join(region.hosts)} does not answer its health path with 2xx"
    return Finding(
        "region-unhealthy", Severity.WARNING, region.name, message, "look at the region's function and table"
    )


def _out(region: RegionStatus) -> Finding:
    if region.evacuated:
        message, back = "its evacuate lever holds it out of service", f"orchestrator failback --to {region.name}"
        return Finding("region-evacuated", Severity.WARNING, region.name, message, back, (back,))
    fix = "it comes back by itself when the drill stops writing"
    return Finding("region-in-drill", Severity.WARNING, region.name, "a drill holds it out of service", fix)


def _skew(regions: Sequence[RegionStatus], kept: frozenset[str]) -> tuple[Finding, ...]:
    """What runs where; and the way back to what users of the primary have, where that is kept."""
    releases = {region.name: region.release for region in regions if region.reachable and region.release}
    if len(set(releases.values())) <= 1 and MIXED not in releases.values():
        return ()
    text = ", ".join(f"{name} {release}" for name, release in releases.items())
    fix, ways = f"{_DEPLOY} brings all to one release", [_DEPLOY]
    primary = next((region for region in regions if region.role is RegionRole.PRIMARY), None)
    if primary and primary.release in kept:
        back = _deploying(primary.release)
        fix, ways = f"{fix}, {back} all back to that of {primary.name}", [*ways, back]
    return (Finding("release-skew", Severity.WARNING, "release", text, fix, tuple(ways)),)


def _deploying(release: str) -> str:
    return f"{_DEPLOY} --release {release}"
