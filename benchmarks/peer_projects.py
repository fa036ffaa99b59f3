"""The same stacks as a project of each neighbour: what a user of it would write, and the commands he would run."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.peers import AWS, CFNGIN, SAM, SCEPTRE, quiet_environment
from benchmarks.timing import Command, Sample, run_once
from benchmarks.workload import LAYERS, StackOf, write_profiles
from benchmarks.world import World

_AT_ONCE = 4
"""Processes at the same time, where a neighbour needs one per stack or region."""

Phases = Sequence[Sequence[Command]]
"""Commands of one phase may run at the same time; the next phase waits for them."""


def run_phases(phases: Phases) -> Sample:
    """Wall time of all phases, and the peak of the largest process. Raises SystemExit when one fails."""
    began, peak = time.perf_counter(), 0.0
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as workers:
        for phase in phases:
            peak = max(peak, *(one.peak_mib for one in workers.map(run_once, phase)))
    return Sample(time.perf_counter() - began, peak)


class Project(Protocol):
    """A neighbour's project on disk."""

    @property
    def name(self) -> str:
        """The neighbour's."""
        ...

    def deploy(self) -> Phases:
        """What deploys everything."""
        ...

    def plan(self) -> Phases:
        """What says that nothing is to be done."""
        ...


@dataclass(frozen=True, slots=True)
class AwsScript:
    """`aws cloudformation deploy` per stack, from a script; a change set that is not executed is its plan."""

    folder: Path
    stacks: tuple[StackOf, ...]
    name: str = "aws"

    def deploy(self) -> Phases:
        """infra, then compute."""
        return [self._layer(layer, ()) for layer in LAYERS]

    def plan(self) -> Phases:
        """All at once."""
        return [[one for layer in LAYERS for one in self._layer(layer, ("--no-execute-changeset",))]]

    def _layer(self, layer: str, more: tuple[str, ...]) -> list[Command]:
        return [self._command(one, more) for one in self.stacks if one.layer == layer]

    def _command(self, stack: StackOf, more: tuple[str, ...]) -> Command:
        arguments = [str(AWS.install()), "cloudformation", "deploy", *_template(self.folder, stack)]
        arguments += ["--no-fail-on-empty-changeset", *_where(stack), *_parameters(stack), *more]
        return Command(self.name, arguments, self.folder, quiet_environment(self.folder))


@dataclass(frozen=True, slots=True)
class SamScript:
    """`sam deploy` per stack."""

    folder: Path
    stacks: tuple[StackOf, ...]
    name: str = "sam"

    def deploy(self) -> Phases:
        """infra, then compute."""
        return [self._layer(layer, ()) for layer in LAYERS]

    def plan(self) -> Phases:
        """All at once."""
        return [[one for layer in LAYERS for one in self._layer(layer, ("--no-execute-changeset",))]]

    def _layer(self, layer: str, more: tuple[str, ...]) -> list[Command]:
        return [self._command(one, more) for one in self.stacks if one.layer == layer]

    def _command(self, stack: StackOf, more: tuple[str, ...]) -> Command:
        arguments = [str(SAM.install()), "deploy", *_template(self.folder, stack)]
        arguments += ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
        arguments += [*_where(stack), *_parameters(stack), *more]
        return Command(self.name, arguments, self.folder, quiet_environment(self.folder))


@dataclass(frozen=True, slots=True)
class Sceptre:
    """One project; Sceptre runs what does not depend on one another at the same time."""

    folder: Path
    stacks: tuple[StackOf, ...]
    name: str = "sceptre"

    def __post_init__(self) -> None:
        """Write config/ and templates/."""
        (self.folder / "config" / "bench").mkdir(parents=True)
        (self.folder / "config" / "config.yaml").write_text("project_code: bench\nregion: us-east-1\n")
        (self.folder / "templates").mkdir()
        for one in self.stacks:
            self._write(one)

    def deploy(self) -> Phases:
        """`launch`, which keeps the order of dependencies."""
        return [[self._command("launch", "--yes", "bench")]]

    def plan(self) -> Phases:
        """`diff`."""
        return [[self._command("diff", "bench")]]

    def _write(self, stack: StackOf) -> None:
        (self.folder / "templates" / f"{stack.layer}.json").write_text(stack.body)
        group = self.folder / "config" / "bench" / stack.layer / stack.account / stack.region
        group.mkdir(parents=True)
        (group / "config.yaml").write_text(f"region: {stack.region}\nprofile: {stack.profile}\n")
        document = {
            "template": {"path": f"{stack.layer}.json", "type": "file"},
            "parameters": dict(stack.parameters),
            "stack_name": f"bench-{stack.layer}",
        }
        if stack.layer == "compute":
            document["dependencies"] = [f"bench/infra/{stack.account}/{stack.region}/stack.yaml"]
        (group / "stack.yaml").write_text(json.dumps(document))

    def _command(self, *verb: str) -> Command:
        arguments = [str(SCEPTRE.install()), "--no-colour", *verb]
        return Command(self.name, arguments, self.folder, quiet_environment(self.folder))


