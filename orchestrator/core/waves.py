"""Waves: which accounts of an environment get a release together, the canaries first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.core.topology import Environment, WaveConfig

REST = "rest"
"""The wave of all that no wave names."""


@dataclass(frozen=True, slots=True)
class Wave:
    """`accounts` as far as they are known; `units` when organizational units are the targets. `name` "": the only one.

    `(name, region)` is called a place: what one stack-set operation reaches.
    """

    name: str = ""
    accounts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def label(self, text: str) -> str:
        """`text`, told apart from that of other waves."""
        return f"{text}:{self.name}" if self.name else text


EVERYBODY = Wave()
"""The only wave, where it does not matter who belongs to it."""


def waves_of(
    configured: tuple[WaveConfig, ...], environment: Environment, accounts: tuple[str, ...], members: Mapping[str, str]
) -> tuple[Wave, ...]:
    """The waves that hold somebody of this environment, in order, and at the end the rest.

    `accounts` are the target accounts known, `members` their organizational units ({}: not known, or none are used).
    """
    units = environment.organizational_units
    left = list(units or environment.accounts)
    found: list[Wave] = []
    for name, targets in [*((one.name, one.targets) for one in configured), (REST, units or environment.accounts)]:
        chosen = tuple(one for one in targets if one in left)
        left = [one for one in left if one not in chosen]
        if chosen:
            found.append(_wave(name, chosen, accounts, members, managed=bool(units)))
    if len(found) > 1:
        return tuple(found)
    return (Wave("", accounts, units),)


def _wave(
    name: str, chosen: tuple[str, ...], accounts: tuple[str, ...], members: Mapping[str, str], *, managed: bool
) -> Wave:
    if managed:
        return Wave(name, tuple(one for one in accounts if members.get(one) in chosen), chosen)
    return Wave(name, chosen)
