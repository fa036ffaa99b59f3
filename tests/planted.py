"""Bugs planted in a copy of the product, each of which a few tests must catch: it is known that the suite has teeth.

`python -m tests.planted` plants all of them, `python -m tests.planted NAME ...` some. Exit 1: one was not caught.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
_FOLDERS = ("orchestrator", "blueprints", "tests")
_LONGEST_S = 300
_BOUNDARIES = "tests/flows/test_boundaries.py"
_TROUBLES = "tests/flows/test_troubles.py::test_all_invariants_hold_through"


def _smooth(scenario: str) -> str:
    return f"{_BOUNDARIES}::test_nothing_is_violated_where_nothing_goes_wrong[{scenario}]"


def _at_calls(scenario: str, kind: str) -> str:
    return f"{_BOUNDARIES}::test_one_fault_at_any_call_is_made_good_by_the_same_commands[{scenario}-Kind.{kind}]"


def _ctrl_c(scenario: str) -> str:
    return f"{_BOUNDARIES}::test_ctrl_c_at_any_event_puts_everything_back_before_the_drill_ends[{scenario}-once]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """In `file` the text `old`, which stands there once, becomes `new`; the tests of `suite` must fail then."""

    name: str
    file: str
    old: str
    new: str
    suite: str


BUGS = (
    Bug(
        name="no-journal",
        file="orchestrator/journal.py",
        old="                journal.append(event)\n",
        new="                pass\n",
        suite=_smooth("release"),
    ),
    Bug(
        name="no-fencing",
        file="orchestrator/core/lock.py",
        old="there is not None and not there.released and (there.owner, there.fencing) == (mine.owner, mine.fencing)",
        new="there is not None",
        suite=f"{_TROUBLES}[a-holder-stands-still-past-its-lease]",
    ),
    Bug(
        name="lock-not-checked",
        file="orchestrator/core/lock.py",
        old="    if stored.state is LockState.HELD and stored.run != breaks:\n",
        new="    if stored.state is LockState.HELD and not stored.run:\n",
        suite=f"{_TROUBLES}[two-release-at-the-same-instant]",
    ),
    Bug(
        name="stale-plan-after-another-run",
        file="orchestrator/lock.py",
        old="        if pinned and stored is not None and stored.state",
        new="        if not pinned and stored is not None and stored.state",
        suite="tests/test_locking.py tests/flows/test_lock.py",
    ),
    Bug(
        name="stale-plan-applied",
        file="orchestrator/app/saved_plan.py",
        old="    if lines := moved(one.basis, plan.basis):\n",
        new="    if (lines := moved(one.basis, plan.basis)) and plan.is_empty:\n",
        suite="tests/flows/test_saved_plan.py",
    ),
    Bug(
        name="restore-skipped",
        file="orchestrator/core/planning/drill_steps.py",
        old='    yield replace(_return(request), needs=needs, always=True, undoes="take-out")\n',
        new="    yield replace(_return(request), needs=needs)\n",
        # A lever is written again until its alarm agrees: of two restorations one would be left.
        suite=_ctrl_c("drill-outage"),
    ),
    Bug(
        name="always-step-skipped-at-ctrl-c",
        file="orchestrator/executor/walk.py",
        old="        if step.always:\n",
        new="        if step.always and not self._stopping:\n",
        suite=_ctrl_c("drill-switch"),
    ),
    Bug(
        name="durations-of-the-wall-clock",
        file="orchestrator/clock.py",
        old="        return self._since + timedelta(seconds=self._passed() - self._began_s)\n",
        new="        return self._real.now()\n",
        suite="tests/flows/test_clock_jumps.py::test_whenever_the_wall_clock_is_set_a_drill_measures_the_same",
    ),
    Bug(
        name="batch-sent-twice-by-the-sdk",
        file="orchestrator/aws/dns.py",
        old='"ChangeResourceRecordSets", self._zone_account, time_outs=ONCE)',
        new='"ChangeResourceRecordSets", self._zone_account)',
        suite=(
            "tests/local/test_lost_answers.py::test_what_is_lost_on_the_wire_is_made_good_with_one_effect"
            "[dns.ChangeResourceRecordSets-Lost.ANSWER-2]"
        ),
    ),
    Bug(
        name="token-per-attempt",
        file="orchestrator/executor/stack_set_tasks.py",
        old="stack_set=action.stack_set.name,\n            operation_id=action.operation_id,\n",
        new=(
            "stack_set=action.stack_set.name,\n"
            "            operation_id=f'{action.operation_id}-{ports.clock.monotonic()}',\n"
        ),
        suite=_at_calls("release", "LOSE_ANSWER"),
    ),
    Bug(
        name="goes-on-after-a-failure",
        file="orchestrator/executor/walk.py",
        old="        failed = [need for need in needs if need.status is not StepStatus.SUCCEEDED]\n",
        new="        failed = [need for need in needs if need.status is StepStatus.WAITING]\n",
        suite=f"{_TROUBLES}[a-region-has-no-capacity]",
    ),
    Bug(
        name="gate-of-a-dead-run-skipped",
        file="orchestrator/core/planning/deploy.py",
        old="            or any((account, region) in unpublished for account in wave.accounts)\n",
        new="",
        suite="tests/core/test_plan_dns.py",
    ),
    Bug(
        name="succeeded-believed",
        file="orchestrator/executor/stack_set_tasks.py",
        old="        wrong = [one for one in instances if self._differences(one)]\n",
        new=(
            "        believed = operation.status is OperationStatus.SUCCEEDED\n"
            "        wrong = [one for one in instances if not believed and self._differences(one)]\n"
        ),
        suite="tests/flows/test_failures.py",
    ),
    Bug(
        name="gate-skipped",
        file="orchestrator/core/planning/operations.py",
        old="            gates = self.around.gates.get(work.place, ())\n",
        new="            gates = ()\n",
        suite=_smooth("release"),
    ),
    Bug(
        name="replica-not-proven",
        file="orchestrator/executor/code_tasks.py",
        old="        if read.status is ReplicaStatus.PROVEN:\n",
        new="        if read.status is not ReplicaStatus.DIFFERENT:\n",
        suite=f"{_TROUBLES}[a-replica-is-late]",
    ),
    Bug(
        name="primary-first",
        file="orchestrator/core/topology.py",
        old="        return (*reversed(self.standbys), self.primary)\n",
        new="        return (self.primary, *self.standbys)\n",
        suite=_smooth("release"),
    ),
    Bug(
        name="dns-before-gate",
        file="orchestrator/core/planning/deploy.py",
        old=(
            "        after = (*control.step_ids, *infra.step_ids, *compute.step_ids, *gate_part.step_ids)\n"
            "        checks = After(levers=control.step_ids, places=self._proven(infra, gate_part), everything=after)\n"
        ),
        new=(
            "        after = (*control.step_ids, *infra.step_ids)\n"
            "        checks = After(levers=control.step_ids, places={}, everything=after)\n"
        ),
        suite=_smooth("first"),
    ),
    Bug(
        name="failover-by-record-change",
        file="orchestrator/executor/switch_tasks.py",
        old="        self.context.write(lever, position)\n        return Done(f",
        new=(
            "        self.context.write(lever, position)\n"
            "        zone = self.context.ports.dns.zone('fed.dev')\n"
            "        if zone:\n"
            "            self.context.ports.dns.records(zone.id, frozenset(('sample.fed.dev',)))\n"
            "        return Done(f"
        ),
        suite=_smooth("failover"),
    ),
    Bug(
        name="last-region-taken-out",
        file="orchestrator/core/lever_rules.py",
        old="    if any(name not in out for name in others):\n",
        new="    if others:\n",
        suite="tests/flows/test_never_both_out.py",
    ),
    Bug(
        name="lost-answer-is-failure",
        file="orchestrator/executor/walk.py",
        old="        except (Unreachable, Throttled, OperationInProgress) as error:\n",
        new="        except OperationInProgress as error:\n",
        suite=_at_calls("release", "LOSE_ANSWER"),
    ),
    Bug(
        name="put-without-a-condition",
        file="orchestrator/executor/code_tasks.py",
        old="            head = buckets.put(*where, file, sha256=artifact.sha256)\n",
        new="            head = buckets.put_again(*where, file, sha256=artifact.sha256)\n",
        suite=_at_calls("release", "LOSE_ANSWER"),
    ),
    Bug(
        name="nested-names-deleted-under-a-silent-primary",
        file="orchestrator/core/planning/dns.py",
        old="stranger.owner.owned_names - _led_to(unknown, present.values())",
        new="stranger.owner.owned_names - unknown",
        suite=f"{_TROUBLES}[the-primary-is-black-holed]",
    ),
)


class Copy:
    """The product in a folder of its own, in which one file at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._edits = folder, 0
        for name in _FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, folder / name)

    def catches(self, bug: Bug) -> tuple[bool, str]:
        """Whether its suite fails with the bug, by its tests and nothing else; and what the suite said."""
        path = self._folder / bug.file
        right = path.read_text()
        self._write(path, planted(bug, right))
        try:
            code, told = self.run(bug.suite.split())
        finally:
            self._write(path, right)
        return code == 1, told

    def run(self, tests: Sequence[str]) -> tuple[int, str]:
        """pytest's exit code: 0 all passed, 1 some failed, others: it could not even begin."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPATH": str(self._folder)}
        found = subprocess.run(
            command,
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_LONGEST_S,
            check=False,
            text=True,
        )
        return found.returncode, found.stdout

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        # Compiled files are told apart by whole seconds.
        self._edits += 1
        later = time.time() + 10 * self._edits
        os.utime(path, (later, later))


def planted(bug: Bug, text: str) -> str:
    """The text with the bug. Raises ValueError where it cannot be planted any more."""
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.name}: its text stands {text.count(bug.old)} times in {bug.file}")
    return text.replace(bug.old, bug.new)


def hunted(bugs: Sequence[Bug], *, jobs: int = 2) -> Iterator[tuple[str, bool, float, str]]:
    """(name, caught, seconds, what the suite said) of each; first that all suites pass without a bug: "none"."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            copies.put(Copy(Path(folder) / str(number)))

        def hunt(bug: Bug | None) -> tuple[str, bool, float, str]:
            copy, began = copies.get(), time.monotonic()
            try:
                if bug is None:
                    suites = sorted({test for one in bugs for test in one.suite.split()})
                    code, told = copy.run(suites)
                    return "none", code == 0, time.monotonic() - began, told
                return bug.name, *_with_time(copy.catches(bug), began)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(max_workers=jobs) as threads:
            yield from threads.map(hunt, (None, *bugs))


def _with_time(found: tuple[bool, str], began: float) -> tuple[bool, float, str]:
    return found[0], time.monotonic() - began, found[1]


def main(wanted: Sequence[str]) -> int:
    """Plant them, and say which were caught."""
    bugs = [bug for bug in BUGS if not wanted or bug.name in wanted]
    missed = 0
    for name, ok, took_s, told in hunted(bugs, jobs=os.cpu_count() or 1):
        missed += not ok
        verdict = ("passes" if ok else "FAILS") if name == "none" else ("caught" if ok else "NOT CAUGHT")
        sys.stdout.write(f"{name}: {verdict} ({took_s:.1f} s)\n{'' if ok else told}")
        sys.stdout.flush()
    sys.stdout.write(f"{len(bugs)} bugs planted, {missed} not as they should be\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
