"""How long things take in a simulation, in virtual seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Defaults in the order of magnitude that AWS's users report; none is a promise.

    `alarm_every_s`: CloudWatch looks at an alarm whose period is a minute once a minute.
    """

    create_stack_s: float = 90.0
    update_stack_s: float = 45.0
    delete_stack_s: float = 40.0
    replicate_s: float = 20.0
    in_sync_s: float = 30.0
    validate_certificate_s: float = 30.0
    alarm_every_s: float = 60.0
