"""Services in containers on the embedded AWS, which runs none: who answers for them is asked before anything starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import Refused, UsageError
from orchestrator.core.plan import Finding, Plan, Severity

if TYPE_CHECKING:
    from orchestrator.local import Unplayed

_GUIDE = "docs/how-to/blocks/network-and-containers.md"


def with_unplayed_services(plan: Plan, compute: str, folder: Path) -> Plan:
    """The plan with a warning for each service of the template whose containers nothing stands in for.

    `folder` is that of the embedded AWS. Raises UsageError when its `containers.json` cannot be read.
    """
    missing = _missing(compute, folder)
    told = tuple(
        Finding(
            "containers-not-run", Severity.WARNING, f"compute: Resources.{one.service}", _said(one), _fix(one, folder)
        )
        for one in missing
    )
    return replace(plan, findings=(*plan.findings, *told)) if told else plan


def ensure_played(compute: str, folder: Path) -> None:
    """Raises Refused when users would be led to a service that nothing stands in for, UsageError as above."""
    missing = [one for one in _missing(compute, folder) if one.asked]
    if missing:
        first = missing[0]
        raise Refused(_said(first), where=f"compute: Resources.{first.service}", fix=_fix(first, folder))


def _missing(compute: str, folder: Path) -> tuple[Unplayed, ...]:
    from orchestrator import local

    try:
        return local.unplayed(compute, local.programs(folder))
    except ValueError as error:
        raise UsageError(str(error), fix=f"see {_GUIDE}") from error


def _said(one: Unplayed) -> str:
    """What comes of it."""
    end = ": the load balancer answers 503" if one.asked else ""
    return f"the embedded AWS runs no containers, and no program is named for images of {one.repository}{end}"


def _fix(one: Unplayed, folder: Path) -> str:
    from orchestrator.local import PROGRAMS

    return f'name one in {folder / PROGRAMS}: {{"{one.repository}": {{"command": [...], "folder": ...}}}} ({_GUIDE})'
