"""The gates that a user sets between regions: what regions.yaml says of them, and how their answers are judged."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from orchestrator.core.secrets import without_secrets

_ARN_PARTS = 7
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Gates:
    """What a region must pass after its release, beside the probe of its name, before the next one is touched.

    `probes` good answers in a row, `interval_s` between two of them (0: as often as anything else is asked); `alarms`
    (names or ARNs) OK for `bake_s`; Route 53's endpoint check; a command of this machine, with its arguments; a
    function (name or ARN). Empty: no such gate.
    """

    probes: int = 2
    interval_s: int = 0
    alarms: tuple[str, ...] = ()
    bake_s: int = 0
    health_check: bool = False
    command: tuple[str, ...] = ()
    function: str = ""

    @property
    def brought(self) -> tuple[str, ...]:
        """The keys of those that ask what is no part of the application: a world made for a rehearsal lacks it."""
        keys = (("gates.alarms", self.alarms), ("gates.command", self.command), ("gates.function", self.function))
        return tuple(key for key, value in keys if value)

    def without_brought(self) -> Gates:
        """The others."""
        return replace(self, alarms=(), bake_s=0, command=(), function="")


def place_of_function(function: str) -> tuple[str, str] | None:
    """(account, region) of `arn:aws:lambda:us-west-2:111111111111:function:name`; None for a name: it is everywhere."""
    parts = function.split(":", _ARN_PARTS - 1)
    is_arn = len(parts) == _ARN_PARTS and parts[0] == "arn" and (parts[2], parts[5]) == ("lambda", "function")
    return (parts[4], parts[3]) if is_arn else None


def function_gates(function: str, account: str, region: str) -> bool:
    """Whether the function guards this place: one with an ARN guards its own only."""
    return bool(function) and place_of_function(function) in (None, (account, region))


def function_fault(error: str, payload: str, secrets: tuple[str, ...] = ()) -> str:
    """Why a function's answer keeps the gate shut, "" when it opens it.

    `error` is Lambda's FunctionError, `payload` what the function returned: `{"ok": false}` keeps it shut as well, with
    a `reason` if it gives one. `secrets` are values that must not be shown.
    """

    def shown(text: str) -> str:
        return _cut(without_secrets(text, secrets))

    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        # Lambda answers JSON whatever the function returns: this came from somebody else, or is too long to be read.
        return f"gave an answer that is no JSON: {shown(payload)}"
    told = answer if isinstance(answer, dict) else {}
    if error:
        return f"failed ({error}): {shown(str(told.get('errorMessage') or payload))}"
    if told.get("ok") is False:
        return f"says no: {shown(str(told.get('reason') or 'no reason given'))}"
    return ""


def _cut(text: str) -> str:
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
