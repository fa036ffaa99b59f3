"""What the planner takes of an application: the name of a release."""

from __future__ import annotations

from pathlib import Path

from orchestrator.app.inputs import Synthesis
from orchestrator.config import load

CONTAINERS = Path(__file__).parents[1] / "examples" / "container-service" / "regions.yaml"


def test_a_rehearsal_makes_another_release_of_an_application_without_packages() -> None:
    loaded = load(CONTAINERS)
    synthesis = Synthesis(loaded, loaded.topology.environments[0], "999999999999")

    first, second, same = (synthesis.layers((), again=again)[0] for again in (False, True, True))

    assert first != second
    assert second == same
