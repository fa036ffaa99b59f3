"""The entry point: finds the verb, loads it alone, turns every error into one message and an exit code."""

from __future__ import annotations

import sys

from orchestrator import __version__

# What type checkers read; `typing` itself would be a tenth of the time that `--help` takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.cli.use_cases import UseCases

VERBS = {
    "init": "write a commented regions.yaml and a small sample application",
    "validate": "check the configuration and the templates, region by region",
    "synth": "write the templates as CloudFormation would get them",
    "bootstrap": "make the roles and the artifact buckets",
    "plan": "show what a deployment would change, why, and in which order",
    "deploy": "carry a plan out: standby first, health-gated, then DNS",
    "status": "show every region: release, instances, replicas, health, who answers",
    "drill": "take a region out on purpose, measure, put it back",
    "failover": "move users away from a region, and keep them away",
    "failback": "put a region back into service",
    "simulate": "a deployment or a drill in a simulation: order, critical path, what failures leave",
    "rehearse": "the whole story on an embedded AWS of its own, with a report",
    "report": "show a finished run: what it did, what users met, how long it took",
    "destroy": "remove what this tool made, in reverse order",
    "local": "the embedded AWS: up, down, status",
    "schema": "print the JSON Schema of regions.yaml, for editors",
}
"""Verb -> what it does. The order is that of a project's life."""


_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None, *, app: UseCases | None = None) -> int:
    """Run one command line; the exit code. Prints its result on stdout, everything else on stderr.

    Without `argv` it is the process's own command line, and an interrupted process ends here.
    `app` are the use cases to call; without it orchestrator.app, loaded when a verb needs it.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        # Before argparse is even loaded: scripts ask for it at every start.
        return _print_version()
    if argv is None:
        collect_rarely()
    from orchestrator.cli.failures import guarded

    code = guarded(lambda: _run(arguments, app), arguments)
    if code == _INTERRUPTED and argv is None:
        from orchestrator.cli.stopping import leave

        leave(code)
    return code


def collect_rarely() -> None:
    """Look for rings of objects once in a hundred thousand new ones.

    Plans are hundreds of thousands of values without any ring: looking for them takes half of the time of a large plan.
    """
    import gc

    gc.set_threshold(100_000, 50, 100)


def _print_version() -> int:
    try:
        print(f"orchestrator {__version__}", flush=True)
    except OSError as error:
        from orchestrator.cli.output import forget_stdout, say

        forget_stdout()
        say(f"error: the version cannot be printed: {error.strerror}")
        return 1
    return 0


def _run(arguments: list[str], app: UseCases | None) -> int:
    from orchestrator.cli.arguments import parse

    parsed = parse(arguments, VERBS)
    return parsed.run(app) if parsed else 0
