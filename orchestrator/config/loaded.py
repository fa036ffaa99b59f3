"""What reading regions.yaml results in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.core.errors import Problem
from orchestrator.core.topology import Topology


@dataclass(frozen=True, slots=True)
class Loaded:
    """A usable regions.yaml.

    `positions` maps the path of each value in the file (`stack_sets.compute.options.memory`) to its line and column,
    counted from 1, so that whoever finds a fault later can still name its place. `digest`: SHA-256 (hex) of the file.
    """

    topology: Topology
    warnings: tuple[Problem, ...]
    positions: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    digest: str = ""
