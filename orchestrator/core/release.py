"""What a release was made of: its compute template, its parameters and its code, each pinned, so that it can come back.

A record is a copy kept in AWS beside the code. Planning a deployment of what is built now never reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.core.desired import Inputs, Template, code_parameter
from orchestrator.core.state import Artifact, ObjectHead

RELEASE_STEP = "record:release"
"""The id of the step that keeps the record of what is about to be deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """One release. `parameters` are those of the stack set, every value known; each artifact names its `version`.

    `run` is the run that made it, at `made_at`.
    """

    release: str
    application: str
    environment: str
    made_at: datetime
    run: str
    template: Template
    parameters: tuple[tuple[str, str], ...]
    artifacts: tuple[Artifact, ...]

    def foreign_to(self, *, application: str, environment: str, release: str) -> str:
        """Whose record it is when it is not the one that is meant, "" when it is: a whole one may have any name."""
        if (self.application, self.environment) != (application, environment):
            return f"it is of {self.application} {self.environment}"
        return "" if self.release == release else f"it is that of release {self.release}"

    def says_the_same(self, other: ReleaseRecord) -> bool:
        """Whether both bring the same template and code; who made it when, and under which version, may differ."""
        return self._content == other._content

    @property
    def _content(self) -> object:
        code = tuple((one.name, one.sha256) for one in self.artifacts)
        return self.release, self.application, self.environment, self.template.digest, code


def repinned(record: ReleaseRecord, latest: Mapping[str, str]) -> ReleaseRecord:
    """The record with other versions of the same code (artifact -> version id): it was put again since.

    What names an artifact is the digest of its bytes; a version id only names one copy of them.
    """
    versions = {code_parameter(name, "Version"): version for name, version in latest.items()}
    return replace(
        record,
        parameters=tuple((name, versions.get(name, value)) for name, value in record.parameters),
        artifacts=tuple(replace(one, version=latest.get(one.name, one.version)) for one in record.artifacts),
    )


def same_code(artifact: Artifact, heads: Iterable[ObjectHead | None]) -> str:
    """The version under which every region holds this very code, "" when they do not or nobody was asked."""
    found = {head.version if head is not None and head.sha256 == artifact.sha256 else "" for head in heads}
    return found.pop() if len(found) == 1 else ""


def pinned_inputs(inputs: Inputs, record: ReleaseRecord) -> Inputs:
    """Compute and code of the record instead of those that are built now; the rest stays as it was synthesized."""
    return replace(
        inputs,
        release=record.release,
        artifacts=record.artifacts,
        compute=record.template,
        pinned=record.parameters,
    )


def declared_parameters(body: str) -> tuple[str, ...]:
    """The names of the parameters that a template declares, sorted; () for a text that is no template."""
    try:
        found = json.loads(body).get("Parameters", {})
    except (ValueError, AttributeError):
        return ()
    return tuple(sorted(found)) if isinstance(found, dict) else ()
