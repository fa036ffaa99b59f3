"""Failovers and failbacks of one stage, as the command line would make them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestrator.app.settings import DataPlane, Settings
from orchestrator.app.switching import Switch, SwitchVerb
from orchestrator.executor import Polling
from tests.flows.stage import Stage
from tests.sample_world import NAMES


class NoLookup:
    """A resolver that nobody answers."""

    def addresses(self, name: str) -> tuple[str, ...]:
        return ()


def move(stage: Stage, folder: Path, verb: SwitchVerb, region: str, *, force: bool = False) -> Switch:
    """One verb on one region. What will ever answer here answers at once: nobody is worth waiting for."""
    regions = stage.sample.topology
    plane = DataPlane(
        settings=Settings(state_dir=folder),
        topology=regions,
        environment=regions.environments[0],
        names=NAMES,
        ports=stage.aws.ports,
        polling=Polling(),
    )
    return Switch(plane, verb, region, force)


def deaf(undertaking: Switch) -> Switch:
    """The same where no resolver answers: levers in the failing region cannot be read."""
    ports = replace(undertaking.plane.ports, lookup=NoLookup())
    return replace(undertaking, plane=replace(undertaking.plane, ports=ports))
