"""Waves: whom they name must be a target of an environment, and of one wave only."""

from __future__ import annotations

from orchestrator.config.problems import Problems, show
from orchestrator.config.suggest import write_one_of
from orchestrator.config.walk import Draft
from orchestrator.core.waves import REST

_PATH = ("rollout", "waves")


def check(draft: Draft, problems: Problems) -> None:
    """Report targets that no environment has, targets of two waves, and a wave with the name of the last one."""
    known = _targets(draft)
    owner: dict[str, str] = {}
    for wave in draft.under(*_PATH):
        path = (*_PATH, wave)
        if wave == REST:
            message = f"{REST} is the wave of all that no wave names"
            problems.error(draft.key_at(*path), path, message, fix="choose another name")
        for item in draft.under(*path):
            target = draft.text(*path, item)
            if not target:
                continue
            at, first = draft.at(*path, item), owner.setdefault(target, wave)
            if known and target not in known:
                message = f"{target} is no target of any environment"
                problems.error(at, (*path, item), message, fix=write_one_of(target, known))
            elif first != wave:
                problems.error(at, (*path, item), f"{target} belongs to wave {show(first)} too", fix="delete one")


def _targets(draft: Draft) -> tuple[str, ...]:
    kinds = ("accounts", "organizational_units")
    found = [
        target
        for environment in draft.under("environments")
        for kind in kinds
        for target in draft.texts("environments", environment, kind)
    ]
    return tuple(dict.fromkeys(found))
