"""A simulation on a terminal: order, critical path, how long, and what a lost region leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.core.critical_path import CriticalPath
from orchestrator.core.run import Verdict
from orchestrator.core.run_report import RunReport
from orchestrator.core.simulated import DeploySimulation, Expected, Loss, ReleaseSeen, Rollout, problem_of
from orchestrator.report.amounts import counted, duration_text
from orchestrator.report.neutralise import safe
from orchestrator.report.step_order import ANY_ACCOUNT, step_rows
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_drill import drill_text
from orchestrator.report.text_plan import order_lines

CAVEAT = (
    "A simulation in virtual time: no AWS call was made, no blueprint was run, small templates stand in for yours. "
    "Durations are orders of magnitude that users report, not promises."
)
_VERDICTS = {
    Verdict.SUCCEEDED: Tone.GOOD,
    Verdict.NOTHING_TO_DO: Tone.GOOD,
    Verdict.FAILED: Tone.WATCH,
    Verdict.INTERRUPTED: Tone.WATCH,
}
_RELEASES = {
    ReleaseSeen.OLD: "the old release",
    ReleaseSeen.NEW: "the new release",
    ReleaseSeen.MIXED: "the old release in some accounts and the new one in others",
    ReleaseSeen.UNKNOWN: "a stack in the middle of its change",
}


def deploy_simulation_text(found: DeploySimulation, style: Style) -> str:
    """Both deployments, then one table for each region that may be lost."""
    lines = [*_head(found, style)]
    for rollout in found.rollouts:
        lines += _rollout(rollout, found, style)
    return style.page([*lines, *_losses(found, style), *_usual(found, style)])


def drill_simulation_text(report: RunReport, path: CriticalPath, style: Style, *, command: str = "orchestrator") -> str:
    """The report of the drill, and what decided how long it took."""
    drill = drill_text(report, style, command=command)
    return drill + style.page(["", *_path(path, style), "", *style.wrapped(CAVEAT)])


def _head(found: DeploySimulation, style: Style) -> Iterator[str]:
    accounts = counted(len(found.accounts), "account")
    if found.accounts_in_all > len(found.accounts):
        accounts = f"{len(found.accounts)} of {found.accounts_in_all} accounts"
    regions = ", ".join(safe(region) for region in found.regions)
    subject = f"simulated deployment of {safe(found.application)} {safe(found.environment)}"
    yield from style.wrapped(f"{subject}: {regions}; {accounts}")
    yield from style.wrapped(CAVEAT)
    if found.not_run:
        yield from style.wrapped(f"Not run, taken as passed: {' and '.join(found.not_run)}.")


def _rollout(rollout: Rollout, found: DeploySimulation, style: Style) -> Iterator[str]:
    verdict, tone = ("succeeded", Tone.GOOD) if rollout.succeeded else ("FAILED", Tone.LOUD)
    path = rollout.path
    steps = counted(sum(len(one.plan.steps) for one in rollout.rounds), "step")
    yield ""
    title = style.paint(safe(rollout.name), Tone.STRONG)
    yield f"{title}: {style.paint(verdict, tone)} in {duration_text(path.makespan_s)}, {steps}"
    if not rollout.succeeded:
        yield from style.wrapped(safe(problem_of(rollout.rounds)), "  ")
    yield from _expected(rollout.expected, found, style)
    yield ""
    yield from _path(path, style)
    for one in rollout.rounds:
        yield from order_lines(one.plan, style, step_rows(one.plan))


def _expected(one: Expected, found: DeploySimulation, style: Style) -> Iterator[str]:
    tries = f"{counted(one.tries, 'try', 'tries')} with drawn durations (seed {found.seed})"
    if one.median_s is not None and one.worst_s is not None:
        amounts = f"median {duration_text(one.median_s)}, worst {duration_text(one.worst_s)}"
        yield from style.wrapped(f"expected: {amounts}, in {tries}", "  ", "    ")
    if one.failures:
        lines = style.wrapped(
            f"{len(one.failures)} of {tries} failed, the first: {safe(one.failures[0])}", "  ", "    "
        )
        yield from (style.paint(line, Tone.WATCH) for line in lines)


def _path(path: CriticalPath, style: Style) -> Iterator[str]:
    ratio = f"the run took {path.ratio:.2f} times as long" if path.links else "nothing ran"
    yield style.paint("critical path", Tone.STRONG) + f": {duration_text(path.length_s)}, {ratio}"
    yield style.paint(f"  {'begins at':>11}  {'takes':>11}", Tone.FAINT)
    for link in path.links:
        yield f"  {duration_text(link.starts_s):>11}  {duration_text(link.lasts_s):>11}  {safe(link.step)}"


# -- losses -------------------------------------------------------------------------------------------------------


def _losses(found: DeploySimulation, style: Style) -> Iterator[str]:
    if not found.losses:
        return
    yield ""
    yield style.paint("when a region falls silent during the release", Tone.STRONG)
    about = (
        "from the start of a step until the run has ended. Then it returns, the release is deployed again, and so many "
        "steps are left to do for all to be as it should be."
    )
    yield from style.wrapped(about, "  ")
    for region in dict.fromkeys(one.region for one in found.losses):
        losses = [one for one in found.losses if one.region == region]
        yield ""
        yield f"  {style.paint(safe(region), Tone.PLACE)} falls silent at"
        yield from _table(losses, found, style)
    if found.left_out:
        yield from style.wrapped(f"{counted(found.left_out, 'other case')} left out: one step of each phase", "  ")
    yield from _legend(found.losses, style)


def _table(losses: Sequence[Loss], found: DeploySimulation, style: Style) -> Iterator[str]:
    regions = tuple(safe(region) for region in found.regions)
    head = ("step", "run", *regions, "users get", "left to do")
    rows = [head, *(_row(one, found) for one in losses)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if 4 + sum(widths) + 2 * len(widths) > style.width:
        for one, row in zip(losses, rows[1:], strict=True):
            yield from _block(head, row, one, style)
        return
    for row in rows:
        line = "    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield style.paint(line, Tone.FAINT) if row is head else line


def _block(head: Sequence[str], row: Sequence[str], one: Loss, style: Style) -> Iterator[str]:
    """For narrow screens: a step, and below it everything that its row says."""
    yield f"    {row[0]}: {style.paint(row[1], _VERDICTS[one.verdict])}"
    rest = "; ".join(f"{name}: {cell}" for name, cell in zip(head[2:], row[2:], strict=True))
    yield from style.wrapped(rest, "      ")


def _row(one: Loss, found: DeploySimulation) -> tuple[str, ...]:
    account = next((account for account in found.accounts if account in one.step.split(":")), "")
    step = safe(one.step.replace(account, ANY_ACCOUNT) if account else one.step)
    releases = dict(one.releases)
    seen = (releases[region].value for region in found.regions)
    return (step, f"{one.verdict.value} in {duration_text(one.lasted_s)}", *seen, _users(one), _left(one))


def _users(one: Loss) -> str:
    if not one.answers:
        return "no answer"
    return safe(", ".join(one.answers)) + ("" if one.served else " (fails)")


def _left(one: Loss) -> str:
    steps = counted(one.left, "step") if one.left else "nothing"
    return steps if one.mended else f"{steps}, NOT WELL"


def _legend(losses: Sequence[Loss], style: Style) -> Iterator[str]:
    met = {seen for one in losses for _, seen in one.releases}
    told = "; ".join(f"{seen.value}: {text}" for seen, text in _RELEASES.items() if seen in met)
    yield ""
    yield from style.wrapped(told, "  ")


def _usual(found: DeploySimulation, style: Style) -> Iterator[str]:
    usual = ", ".join(f"{name.removesuffix('_s').replace('_', ' ')} {seconds:g} s" for name, seconds in found.durations)
    drawn = f"tries multiply each by a lognormal factor with median 1 and sigma {found.spread:g}, alarms excepted"
    yield ""
    yield from style.wrapped(f"durations: {usual}; {drawn}")
