"""How people read a run, whatever the format: title, verdict, headline numbers, and what its numbers rest on.

Every text here is still foreign: the renderers neutralise and escape it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from orchestrator.core.detection import Detection
from orchestrator.core.drill import DrillMode, DrillVerdict
from orchestrator.core.owed import owed
from orchestrator.core.run import Verdict
from orchestrator.core.run_report import ObjectiveResult, Phase, RunReport
from orchestrator.report.amounts import duration_text
from orchestrator.report.style import Style
from orchestrator.report.text_run import headline

_OBJECTIVES = {
    "rto": "Recovery time (RTO)",
    "longest_gap": "Longest time without a good answer",
    "availability": "Availability",
}
_RESTORED = "restored"


class Outcome(Enum):
    """How a page shows a verdict: by word, symbol and colour. The value is the style sheet's class."""

    GOOD = "passed"
    BAD = "failed"
    ENDED_EARLY = "aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A headline number. `met` None: nothing was asked of it; else `judged` tells it in words."""

    name: str
    value: str
    details: tuple[str, ...] = ()
    met: bool | None = None
    judged: str = ""


def title(report: RunReport) -> str:
    """`Drill of us-east-1`."""
    region = report.facts.region
    match report.run.verb:
        case "failover":
            return f"Failover from {region}" if region else "Failover"
        case "failback":
            return f"Failback to {region}" if region else "Failback"
        case verb:
            return f"{verb.capitalize()} of {region or report.run.application}"


def outcome(report: RunReport) -> tuple[Outcome, str]:
    """Class and word of the verdict: a drill's own, else how the run ended."""
    match report.verdict:
        case DrillVerdict.PASSED:
            return Outcome.GOOD, "Passed"
        case DrillVerdict.FAILED:
            return Outcome.BAD, "Failed"
        case DrillVerdict.ABORTED:
            return Outcome.ENDED_EARLY, "Aborted"
        case None:
            return _run_outcome(report.run.verdict)


def _run_outcome(verdict: Verdict) -> tuple[Outcome, str]:
    match verdict:
        case Verdict.SUCCEEDED:
            return Outcome.GOOD, "Succeeded"
        case Verdict.NOTHING_TO_DO:
            return Outcome.GOOD, "Nothing to do"
        case Verdict.FAILED:
            return Outcome.BAD, "Failed"
        case Verdict.INTERRUPTED:
            return Outcome.ENDED_EARLY, "Interrupted"


def why(report: RunReport) -> str:
    """The verdict in a sentence."""
    return sentence(report.why or headline(report.run, Style()))


def sentence(text: str) -> str:
    """With a capital letter, unless it begins with a name such as `us-east-1`, and a full stop."""
    first = text.split(" ", 1)[0]
    begun = text[0].upper() + text[1:] if first.isalpha() else text
    return begun if not begun or begun.endswith((".", "!", "?")) else f"{begun}."


def lasted(report: RunReport) -> str:
    """How long the run took."""
    return duration_text((report.run.ended_at - report.run.started_at).total_seconds())


def numbers(report: RunReport) -> tuple[Number, ...]:
    """The headline: each objective, what users met, whether all is back."""
    found = [_objective(report, one) for one in report.objectives if one.name != _RESTORED]
    found += _traffic(report)
    if report.verdict is not None:
        found.append(_restored(report))
    else:
        found.insert(0, Number(name="The run took", value=lasted(report)))
    return tuple(found)


def objective_name(one: ObjectiveResult) -> str:
    """In words, for the ones that are known."""
    return _OBJECTIVES.get(one.name.lower().replace(" ", "_"), one.name.capitalize())


def is_rto(one: ObjectiveResult) -> bool:
    """Whether this is the recovery time."""
    return one.name.lower() == "rto"


def is_judged(one: ObjectiveResult) -> bool:
    """Whether it was met or missed: something was asked of it, and users were there to measure it with."""
    return bool(one.objective) and not (one.measured is None and one.met)


def asked(one: ObjectiveResult) -> str:
    """`at most 180 s`, `none` when it is not judged."""
    most = "at least" if one.unit == "%" else "at most"
    return f"{most} {amount(one.objective, one.unit)}" if one.objective else "none"


