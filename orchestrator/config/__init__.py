"""Reads regions.yaml. Everything that is wrong with it is said at once, each at its line and column.

path -> source (text) -> tree (nodes with places) -> walk (held against the table of keys) -> rules -> build (Topology)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.core.errors import Problem
from orchestrator.core.topology import Topology

# What reads YAML is imported when it is called: `--help` and `--version` come through here.

__all__ = ["Loaded", "json_schema", "load", "reference_markdown", "starter"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A usable regions.yaml.

    `positions` maps the path of each value in the file (`stack_sets.compute.options.memory`) to its line and column,
    counted from 1, so that whoever finds a fault later can still name its place.
    """

    topology: Topology
    warnings: tuple[Problem, ...]
    positions: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def load(path: Path) -> Loaded:
    """Read and check a regions.yaml. Raises ConfigurationError with every problem, in file order."""
    from orchestrator.config.build import build
    from orchestrator.config.problems import Problems, show_path
    from orchestrator.config.rules import check
    from orchestrator.config.source import read_text
    from orchestrator.config.table import ROOT
    from orchestrator.config.tree import compose
    from orchestrator.config.walk import walk

    problems = Problems(str(path))
    draft = walk(compose(read_text(path, problems), problems), ROOT, problems)
    check(draft, problems)
    problems.raise_if_any()
    positions = {show_path(where): (at.line, at.column) for where, at in draft.places.items()}
    return Loaded(build(draft, path), problems.warnings, positions)


def json_schema() -> dict[str, object]:
    """The JSON Schema (draft 7, which editors understand) of regions.yaml."""
    from orchestrator.config.schema import json_schema as generate

    return generate()


def reference_markdown() -> str:
    """The reference page of regions.yaml, docs/reference/regions-yaml.md."""
    from orchestrator.config.reference import reference_markdown as generate

    return generate()


def starter(application: str = "sample") -> dict[str, str]:
    """The files of a new project by relative path. Raises UsageError when `application` cannot be a name."""
    from orchestrator.config.starter import starter as generate

    return generate(application)
