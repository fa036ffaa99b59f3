"""Looking without touching: validate, synth, status."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestrator.app.inputs import Synthesis, artifacts_of
from orchestrator.app.settings import Settings, Workspace, open_configuration, open_workspace
from orchestrator.core.errors import AwsError
from orchestrator.core.names import Names
from orchestrator.core.overview import HealthView, Overview
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof_rules import proven
from orchestrator.core.routing import Routing
from orchestrator.core.state import Artifact, ObservedState
from orchestrator.core.status import Status
from orchestrator.core.validation import Validation
from orchestrator.observe import Question, observe, observe_replicas

if TYPE_CHECKING:
    from orchestrator.synth import SynthesizedTemplate

# Templates are the same for every home account but for its number: without AWS a stand-in is as good.
_NO_ACCOUNT = "000000000000"
_NO_ORGANIZATION = "o-0000000000"
_WORKERS = 16


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
    proof, unproven = proven(loaded.topology, environment, Names(loaded.topology.application, environment.name))
    return Validation(warnings + linted, unproven, proof)


def status(settings: Settings) -> Status:
    """Every region as it is now; a region that does not answer is shown as unreachable."""
    workspace = open_workspace(replace(settings, impatient=True))
    question = Question(
        topology=workspace.topology,
        environment=workspace.environment,
        names=workspace.names,
        accounts=workspace.accounts,
    )
    observed = observe(workspace.ports, question)
    observed = _with_replicas(workspace, question, observed)
    overview = Overview(workspace.topology, workspace.environment, workspace.names, observed, {})
    views = _health(workspace, observed, overview.accounts)
    return Overview(workspace.topology, workspace.environment, workspace.names, observed, views).status()


def _with_replicas(workspace: Workspace, question: Question, observed: ObservedState) -> ObservedState:
    """The replicas of what is deployed, not of what lies in this folder: status needs no code."""
    compute = observed.stack_set(workspace.names.stack_set("compute"))
    keys = [
        value for name, value in (compute.parameters if compute else ()) if name.endswith("Key") and ".zip" in value
    ]
    artifacts = tuple(_deployed_artifact(key) for key in keys)
    if not artifacts:
        return observed
    silent = frozenset(region for region in workspace.topology.control_regions if observed.is_silent(region))
    reads = observe_replicas(workspace.ports, replace(question, artifacts=artifacts), silent=silent)
    return replace(observed, replicas=reads)


def _deployed_artifact(key: str) -> Artifact:
    _, name, file = key.split("/")
    return Artifact(name, file.removesuffix(".zip"), 0, key, "")


def _health(
    workspace: Workspace, observed: ObservedState, accounts: tuple[str, ...]
) -> dict[tuple[str, str], HealthView]:
    places = [(account, region.name) for account in accounts for region in workspace.topology.regions]
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="health") as workers:
        views = workers.map(lambda place: _view(workspace, observed, *place), places)
        return dict(zip(places, views, strict=True))


def _view(workspace: Workspace, observed: ObservedState, account: str, region: str) -> HealthView:
    routing = Routing(workspace.topology, workspace.environment, workspace.names)
    topology_region = next(one for one in workspace.topology.regions if one.name == region)
    name = routing.health_check(account, topology_region).name
    check = next((one for one in observed.health_checks if one.name == name), None)
    route53 = _route53_view(workspace, check.id) if check else None
    instance = observed.instance(workspace.names.stack_set("infra"), account, region)
    target = dict(instance.stack.outputs).get("RegionalTarget", "") if instance and instance.stack else ""
    if not target:
        return HealthView(route53=route53)
    host = workspace.environment.regional_host_for(account, region)
    result = workspace.ports.probe.get(host=host, target=target, region=region, path=workspace.topology.health.path)
    return HealthView(route53=route53, probe=result.ok, detail=result.error or str(result.status))


def _route53_view(workspace: Workspace, check_id: str) -> bool | None:
    try:
        return workspace.ports.dns.health(check_id)
    except AwsError:
        return None