def measured(one: ObjectiveResult) -> str:
    """`58 s`; `never` when users were not well again, `not measured` when nobody asked."""
    if one.measured is None:
        return "not measured" if one.met else "never"
    return amount(one.measured, one.unit)


def amount(value: float, unit: str = "s") -> str:
    """`58.2 s`, `99.95 %`: rounded to the worse side, so that a narrow miss does not look like a hit."""
    # The inner rounding takes away what floating point added: 0.30000000000000004 is 0.3.
    places = math.floor(round(value * 100, 6)) / 100 if unit == "%" else math.ceil(round(value * 10, 6)) / 10
    return f"{places:,.2f}".rstrip("0").rstrip(".") + f" {unit}"


def mode_words(mode: DrillMode | None) -> str:
    """What was done to the region, in a sentence; "" when it was no drill."""
    match mode:
        case None:
            return ""
        case DrillMode.SWITCH:
            return "Its drill lever was moved: the region went on working, and Route 53 was told to send nobody there."
        case DrillMode.OUTAGE:
            return "The application really failed there, and health checks had to find out."
        case DrillMode.TABLETOP:
            return "A table-top drill: it happened in the simulation only, on a clock of its own."


def took_text(phase: Phase) -> str:
    """A phase's duration, or why it has none."""
    if phase.duration_s is not None:
        return duration_text(phase.duration_s)
    return "cut off" if phase.started_at is not None else "not reached"


def formula(report: RunReport) -> Detection | None:
    """The arithmetic beside which the measured recovery stands, where the run has one."""
    return report.facts.detection if report.objectives else None


def formula_text(found: Detection) -> str:
    """`62 s in the mean, 94 s at worst`."""
    return f"{found.moved_mean_s:.0f} s in the mean, {found.moved_worst_s:.0f} s at worst"


def sources(report: RunReport) -> tuple[str, ...]:
    """What a reader must know before the numbers are believed; empty for a run on AWS itself."""
    facts, told = report.facts, []
    if facts.simulated:
        told.append(f"Simulated: this happened on {facts.simulated}, not on AWS itself.")
    elif facts.mode is DrillMode.TABLETOP:
        told.append("Simulated: this happened at a table-top, not on AWS itself.")
    if facts.clock_factor != 1:
        factor = f"{facts.clock_factor:.2f}".rstrip("0").rstrip(".")
        told.append(
            f"Time ran {factor} times faster on the embedded AWS; seconds are told as on AWS. Latencies are real."
        )
    return tuple(told)


def _objective(report: RunReport, one: ObjectiveResult) -> Number:
    details = [f"objective: {asked(one)}"] if one.objective else []
    found = formula(report)
    if is_rto(one) and found is not None:
        details.append(f"by arithmetic: {formula_text(found)}")
    met = one.met if is_judged(one) else None
    judged = "" if met is None else "✓ met" if met else "✗ missed"
    value = measured(one)
    return Number(name=objective_name(one), value=value, details=tuple(details), met=met, judged=judged)


def _traffic(report: RunReport) -> list[Number]:
    traffic = report.traffic
    if traffic is None or not traffic.requests:
        return [Number(name="Users", value="none", details=("nobody asked during the run: nothing was measured",))]
    percent = amount(100 * (traffic.requests - traffic.failed) / traffic.requests, "%")
    told = f"of {traffic.requests:,} ({percent} good)"
    found = [Number(name="Failed requests", value=f"{traffic.failed:,}", details=(told,))]
    if not any(objective_name(one) == _OBJECTIVES["longest_gap"] for one in report.objectives):
        found.append(Number(name=_OBJECTIVES["longest_gap"], value=amount(traffic.longest_outage_s)))
    return found


def _restored(report: RunReport) -> Number:
    if report.restored:
        return Number(name="Put back", value="yes", details=("all that was taken away",), met=True, judged="✓ restored")
    found = owed(report)
    details = (*found.told, f"orchestrator {found.verb}", found.by_hand) if found else ()
    return Number(name="Put back", value="no", details=tuple(filter(None, details)), met=False, judged="✗ NOT RESTORED")
