"""How long things take in a simulation, in virtual seconds."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

SPREAD = 0.4
"""The sigma of drawn durations: nineteen of twenty lie between 0.46 and 2.2 times the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Defaults in the order of magnitude that AWS's users report; none is a promise.

    `alarm_every_s`: CloudWatch looks at an alarm whose period is a minute once a minute. `each`: a seed by which every
    stack of a stack set takes its own time, "" for all the same.
    """

    create_stack_s: float = 90.0
    update_stack_s: float = 45.0
    delete_stack_s: float = 40.0
    replicate_s: float = 20.0
    in_sync_s: float = 30.0
    validate_certificate_s: float = 30.0
    alarm_every_s: float = 60.0
    each: str = ""

    def of_stack(self, usual_s: float, *which: str) -> float:
        """How long one stack takes; `which` names it and what is done to it."""
        if not self.each:
            return usual_s
        return usual_s * random.Random("/".join((self.each, *which))).lognormvariate(0.0, SPREAD)


def drawn_durations(seed: str) -> Durations:
    """The defaults, each times a factor drawn from a lognormal distribution with median 1. Alarms keep their minute."""
    draw, usual = random.Random(seed), Durations()

    def varied(seconds: float) -> float:
        return seconds * draw.lognormvariate(0.0, SPREAD)

    return replace(
        usual,
        create_stack_s=varied(usual.create_stack_s),
        update_stack_s=varied(usual.update_stack_s),
        delete_stack_s=varied(usual.delete_stack_s),
        replicate_s=varied(usual.replicate_s),
        in_sync_s=varied(usual.in_sync_s),
        validate_certificate_s=varied(usual.validate_certificate_s),
    )
