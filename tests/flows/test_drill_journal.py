"""What is kept of a drill, and what a damaged record must not claim."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from orchestrator import app
from orchestrator.app import Settings
from orchestrator.app.reporting import run_report
from orchestrator.core.drill import DrillMode, DrillVerdict, DrillWish

ROOT = Path(__file__).parents[2]


def drilled(settings: Settings) -> Path:
    """The journal of a table-top drill that passed."""
    drill = app.drill(settings, DrillWish(region="us-east-1", mode=DrillMode.TABLETOP, hold_s=5))
    drill.carry_out(drill.plan(), on_event=lambda event: None)
    (journal,) = settings.runs_dir.glob("*.jsonl")
    return journal


def test_a_journal_that_lost_its_tail_does_not_tell_of_a_drill_that_passed(tmp_path: Path) -> None:
    settings = Settings(config=ROOT / "regions.yaml", state_dir=tmp_path)
    journal = drilled(settings)
    whole = run_report(settings, "latest")

    journal.write_bytes(journal.read_bytes()[:-30])
    torn = run_report(settings, "latest")

    assert whole.verdict is DrillVerdict.PASSED
    assert torn.verdict is DrillVerdict.ABORTED
    assert torn.traffic is not None


def test_a_drill_in_virtual_time_is_named_by_the_clock_on_the_wall(tmp_path: Path) -> None:
    journal = drilled(Settings(config=ROOT / "regions.yaml", state_dir=tmp_path))

    named = datetime.strptime(journal.stem.split("-")[0], "%Y%m%dT%H%M%S%z")

    assert named <= datetime.now(UTC)
