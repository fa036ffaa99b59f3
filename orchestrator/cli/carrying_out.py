"""What the verbs that change AWS share: show the plan, ask, carry it out, report, exit code."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from orchestrator.cli.use_cases import ChangingVerb, DrillUndertaking, SwitchVerb, Undertaking, use_cases
from orchestrator.core.drill import DrillMode, DrillVerdict, DrillWish
from orchestrator.core.errors import ExitCode, Interrupted, OrchestratorError, UsageError
from orchestrator.core.run import Run, Verdict

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.core.plan import Plan

_LONGEST_PATIENCE_S = 60
_RELEASE_DIGITS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every verb that changes AWS."""
    from orchestrator.cli.arguments import add_format

    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_format(parser)


def add_lock_argument(parser: argparse.ArgumentParser) -> None:
    """`--break-lock`, for verbs that take the lock."""
    parser.add_argument(
        "--break-lock", action="store_true", help="take the lock from whoever holds it, after asking (--yes: without)"
    )


def add_release_argument(parser: argparse.ArgumentParser) -> None:
    """`--release`, for deploy and its plan."""
    from orchestrator.cli.arguments import Filled

    parser.add_argument(
        "--release",
        metavar="ID",
        action=Filled,
        type=_release,
        default="",
        help="an earlier release as it was, code included: its name, or how it begins (orchestrator status lists them)",
    )


def _release(text: str) -> str:
    if text and not (len(text) <= _RELEASE_DIGITS and set(text) <= set("0123456789abcdef")):
        raise argparse.ArgumentTypeError(f"{text} is not the name of a release: up to {_RELEASE_DIGITS} of 0-9 and a-f")
    return text


def carry_out(
    options: argparse.Namespace,
    verb: ChangingVerb,
    app: UseCases | None,
    *,
    saved: str = "",
    artifacts: bool = False,
    resume: str = "",
    release: str = "",
) -> int:
    """`saved` is the path of a reviewed plan that must still hold; `artifacts`: destroy the buckets too.

    `resume`: the run that goes on. `release`: the earlier one that is to be deployed, or how it begins.
    """
    from orchestrator.cli.files import open_plan
    from orchestrator.cli.options import settings_of

    cases = use_cases(app)
    with open_plan(saved) if saved else nullcontext() as reviewed:
        undertaking = cases.undertake(
            settings_of(options), verb=verb, artifacts=artifacts, resume=resume, release=release
        )
        before = undertaking.before
        if before is not None:
            _say_before(options, before)
        return _undertake(options, cases, undertaking, reviewed=reviewed, goes_on=before is not None)


def add_switch_arguments(parser: argparse.ArgumentParser, default_s: float) -> None:
    """The options of failover and failback; `default_s` is the patience of the verb."""
    parser.add_argument(
        "--patience",
        metavar="SECONDS",
        type=_seconds,
        help=f"how long regions and levers may take to answer before they count as silent (default: {default_s:g})",
    )
    add_arguments(parser)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_PATIENCE_S:
        raise argparse.ArgumentTypeError(f"more than 0 and at most {_LONGEST_PATIENCE_S} seconds, not {text}")
    return seconds


def switch_over(options: argparse.Namespace, verb: SwitchVerb, app: UseCases | None) -> int:
    """One region out of service, or back."""
    from orchestrator.cli.options import settings_of

    cases = use_cases(app)
    undertaking = cases.switch(
        settings_of(options), verb=verb, region=options.region, force=options.force, patience_s=options.patience
    )
    return _undertake(options, cases, undertaking)


def drill(options: argparse.Namespace, app: UseCases | None) -> int:
    """One region out on purpose, and back. A drill is judged by what was measured."""
    from orchestrator.cli.options import settings_of

    cases = use_cases(app)
    _check_drill(options)
    wish = DrillWish(
        region=options.region,
        mode=DrillMode(options.mode),
        hold_s=options.hold,
        silent=options.silent,
        put_back=options.put_back,
    )
    undertaking = cases.drill(settings_of(options), wish)
    return _undertake(
        options,
        cases,
        undertaking,
        asks=wish.mode is not DrillMode.TABLETOP,
        told=lambda run: _report_drill(options, undertaking, run),
    )


def _check_drill(options: argparse.Namespace) -> None:
    """An option without an effect is a misunderstanding: told before anything is read."""
    tabletop = options.mode == DrillMode.TABLETOP.value
    if tabletop and options.break_lock:
        raise UsageError("a simulation takes no lock", where="--break-lock", fix="leave it out")
    if tabletop and options.local:
        what = "a drill of mode tabletop happens in a simulation, not on the embedded AWS"
        raise UsageError(what, where="--local", fix="leave it out, or choose --mode switch or outage")
    if options.put_back and options.hold is not None:
        what = "putting a region back holds nothing out"
        raise UsageError(what, where="--hold", fix="leave it out")


