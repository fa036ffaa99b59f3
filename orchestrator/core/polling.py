"""When to ask next: the one polling policy of the program, as a pure function of what is known about the wait.

Asking often costs calls, asking seldom costs time at the end: nobody notices that something is done before he asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, log, pi, sqrt

_FIRST = 40
"""With an estimate: at first every 1/40 of it, since next to nothing ends that early."""
_CAP, _LEAST = 0.06, 0.035
"""With an estimate: at most and at least these shares of the time waited, however wrong the estimate may be."""
_REFUTED = 1.5
"""After so many times the estimate questions are as rare again as without one."""
_NEAR = (0.9, 0.2)
_FAR = (0.1, 1.0)
"""Nine of ten waits end near their estimate, one of ten anywhere: (weight, sigma) of two lognormal distributions."""
_PRICE = 0.002
"""What one question costs, as a share of the expected wait: it sets the interval where the end is most likely."""
_SURELY_OVER = 6.0
"""Beyond so many sigmas a distribution has no tail that floats can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """The policy, in seconds. Waited so far: t; expected in all: E; the interval until the next question: i(t).

    Without an estimate the interval grows geometrically: i = max(shortest, share * t). An end is noticed i/2 late in
    the mean, i at most: 2 % and 4 % of the wait, but for waits under shortest / share. It costs 1 / share questions
    until t = shortest / share and ln(t * share / shortest) / ln(1 + share) after that: 82 for 240 s.

    With one it follows the square-root law: where the end comes at the rate h(t), what questions and lateness cost
    together is least for i = sqrt(2 * price * E / h(t)). That is held between 3.5 % and 6 % of t (beyond 1.5 E: between
    share * t and 6 %), but never under E / 40. So an end is noticed at most max(shortest, E / 40, 6 % of t) late,
    however wrong the estimate is, half of that in the mean, and 1.8 % near E. It costs 17 questions until 0.42 E, at
    most ln(t / 0.42 E) / ln(1.035) after that: 33 until E, 53 until 2 E.

    `longest_s` bounds every interval. `jitter` spreads it by that share to both sides, so that many waiters that began
    together do not go on asking together; the bounds grow by the same share. `settle_s`: how long roles that have just
    been made are left alone, because IAM tells all regions in its own time.
    """

    shortest_s: float = 1.0
    longest_s: float = 20.0
    share: float = 0.04
    jitter: float = 0.1
    settle_s: float = 15.0

    def next_s(self, waited_s: float, *, expected_s: float = 0.0, draw: float = 0.5) -> float:
        """Seconds until the next question. `expected_s` 0: nobody knows. `draw` from [0, 1); 0.5 is no jitter."""
        if expected_s > 0:
            wanted = max(self.shortest_s, _informed_s(waited_s, expected_s, self.share))
        else:
            wanted = max(self.shortest_s, self.share * waited_s)
        spread = 1 + self.jitter * (2 * draw - 1)
        return min(self.longest_s, wanted) * spread


def _informed_s(waited_s: float, expected_s: float, share: float) -> float:
    first, cap = expected_s / _FIRST, _CAP * waited_s
    if cap <= first:
        return first
    least = waited_s * (share if waited_s > _REFUTED * expected_s else _LEAST)
    return max(first, least, min(cap, sqrt(2 * _PRICE * expected_s / _hazard(waited_s, expected_s))))


def _hazard(waited_s: float, expected_s: float) -> float:
    """How likely it ends in the next second, given that it has not ended yet: both distributions together."""
    distance = log(waited_s / expected_s)
    density = left = 0.0
    for weight, sigma in (_NEAR, _FAR):
        z = min(_SURELY_OVER, distance / sigma)
        density += weight * exp(-z * z / 2) / sqrt(2 * pi) / (waited_s * sigma)
        left += weight * erfc(z / sqrt(2)) / 2
    return density / left
