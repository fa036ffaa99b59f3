"""Reads regions.yaml. Everything that is wrong with it is said at once, each at its line and column.

path -> source (text) -> tree (nodes with places) -> walk (held against the table of keys) -> rules -> build (Topology)
"""

from __future__ import annotations

from pathlib import Path

from orchestrator.config.loaded import Loaded

# What reads YAML is imported when it is called: `--help` and `--version` come through here.

__all__ = ["Loaded", "json_schema", "load", "reference_markdown", "starter"]


def load(path: Path) -> Loaded:
    """Read and check a regions.yaml. Raises ConfigurationError with every problem, in file order."""
    from orchestrator.config.reading import read

    return read(path)


def json_schema() -> dict[str, object]:
    """The JSON Schema (draft 7, which editors understand) of regions.yaml."""
    from orchestrator.config.schema import json_schema as generate

    return generate()


def reference_markdown() -> str:
    """The reference page of regions.yaml, docs/reference/regions-yaml.md."""
    from orchestrator.config.reference import reference_markdown as generate

    return generate()


def starter(application: str = "sample") -> dict[str, str]:
    """The files of a new project: relative path to text. Raises UsageError when `application` cannot be its name."""
    from orchestrator.config.new_project import starter as generate

    return generate(application)
