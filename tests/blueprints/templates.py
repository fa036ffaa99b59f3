"""Templates of the shipped blueprints, as plain data."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.core.topology import StackSetConfig
from orchestrator.synth import synthesize
from tests.blueprints.context import CONTEXT

if TYPE_CHECKING:
    from blueprints import Context
    from orchestrator.synth import SynthesizedTemplate

ROOT = Path(__file__).resolve().parents[2]

REFERENCES = {
    "infra": "blueprints.infra:Infra",
    "compute": "blueprints.compute:Compute",
    "control": "blueprints.control:Control",
    "home": "blueprints.access:HomeAccess",
    "target": "blueprints.access:TargetAccess",
}
TARGETS = ("111111111111", "222222222222")
REQUIRED: dict[str, dict[str, object]] = {"control": {"accounts": TARGETS}, "home": {"accounts": TARGETS}}


def synthesized(layer: str, context: Context = CONTEXT, **options: object) -> SynthesizedTemplate:
    """A shipped blueprint with the options that it cannot do without."""
    given = {**REQUIRED.get(layer, {}), **options}
    return synthesize(StackSetConfig(layer, REFERENCES[layer], tuple(given.items())), context, base_dir=ROOT)


def body(layer: str, context: Context = CONTEXT, **options: object) -> dict[str, Any]:
    """The same as plain data."""
    import json

    plain: dict[str, Any] = json.loads(synthesized(layer, context, **options).body)
    return plain


def at(template: object, path: str) -> Any:
    """The value at a path: keys and indexes, separated by slashes."""
    return reduce(
        lambda value, key: value[int(key)] if isinstance(value, list) else value[key], path.split("/"), template
    )


def types(template: dict[str, Any]) -> set[str]:
    """The resource types of a template."""
    return {resource["Type"] for resource in template["Resources"].values()}