@dataclass(frozen=True, slots=True)
class Cfngin:
    """A CFNgin module, deployed by Runway once per account and region (regions of an account in parallel)."""

    folder: Path
    stacks: tuple[StackOf, ...]
    name: str = "cfngin"

    def __post_init__(self) -> None:
        """Write one module per account and region."""
        for one in self.stacks:
            self._write(one)

    def deploy(self) -> Phases:
        """Every account and region at the same time."""
        return [self._all("deploy")]

    def plan(self) -> Phases:
        """Every account and region at the same time."""
        return [self._all("plan")]

    def _write(self, stack: StackOf) -> None:
        module = self._module(stack.account, stack.region)
        module.mkdir(parents=True, exist_ok=True)
        (module / f"{stack.layer}.json").write_text(stack.body)
        definition = {
            "name": stack.layer,
            "template_path": f"./{stack.layer}.json",
            "variables": dict(stack.parameters),
            **({"requires": ["infra"]} if stack.layer == "compute" else {}),
        }
        file = module / "cfngin.yml"
        empty = {"namespace": "bench", "cfngin_bucket": "", "stacks": []}
        document: dict[str, Any] = json.loads(file.read_text()) if file.exists() else empty
        document["stacks"].append(definition)
        file.write_text(json.dumps(document))
        # Without parameters or an environment file Runway skips the module and calls that a success.
        one = {"path": ".", "type": "cloudformation", "parameters": {"environment": "bench"}}
        runway = {"deployments": [{"modules": [one], "regions": [stack.region]}]}
        (module / "runway.yml").write_text(json.dumps(runway))

    def _module(self, account: str, region: str) -> Path:
        return self.folder / f"{account}-{region}.cfn"

    def _all(self, verb: str) -> list[Command]:
        places = dict.fromkeys((one.account, one.region, one.profile) for one in self.stacks)
        return [self._command(verb, *place) for place in places]

    def _command(self, verb: str, account: str, region: str, profile: str) -> Command:
        environment = quiet_environment(self.folder) | {"AWS_PROFILE": profile, "DEPLOY_ENVIRONMENT": "bench"}
        return Command(self.name, [str(CFNGIN.install()), verb], self._module(account, region), environment)


ProjectOf = Callable[[Path, tuple[StackOf, ...]], Project]

PROJECTS: tuple[ProjectOf, ...] = (AwsScript, Sceptre, Cfngin, SamScript)


def project_in(running: World, project_of: ProjectOf, stacks: tuple[StackOf, ...], endpoint_url: str) -> Project:
    """A project in a folder of its own, whose profiles point at `endpoint_url`."""
    folder = Path(tempfile.mkdtemp(prefix="peer-", dir=running.folder))
    write_profiles(folder, running.shape.account_ids, endpoint_url)
    return project_of(folder, stacks)


def _template(folder: Path, stack: StackOf) -> list[str]:
    file = folder / f"{stack.layer}.json"
    file.write_text(stack.body)
    return ["--template-file", str(file), "--stack-name", f"bench-{stack.layer}"]


def _where(stack: StackOf) -> list[str]:
    return ["--region", stack.region, "--profile", stack.profile, "--capabilities", "CAPABILITY_NAMED_IAM"]


def _parameters(stack: StackOf) -> list[str]:
    given = [f"{name}={value}" for name, value in stack.parameters if value]
    return ["--parameter-overrides", *given] if given else []
