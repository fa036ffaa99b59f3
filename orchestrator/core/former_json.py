"""What stood before a run as JSON, for its journal, and back: a run that goes on returns to what was before its start.

Templates are not told: the records of releases hold them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from orchestrator.core.former import Former


def formers_json(formers: Iterable[Former]) -> str:
    """A list of objects with the names of Former."""
    return json.dumps([{**asdict(one), "parameters": dict(one.parameters)} for one in formers])


def formers_of(text: str) -> tuple[Former, ...]:
    """Raises ValueError, KeyError or TypeError for what no version of this tool has written."""
    return tuple(
        Former(
            layer=str(one["layer"]),
            account=str(one["account"]),
            region=str(one["region"]),
            digest=str(one["digest"]),
            parameters=tuple(sorted((str(name), str(value)) for name, value in one["parameters"].items())),
            operation=str(one["operation"]),
        )
        for one in json.loads(text)
    )
