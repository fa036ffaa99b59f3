"""Where alarms that regions.yaml names are looked for: a name in every place that is asked, an ARN in its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from orchestrator.core.plan import Finding, Severity

Place = tuple[str, str]
"""(account, region)."""
_ARN_PARTS = 7


def alarms_by_place(alarms: Sequence[str], takers: Iterable[Place]) -> Mapping[Place, tuple[str, ...]]:
    """The names to ask for in each place, in their order. Places without names are left out."""
    found: dict[Place, dict[str, None]] = {}
    places = tuple(dict.fromkeys(takers))
    for alarm in alarms:
        place, name = _parsed(alarm)
        for one in (place,) if place else places:
            found.setdefault(one, {})[name] = None
    return {place: tuple(names) for place, names in found.items()}


def unknown_alarms(
    alarms: Sequence[str], takers: Iterable[Place], missing: Mapping[Place, frozenset[str]]
) -> Iterable[str]:
    """Those that no place has, as they were given. A place that `missing` does not tell of may have everything."""
    asked = tuple(dict.fromkeys(takers))
    for alarm in dict.fromkeys(alarms):
        place, name = _parsed(alarm)
        looked = (place,) if place else asked
        if looked and all(name in missing.get(one, ()) for one in looked):
            yield alarm


def unknown_alarm(alarm: str, source: str) -> Finding:
    """Nothing will ring: worth a warning, no reason to refuse."""
    message = f"drills.abort.alarms: {alarm} is in no account and region that takes over: it cannot end the drill"
    fix = "correct the name, or make the alarm in the accounts and regions that take over"
    return Finding("alarm-unknown", Severity.WARNING, source, message, fix)


def place_of_alarm(alarm: str) -> Place | None:
    """(account, region) of an ARN; None for a name."""
    return _parsed(alarm)[0]


def _parsed(alarm: str) -> tuple[Place | None, str]:
    """`arn:aws:cloudwatch:us-west-2:111111111111:alarm:name`; any other text is a name."""
    parts = alarm.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS and parts[0] == "arn" and (parts[2], parts[5]) == ("cloudwatch", "alarm"):
        return (parts[4], parts[3]), parts[6]
    return None, alarm
