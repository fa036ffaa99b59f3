"""`simulate`: a deployment or a drill in a simulation, on a clock of its own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.drill import DrillMode, DrillVerdict, DrillWish
from orchestrator.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.core.run import Event

DESCRIPTION = """\
Carries plans out on a simulated AWS, in virtual time: no AWS call, no blueprint, seconds of your time.

  deploy        a first deployment and a release: order, critical path, expected duration, and what the failure of
                a region at each step of the release would leave behind
  drill REGION  a drill of that region: users, recovery time, objectives, critical path

Durations are orders of magnitude that users report, not promises."""
_LARGEST_SEED = 2**31 - 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """deploy | drill, REGION, --mode, --seed, --format."""
    from orchestrator.cli.arguments import add_format

    parser.add_argument("what", choices=("deploy", "drill"), nargs="?", help="what to simulate")
    parser.add_argument("region", metavar="REGION", nargs="?", default="", help="drill: the region to take out")
    parser.add_argument("--mode", choices=("switch", "outage"), help="drill: as of the verb drill (default: switch)")
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        default=0,
        help="draws durations, and what is out of step: equal seeds, equal results (default: 0)",
    )
    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Simulate, show. Exit 0: nothing failed that was not made to fail, and a drill met its objectives."""
    if options.what is None:
        fix = "orchestrator simulate deploy, or orchestrator simulate drill REGION"
        raise UsageError("it is not said what to simulate", fix=fix)
    if options.what == "drill":
        return _drill(options, app)
    if options.region or options.mode:
        raise UsageError("simulate deploy takes neither a region nor a mode", fix="orchestrator simulate --help")
    return _deploy(options, app)


def _deploy(options: argparse.Namespace, app: UseCases | None) -> int:
    from orchestrator import report
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show, stdout_style
    from orchestrator.cli.use_cases import use_cases

    found = use_cases(app).simulate_deploy(settings_of(options), seed=options.seed)
    style = stdout_style(no_color=options.no_color)
    as_json = options.format == "json"
    show(report.deploy_simulation_json(found) if as_json else report.deploy_simulation_text(found, style))
    return ExitCode.DONE if found.succeeded else ExitCode.FAILED


def _drill(options: argparse.Namespace, app: UseCases | None) -> int:
    from orchestrator import report
    from orchestrator.cli.options import command_of, settings_of
    from orchestrator.cli.output import show, stdout_style
    from orchestrator.cli.use_cases import use_cases
    from orchestrator.core.critical_path import critical_path
    from orchestrator.core.run import Verdict

    if not options.region:
        raise UsageError("simulate drill needs a region", fix="orchestrator simulate drill REGION")
    cases = use_cases(app)
    wish = DrillWish(region=options.region, mode=DrillMode(options.mode or "switch"))
    undertaking = cases.tabletop_drill(settings_of(options), wish, seed=options.seed)
    plan = undertaking.plan()
    cases.ensure_allowed(plan)
    done = undertaking.carry_out(plan, on_event=_unheard)
    found = undertaking.report()
    if found is not None:
        path, style = critical_path([(plan, done)]), stdout_style(no_color=options.no_color)
        text = report.drill_simulation_text(found, path, style, command=command_of(options))
        show(report.drill_simulation_json(found, path) if options.format == "json" else text)
    if done.verdict is Verdict.INTERRUPTED:
        return ExitCode.INTERRUPTED
    met = found is None or found.verdict is DrillVerdict.PASSED
    return ExitCode.DONE if met and done.verdict is Verdict.SUCCEEDED else ExitCode.FAILED


def _unheard(_: Event) -> None:
    """Virtual time passes faster than anybody reads; the journal has everything."""


def _seed(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text[:11]) <= _LARGEST_SEED:
        return int(text[:11])
    raise argparse.ArgumentTypeError(f"a whole number from 0 to {_LARGEST_SEED}, not {text}")
