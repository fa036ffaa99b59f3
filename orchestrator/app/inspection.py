"""Looking without touching: validate, synth, status."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestrator.app.gate_findings import unrunnable_command
from orchestrator.app.inputs import Synthesis, artifacts_of, resource_types
from orchestrator.app.locking import holder
from orchestrator.app.settings import Settings, Workspace, open_configuration, open_workspace
from orchestrator.core.analysis import analyse
from orchestrator.core.errors import AwsError
from orchestrator.core.levers import Lever, Position, levers
from orchestrator.core.names import Names
from orchestrator.core.overview import HealthView, Overview
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof_rules import proven
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.replicas import artifact_of_key
from orchestrator.core.state import ObservedState
from orchestrator.core.status import Status
from orchestrator.core.template_size import size_findings
from orchestrator.core.validation import Validation
from orchestrator.observe import Question, observe, observe_replicas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orchestrator.core.topology import Topology
    from orchestrator.synth import SynthesizedTemplate

# Templates are the same for every home account but for its number: without AWS a stand-in is as good.
_NO_ACCOUNT = "000000000000"
_NO_ORGANIZATION = "o-0000000000"
_WORKERS = 16

# Route 53 takes few requests a second from an account, and one answers one check only: beyond this many, an operator
# would wait for them; each region is then judged by our own question alone.
_MOST_CHECKS = 12


def synthesize(settings: Settings) -> tuple[SynthesizedTemplate, ...]:
    """Control, infra and compute as CloudFormation would get them. Needs no AWS account."""
    loaded, environment = open_configuration(settings)
    names = Names(loaded.topology.application, environment.name, _NO_ACCOUNT)
    artifacts = artifacts_of(loaded.topology, names, settings.state_dir / "packages")
    organization_id = _NO_ORGANIZATION if environment.organizational_units else ""
    synthesis = Synthesis(loaded, environment, _NO_ACCOUNT, organization_id=organization_id)
    _, layers = synthesis.layers(artifacts)
    return (synthesis.control(), *layers)


def validate(settings: Settings) -> Validation:
    """Configuration warnings, cfn-lint over every template for every region that it goes to, the proof of failover."""
    from orchestrator.synth import lint

    loaded, environment = open_configuration(settings)
    templates = synthesize(settings)
    regions = [region.name for region in loaded.topology.regions]
    warnings = tuple(
        Finding(
            "configuration", Severity.WARNING, f"{one.file}:{one.line}:{one.column}: {one.path}", one.message, one.fix
        )
        for one in loaded.warnings
    )
    severities = {"E": Severity.ERROR, "W": Severity.WARNING}
    linted = tuple(
        Finding(
            f"cfn-lint {one.rule}",
            severities.get(one.rule[:1], Severity.INFO),
            f"{one.where} ({', '.join(one.regions)})",
            one.message,
        )
        for one in lint(templates, regions)
    )
    ungranted = _ungranted(loaded.topology, templates) if not environment.organizational_units else ()
    proof, unproven = proven(loaded.topology, environment, Names(loaded.topology.application, environment.name))
    bodies = {one.layer: one.body for one in templates}
    unsafe = analyse(loaded.topology, environment, bodies)
    found = (*warnings, *unrunnable_command(loaded.topology), *linted, *ungranted, *size_findings(bodies))
    return Validation(found, unproven, proof, unsafe)


def _ungranted(topology: Topology, templates: tuple[SynthesizedTemplate, ...]) -> tuple[Finding, ...]:
    """What bootstrap gives CloudFormation no permission for."""
    from blueprints.access.grants import GRANTS

    unknown = [name for name in resource_types(templates) if name not in GRANTS]
    if not unknown or topology.access.managed_policies:
        return ()
    message = f"this tool knows no permissions for {', '.join(unknown)}: CloudFormation may not make them"
    fix = "name a policy that allows it in access.managed_policies, and bootstrap again"
    return (Finding("permissions-unknown", Severity.WARNING, f"{topology.source}: access", message, fix),)


def status(settings: Settings) -> Status:
    """Every region as it is now; a region that does not answer is shown as unreachable."""
    workspace = open_workspace(replace(settings, impatient=True))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="lock") as worker:
        lock = worker.submit(holder, workspace)
        return replace(look(workspace).status(), lock=lock.result())


def look(workspace: Workspace, *, past_drills: int = 1) -> Overview:
    """One look at everything: instances, replicas, health, levers, drills."""
    question = Question(
        topology=workspace.topology,
        environment=workspace.environment,
        names=workspace.names,
        accounts=workspace.accounts,
        past_drills=past_drills,
        releases=True,
    )
    observed = observe(workspace.ports, question)
    observed = _with_replicas(workspace, question, observed)
    overview = Overview(workspace.topology, workspace.environment, workspace.names, observed, {})
    views = _health(workspace, observed, overview.accounts)
    return replace(overview, views=views, levers=_positions(workspace))


def _with_replicas(workspace: Workspace, question: Question, observed: ObservedState) -> ObservedState:
    """The replicas of what is deployed, not of what lies in this folder: status needs no code."""
    compute = observed.stack_set(workspace.names.stack_set("compute"))
    values = [value for _, value in (compute.parameters if compute else ())]
    artifacts = tuple(artifact for value in values if (artifact := artifact_of_key(value)))
    if not artifacts:
        return observed
    silent = frozenset(region for region in workspace.topology.control_regions if observed.is_silent(region))
    reads = observe_replicas(workspace.ports, replace(question, artifacts=artifacts), silent=silent)
    return replace(observed, replicas=reads)


def _health(
    workspace: Workspace, observed: ObservedState, accounts: tuple[str, ...]
) -> dict[tuple[str, str], HealthView]:
    places = [(account, region.name) for account in accounts for region in workspace.topology.regions]
    asked = len(places) <= _MOST_CHECKS
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="health") as workers:
        views = workers.map(lambda place: _view(workspace, observed, *place, ask_route53=asked), places)
        return dict(zip(places, views, strict=True))


def _view(workspace: Workspace, observed: ObservedState, account: str, region: str, *, ask_route53: bool) -> HealthView:
    checks = RegionChecks(workspace.topology, workspace.environment, workspace.names)
    topology_region = next(one for one in workspace.topology.regions if one.name == region)
    name = checks.endpoint(account, topology_region).name
    check = next((one for one in observed.health_checks if one.name == name), None)
    route53 = _route53_view(workspace, check.id) if check and ask_route53 else None
    instance = observed.instance(workspace.names.stack_set("infra"), account, region)
    target = dict(instance.stack.outputs).get("RegionalTarget", "") if instance and instance.stack else ""
    if not target:
        return HealthView(route53=route53)
    host = workspace.environment.regional_host_for(account, region)
    result = workspace.ports.probe.get(host=host, target=target, region=region, path=workspace.topology.health.path)
    return HealthView(route53=route53, probe=result.ok, detail=result.error or str(result.status))


def _positions(workspace: Workspace) -> dict[Lever, Position]:
    """Where the levers stand; those in a region that does not answer are UNKNOWN."""
    all_of_them = levers(workspace.topology, workspace.names.prefix)
    places = sorted({lever.place for lever in all_of_them})
    by_place = [[lever for lever in all_of_them if lever.place == place] for place in places]
    found: dict[Lever, Position] = dict.fromkeys(all_of_them, Position.UNKNOWN)
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="levers") as workers:
        for positions in workers.map(lambda group: _read(workspace, group), by_place):
            found |= positions
    return found


def _read(workspace: Workspace, group: list[Lever]) -> Mapping[Lever, Position]:
    try:
        return workspace.ports.levers.positions(group)
    except AwsError:
        return {}


def _route53_view(workspace: Workspace, check_id: str) -> bool | None:
    try:
        return workspace.ports.dns.health(check_id)
    except AwsError:
        return None
