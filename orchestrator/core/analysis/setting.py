"""What the rules know besides the templates: where the application runs, and what stood there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.core.analysis.document import Document
from orchestrator.core.plan import FieldChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The regions of the application, how many accounts it may run in (2: several), what its names begin with.

    `hosts` are the shared and the regional name, with `${AWS::AccountId}` and `${AWS::Region}`; `levers` the alarms of
    the control layer; `gate_alarms` what gates of `source` wait for, each with its place in the list.
    """

    prefix: str
    regions: tuple[str, ...]
    accounts: int
    hosts: tuple[str, ...] = ()
    health_path: str = "/health"
    levers: frozenset[str] = frozenset()
    gate_alarms: tuple[tuple[str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The desired templates, and those that are deployed by layer (none before the first deployment).

    `changes` are the differences of each layer, with what replaces its resource marked.
    """

    setting: Setting
    documents: tuple[Document, ...]
    before: Mapping[str, Document] = field(default_factory=dict)
    changes: Mapping[str, tuple[FieldChange, ...]] = field(default_factory=dict)
