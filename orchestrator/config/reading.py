"""The whole way from a file to a Topology."""

from __future__ import annotations

import hashlib
from pathlib import Path

from orchestrator.config.build import build
from orchestrator.config.loaded import Loaded
from orchestrator.config.problems import Problems, show_path
from orchestrator.config.rules import check
from orchestrator.config.source import decode, read_bytes
from orchestrator.config.table import ROOT
from orchestrator.config.tree import compose
from orchestrator.config.walk import walk


def read(path: Path) -> Loaded:
    """Read and check a file. Raises ConfigurationError with every problem, in file order."""
    return parse(read_bytes(path, Problems(str(path))), path)


def parse(data: bytes, path: Path) -> Loaded:
    """Check what a file at `path` holds. Raises ConfigurationError with every problem, in file order."""
    problems = Problems(str(path))
    draft = walk(compose(decode(data, problems), problems), ROOT, problems)
    check(draft, problems)
    problems.raise_if_any()
    positions = {show_path(where): (at.line, at.column) for where, at in draft.places.items()}
    return Loaded(build(draft, path), problems.warnings, positions, hashlib.sha256(data).hexdigest())
