"""From regions.yaml, blueprints and code to what the planner takes: templates, artifacts, the release's name."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.canonical import digest
from orchestrator.core.desired import Inputs, Template, release_of
from orchestrator.core.errors import ConfigurationError, Problem
from orchestrator.core.json_values import FrozenJson
from orchestrator.core.names import Names
from orchestrator.core.state import Artifact
from orchestrator.core.topology import Environment, StackSetConfig, Topology

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestrator.config import Loaded
    from orchestrator.synth import Place, SynthesizedTemplate

_UNNAMED_RELEASE = "0" * 12
_NO_CODE = "0" * 64


def resource_types(templates: Iterable[SynthesizedTemplate]) -> tuple[str, ...]:
    """Every resource type of the templates, once, sorted."""
    bodies = [json.loads(template.body) for template in templates]
    return tuple(sorted({one["Type"] for body in bodies for one in body["Resources"].values()}))


def artifacts_of(
    topology: Topology, names: Names, folder: Path, *, also: tuple[Path, ...] = ()
) -> tuple[Artifact, ...]:
    """Package every code source into `folder`, with the files of `also` at the top of each.

    Raises ConfigurationError with the problems of all of them.
    """
    from orchestrator.packaging import package

    made: list[Artifact] = []
    problems: list[Problem] = []
    for source in topology.code:
        path = Path(topology.base_dir) / source.path
        try:
            made.append(package(path, name=source.name, into=folder, kind=source.kind, also=also).artifact(names))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(tuple(problems))
    return tuple(made)


class Synthesis:
    """Synthesizes the templates of one environment."""

    def __init__(
        self, loaded: Loaded, environment: Environment, home_account: str, *, organization_id: str = ""
    ) -> None:
        from orchestrator.synth import Place

        self._organization_id = organization_id
        self._topology, self._environment, self._home_account = loaded.topology, environment, home_account
        self._place: Place = Place(loaded.topology.source, positions=loaded.positions)

    def layers(
        self, artifacts: tuple[Artifact, ...], *, again: bool = False
    ) -> tuple[str, tuple[SynthesizedTemplate, ...]]:
        """The release's name, and infra and compute. Compute is made twice: its own content names the release.

        `again`: another release of the same content.
        """
        digests = {one.name: one.sha256 for one in artifacts}
        infra = self.infra(artifacts)
        config = self._topology.stack_set("compute")
        draft = self._synthesize(config, digests, _UNNAMED_RELEASE)
        release = release_of(artifacts, digest(draft.digest) if again else draft.digest)
        return release, (infra, self._synthesize(config, digests, release))

    def infra(self, artifacts: tuple[Artifact, ...]) -> SynthesizedTemplate:
        """Infra alone: with an earlier release there is no compute to be made."""
        return self._synthesize(
            self._topology.stack_set("infra"), {one.name: one.sha256 for one in artifacts}, _UNNAMED_RELEASE
        )

    def without_code(self) -> tuple[SynthesizedTemplate, SynthesizedTemplate]:
        """Infra and compute as they will be, but for what names their code."""
        artifacts = dict.fromkeys((one.name for one in self._topology.code), _NO_CODE)
        configs = (self._topology.stack_set(layer) for layer in ("infra", "compute"))
        infra, compute = (self._synthesize(one, artifacts, _UNNAMED_RELEASE) for one in configs)
        return infra, compute

    def control(self) -> SynthesizedTemplate:
        """The artifact buckets, readable by the target accounts."""
        others = tuple(one for one in self._environment.accounts if one != self._home_account)
        if self._organization_id:
            return self._shipped("control", "blueprints.control:Control", {"organization_id": self._organization_id})
        options: dict[str, FrozenJson] = {"accounts": others or (self._home_account,)}
        return self._shipped("control", "blueprints.control:Control", options)

    def home_access(self) -> SynthesizedTemplate:
        """The roles of the home account."""
        from orchestrator.config.partitions import is_opt_in

        zone = self._environment.hosted_zone.account
        options: dict[str, FrozenJson] = {
            "accounts": self._environment.accounts,
            "organization_id": self._organization_id,
            "access_role": self._topology.access.role,
            "hosted_zone_here": zone in ("", self._home_account),
            "opt_in_regions": tuple(one for one in self._topology.control_regions if is_opt_in(one)),
            "gate_function": self._topology.gates.function,
            "routing_controls": tuple(arn for _, arn in self._environment.routing_controls),
            "resource_types": self._types,
            "managed_policies": self._topology.access.managed_policies,
        }
        return self._shipped("access", "blueprints.access:HomeAccess", options)

    def target_access(self) -> SynthesizedTemplate:
        """The roles of a target account."""
        options: dict[str, FrozenJson] = {
            "access_role": self._topology.access.role,
            "hosted_zone_here": self._environment.hosted_zone.account in self._environment.accounts,
            "gate_function": self._topology.gates.function,
            "service_managed": bool(self._environment.organizational_units),
            "resource_types": self._types,
            "managed_policies": self._topology.access.managed_policies,
        }
        return self._shipped("access", "blueprints.access:TargetAccess", options)

    @cached_property
    def _types(self) -> tuple[str, ...]:
        """The resource types of infra and compute: CloudFormation may make these and no others. Needs no code."""
        return resource_types(self.without_code())

    def _shipped(self, layer: str, blueprint: str, options: dict[str, FrozenJson]) -> SynthesizedTemplate:
        config = StackSetConfig(layer, blueprint, tuple(options.items()))
        return self._synthesize(config, {}, _UNNAMED_RELEASE)

    def _synthesize(self, config: StackSetConfig, digests: dict[str, str], release: str) -> SynthesizedTemplate:
        from orchestrator.synth import context_for, synthesize

        context = context_for(
            self._topology,
            self._environment,
            home_account=self._home_account,
            artifacts=digests,
            release=release,
            place=self._place,
        )
        return synthesize(config, context, base_dir=Path(self._topology.base_dir), place=self._place)


def template_of(synthesized: SynthesizedTemplate) -> Template:
    """In the planner's words."""
    return Template(
        layer=synthesized.layer,
        body=synthesized.body,
        digest=synthesized.digest,
        parameters=tuple(sorted(synthesized.parameter_names)),
        capabilities=synthesized.capabilities,
    )


def unsynthesized(topology: Topology, environment: Environment, home_account: str, accounts: tuple[str, ...]) -> Inputs:
    """Inputs for verbs that only need names: a broken blueprint must not stand in the way of status or destroy."""

    def empty(layer: str) -> Template:
        return Template(layer=layer, body="", digest="", parameters=())

    return Inputs(
        topology=topology,
        environment=environment,
        home_account=home_account,
        accounts=accounts,
        release="",
        artifacts=(),
        control=empty("control"),
        infra=empty("infra"),
        compute=empty("compute"),
        target_access=empty("access") if environment.organizational_units else None,
    )
