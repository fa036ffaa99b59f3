"""The log on stderr, by structlog: JSON lines for log shippers, and every AWS request. Loaded only when asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from orchestrator.cli.output import say
from orchestrator.core.errors import ConfigurationError, OrchestratorError
from orchestrator.core.run import EventKind

if TYPE_CHECKING:
    from orchestrator.aws.sessions import Call
    from orchestrator.core.plan import Plan
    from orchestrator.core.run import Event, Run


_BAD = frozenset((EventKind.STEP_FAILED, EventKind.ROLLBACK, EventKind.JOURNAL_LOST))


def event_log() -> Callable[[Event], None]:
    """A reader of events: `event` is the kind, run, step, region and account are bound as far as there are any."""
    log = _logger()

    def tell(event: Event) -> None:
        write = log.error if event.kind in _BAD else log.info
        fields = {"step": event.step, "region": event.region, "account": event.account, "detail": event.detail}
        more = dict(event.data) if event.kind is EventKind.TRAFFIC else {}
        write(event.kind.value, run=event.run, at=event.at.isoformat(), **_known(fields), **more)

    return tell


def log_plan(plan: Plan) -> None:
    """What was planned, in numbers: the whole plan is the result of `plan --format json`."""
    _logger().info(
        "planned",
        verb=plan.verb,
        application=plan.application,
        environment=plan.environment,
        release=plan.release,
        fingerprint=plan.fingerprint,
        changes=len(plan.pending_changes),
        steps=len(plan.steps),
        findings=len(plan.findings),
    )


def log_resumed(run: Run) -> None:
    """The run that goes on, and how far it had come."""
    counts = Counter(step.status.value for step in run.steps)
    _logger().info("run_resumed", run=run.id, steps=len(run.steps), statuses=dict(counts))


def log_error(error: OrchestratorError) -> None:
    """The error that ends the command; a configuration error with each of its problems."""
    problems = error.problems if isinstance(error, ConfigurationError) else ()
    code = {"exit_code": int(error.exit_code), "error": type(error).__name__}
    for problem in problems:
        _logger().error("problem", where=str(problem), severity=problem.severity)
    what = f"{len(problems)} problems" if problems else error.what
    more = {} if problems else _known({"where": error.where, "next": error.fix})
    _logger().error("failed", **code, what=what, **more)


def call_log(*, as_json: bool) -> Callable[[Call], None]:
    """A hearer of AWS requests: service, operation, where, and whether it changes anything. Never its parameters."""
    log = _logger(as_json=as_json)

    def tell(call: Call) -> None:
        place = {"region": call.region, "account": call.account}
        log.info("aws_request", service=call.service, operation=call.operation, mutating=call.mutating, **place)

    return tell


def _known(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _logger(*, as_json: bool = True) -> Any:
    renderer: Any = structlog.processors.JSONRenderer(sort_keys=True)
    if not as_json:
        renderer = structlog.processors.KeyValueRenderer(key_order=["timestamp", "event"], drop_missing=True)
    return structlog.wrap_logger(
        _Lines(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.BoundLogger,
    )


class _Lines:
    """Writes lines where the command line's other words go, and survives what they survive."""

    def msg(self, line: str) -> None:
        """One rendered event."""
        say(line)

    info = warning = error = msg
