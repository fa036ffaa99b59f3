"""Gates: each must be able to open, and to guard something."""

from __future__ import annotations

from orchestrator.config.problems import Path, Problems, show
from orchestrator.config.suggest import alternatives
from orchestrator.config.walk import Draft
from orchestrator.core.drill_alarms import place_of_alarm
from orchestrator.core.gates import place_of_function

_GATES = "gates"
_FUNCTION: Path = ("gates", "function")


def check(draft: Draft, problems: Problems) -> None:
    """Report gates that nothing passes, and those that stand where nobody comes by."""
    _check_probes(draft, problems)
    _check_bake(draft, problems)
    for item in draft.under(_GATES, "alarms"):
        path = (_GATES, "alarms", item)
        alarm = draft.text(*path)
        place = place_of_alarm(alarm)
        if alarm.startswith("arn:") and place is None:
            fix = "write its name, or arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME"
            problems.error(draft.at(*path), path, f"{show(alarm)} is no ARN of an alarm", fix=fix)
        _check_place(draft, path, place, problems)
    _check_place(draft, _FUNCTION, place_of_function(draft.text(*_FUNCTION)), problems)


def _check_probes(draft: Draft, problems: Problems) -> None:
    probes, interval = draft.number(_GATES, "probes"), draft.number(_GATES, "interval")
    deadline = draft.number("rollout", "gate_deadline")
    if probes is None or interval is None or deadline is None or (probes - 1) * interval < deadline:
        return
    path = (_GATES, "interval")
    message = f"{probes} probes {interval} s apart take no less than the {deadline} s of rollout.gate_deadline"
    problems.error(draft.at(*path), path, message, fix="write fewer probes, a shorter interval or a longer deadline")


def _check_bake(draft: Draft, problems: Problems) -> None:
    path = (_GATES, "bake")
    if draft.number(*path) and path in draft.places and not draft.under(_GATES, "alarms"):
        message = "has no effect without gates.alarms: a bake watches alarms"
        problems.warning(draft.key_at(*path), path, message, fix="name the alarms, or remove it")


def _check_place(draft: Draft, path: Path, place: tuple[str, str] | None, problems: Problems) -> None:
    """`place`: (account, region) of an ARN; None for a name, which is looked for everywhere."""
    if place is None:
        return
    regions, environments = draft.under("regions"), draft.under("environments")
    accounts = {one for name in environments for one in draft.texts("environments", name, "accounts")}
    units = any(draft.under("environments", name, "organizational_units") for name in environments)
    account, region = place
    if regions and region not in regions:
        fix = f"write one of {alternatives(regions)}, or the bare name for all of them"
        problems.error(draft.at(*path), path, f"guards nothing: {region} is not one of the regions", fix=fix)
    elif accounts and not units and account not in accounts:
        fix = "write the bare name: it is looked for in every target account"
        problems.error(draft.at(*path), path, f"guards nothing: {account} is no target account", fix=fix)