def _undertake(
    options: argparse.Namespace,
    cases: UseCases,
    undertaking: Undertaking,
    *,
    reviewed: Iterable[str] | None = None,
    asks: bool = True,
    goes_on: bool = False,
    told: Callable[[Run], int] | None = None,
) -> int:
    """`told` reports the run and makes the exit code of it; without it the run itself is shown.

    `asks` False: nothing real is changed, so nobody is asked. A run that `goes_on` is brought to its end also when
    nothing is left of it: its journal must say so.
    """
    from orchestrator.cli.event_reader import STOPPING, STOPPING_DRILL
    from orchestrator.cli.progress import progress_for
    from orchestrator.cli.stopping import stoppable

    undertaking.clear()
    plan = undertaking.plan()
    if reviewed is not None:
        cases.check_saved(reviewed, plan)
    _present(options, plan)
    cases.ensure_allowed(plan)
    if plan.is_empty and plan.complete and not goes_on:
        from orchestrator.clock import SystemClock

        return _report(options, cases.nothing_to_do(plan, SystemClock().now()))
    if asks and (not plan.is_empty or not plan.complete):
        _ask(options, plan)
    stopping = STOPPING_DRILL if plan.verb == "drill" else STOPPING
    with progress_for(options, len(plan.steps), stopping=stopping) as progress, stoppable(progress.stopping):
        try:
            run = undertaking.carry_out(plan, on_event=progress.tell)
        except Interrupted as left:
            raise _with_command(left) from None
    return told(run) if told else _report(options, run)


def _say_before(options: argparse.Namespace, before: Run) -> None:
    if options.log_format == "json":
        from orchestrator.cli.log import log_resumed

        log_resumed(before)
        return
    from orchestrator import report
    from orchestrator.cli.output import say, stderr_style

    say(report.before_text(before, stderr_style(no_color=options.no_color)).rstrip("\n"))


def _with_command(left: Interrupted) -> Interrupted:
    """The command that resumes; what was given here is added to it where errors are told."""
    if not left.run:
        return left
    fix = f"orchestrator deploy --resume {left.run} goes on: it attaches to what is in flight"
    if left.release:
        back = f"orchestrator deploy --release {left.release} goes back everywhere"
        fix = f"{back}; or orchestrator deploy --resume {left.run} goes forward again"
    return Interrupted(left.what, where=left.where, fix=fix)


def _present(options: argparse.Namespace, plan: Plan) -> None:
    """The plan on stderr: for whoever is asked, or for the record. A JSON log gets its numbers."""
    if options.log_format == "json" and options.yes:
        from orchestrator.cli.log import log_plan

        log_plan(plan)
        return
    from orchestrator import report
    from orchestrator.cli.options import command_of
    from orchestrator.cli.output import say, stderr_style

    style = stderr_style(no_color=options.no_color)
    say(report.plan_text(plan, style, command=command_of(options)).rstrip("\n"))


def _ask(options: argparse.Namespace, plan: Plan) -> None:
    from orchestrator.cli.consent import ask

    where = f"{plan.application} in {plan.environment}"
    if plan.verb == "destroy":
        # Deleting deserves a word that nobody types by habit.
        ask(f"Destroy {where}?", yes=options.yes, word=plan.environment)
    elif plan.verb == "drill":
        ask(f"Drill {options.region} of {where}?", yes=options.yes, word=options.region)
    else:
        ask(f"{plan.verb.capitalize()} {where}?", yes=options.yes)


def _report_drill(options: argparse.Namespace, undertaking: DrillUndertaking, run: Run) -> int:
    found = undertaking.report()
    if found is None:
        return _report(options, run)
    from orchestrator import report
    from orchestrator.cli.options import command_of
    from orchestrator.cli.output import say, show, stderr_style, stdout_style

    style = stdout_style(no_color=options.no_color)
    try:
        text = report.drill_text(found, style, command=command_of(options))
        show(report.drill_json(found) if options.format == "json" else text)
    except OrchestratorError as unheard:
        if options.mode == DrillMode.TABLETOP.value:
            # Of a simulation its result is all there is.
            raise
        say(report.error_text(unheard, stderr_style(no_color=options.no_color)).rstrip("\n"))
    if run.verdict is Verdict.INTERRUPTED:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if found.verdict is DrillVerdict.PASSED else ExitCode.FAILED


def _report(options: argparse.Namespace, run: Run) -> int:
    """The verdict decides the exit code, also when nobody can be told: AWS is what it is."""
    from orchestrator import report
    from orchestrator.cli.options import command_of, consents_of
    from orchestrator.cli.output import say, show, stderr_style, stdout_style

    style = stdout_style(no_color=options.no_color)
    try:
        text = report.run_text(run, style, command=command_of(options), consents=consents_of(options))
        show(report.run_json(run) if options.format == "json" else text)
    except OrchestratorError as unheard:
        say(report.error_text(unheard, stderr_style(no_color=options.no_color)).rstrip("\n"))
    return _exit_code(run.verdict)


def _exit_code(verdict: Verdict) -> ExitCode:
    match verdict:
        case Verdict.SUCCEEDED | Verdict.NOTHING_TO_DO:
            return ExitCode.DONE
        case Verdict.FAILED:
            return ExitCode.FAILED
        case Verdict.INTERRUPTED:
            return ExitCode.INTERRUPTED
