"""Going back in words: what a deployment would return when it fails, and what a rollback came to. Texts are foreign."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.core.returns import Return, by_release, only_release
from orchestrator.core.run import Run, Verdict

ANNOUNCED = "If a gate or an instance fails"
NOT_RETURNED = "NOT rolled back"
UNPROVEN = "back, but not proven to answer"
_FEW = 10


def announced(returns: Iterable[Return]) -> tuple[str, ...]:
    """A line for each release that regions would return to, and for each cause by which they would not."""
    wanted = tuple(returns)
    going = [one for one in wanted if not one.cause]
    lines = [f"{', '.join(regions)} back to release {release}" for release, regions in by_release(going)]
    infra = _infra(going)
    lines += [f"infra of {infra} back to its template of now"] if infra else []
    return (*lines, *(f"{places}: {cause}" for places, cause in _by_cause(one for one in wanted if one.cause)))


def rolled_back(run: Run) -> tuple[str, ...]:
    """What is back as it was before the run, a line for each release."""
    if run.rollback is None:
        return ()
    releases = by_release(run.rollback.back)
    lines = [
        f"rolled back to {release} in {', '.join(_region(run, release, region) for region in regions)}"
        for release, regions in releases
    ]
    infra = _infra(run.rollback.back)
    return (*lines, *([f"infra rolled back to its former template in {infra}"] if infra else ()))


def not_returned(run: Run) -> tuple[tuple[str, str], ...]:
    """(places, cause) of everything that the run changed and that did not go back; each cause once."""
    return _by_cause(run.rollback.left) if run.rollback else ()


def not_proven(run: Run) -> tuple[tuple[str, str], ...]:
    """(places, cause) of what runs again what it ran, and was not seen to answer; each cause once."""
    return _by_cause(run.rollback.unproven) if run.rollback else ()


def way_back(run: Run) -> str:
    """The release that regions were to return to and did not, where there is one for all of them; "" else.

    Where a rollback was broken off, what is back already tells it too: the run is not to go on by itself.
    """
    if run.rollback is None:
        return ""
    broken_off = run.verdict is Verdict.INTERRUPTED
    left = any(one.layer == "compute" for one in run.rollback.left)
    back = (*run.rollback.back, *run.rollback.unproven)
    return only_release(run.rollback.left if left or not broken_off else back)


def _by_cause(returns: Iterable[Return]) -> tuple[tuple[str, str], ...]:
    causes: dict[str, list[str]] = {}
    for one in returns:
        causes.setdefault(one.cause, []).append(_place(one))
    return tuple((", ".join(places), cause) for cause, places in causes.items())


def _region(run: Run, release: str, region: str) -> str:
    """With its accounts, where others of the region did not go back, or to another release."""
    assert run.rollback is not None
    everything = (*run.rollback.back, *run.rollback.unproven, *run.rollback.left)
    here = [one for one in everything if (one.layer, one.region) == ("compute", region)]
    accounts = [one.accounts for one in run.rollback.back if one in here and one.release == release]
    return region + _named(tuple(account for some in accounts for account in some)) if len(here) > 1 else region


def _infra(returns: Iterable[Return]) -> str:
    return ", ".join(dict.fromkeys(one.region for one in returns if one.layer == "infra"))


def _place(one: Return) -> str:
    return f"{one.layer} of {one.region}{_named(one.accounts)}"


def _named(accounts: tuple[str, ...]) -> str:
    more = f" and {len(accounts) - _FEW} more" if len(accounts) > _FEW else ""
    return f" (account {', '.join(accounts[:_FEW])}{more})" if accounts else ""
