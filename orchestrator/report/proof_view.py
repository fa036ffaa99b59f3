"""The proof of failover as people read it: a short table, what was left out of it, and the arithmetic in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.proof import EVERY_COMBINATION, Proof, ProofRow
from orchestrator.report.amounts import counted

TITLE = "Failover"
HEAD = ("if these regions die", "users are sent to")
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One line of the table. `misleads`: users are sent where they should not be."""

    lost: str
    answers: str
    misleads: bool


def shown_rows(proof: Proof) -> tuple[ShownRow, ...]:
    """Every combination of a few regions; of many, each region alone. What misleads is shown always."""
    few = len(proof.regions) <= EVERY_COMBINATION
    return tuple(_shown(proof, row) for row in proof.rows if _plain(row, few=few) or _misleads(proof, row))


def leftover(proof: Proof) -> str:
    """What became of the combinations that are not shown, "" when all are."""
    rest = len(proof.rows) - len(shown_rows(proof))
    if not rest:
        return ""
    tried = "" if proof.every else " (up to two regions, and the first ones of the order together)"
    return f"{counted(rest, 'more combination')}{tried}: users are sent to a region that lives, if one does"


def arithmetic(proof: Proof) -> str:
    """Detection and TTL beside the objective: computed, not measured."""
    found = proof.detection
    return (
        f"By arithmetic users have moved {found.moved_mean_s:.0f} s after an outage in the mean and "
        f"{found.moved_worst_s:.0f} s at worst ({found.interval_s} s x {found.threshold} to detect, "
        f"TTL {found.ttl_s} s); the objective is {proof.objective_s} s"
    )


def _plain(row: ProofRow, *, few: bool) -> bool:
    if row.evacuated:
        return not row.dead and (few or len(row.evacuated) == 1)
    return few or len(row.dead) <= 1


def _misleads(proof: Proof, row: ProofRow) -> bool:
    return not row.answers or bool(proof.misled(row))


def _shown(proof: Proof, row: ProofRow) -> ShownRow:
    dead = ", ".join(row.dead)
    out = f"{', '.join(row.evacuated)} evacuated" if row.evacuated else ""
    answers = " and ".join(row.answers) or _NOBODY
    misleads = _misleads(proof, row)
    note = " (which does not live)" if proof.misled(row) else "" if proof.living(row) else " (none is left)"
    return ShownRow("; ".join(one for one in (dead, out) if one) or "none", answers + note, misleads)
