"""What a failed deployment gives back: to which release each region returns, or why not, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

ROLLBACK = "rollback"
"""The verb of the plan by which a deployment that failed returns what it changed. It is no verb of its own."""
GATE = "rollback-gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One layer of one region. `release` is the one before ("" where it is not known, and for infra).

    `cause`: why it is not gone back to, "" when it is. `accounts` () means all, or the only one.
    """

    layer: str
    region: str
    release: str = ""
    cause: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """How a rollback ended: what is back as it was, and what is not.

    `unproven`: it runs what it ran before, and its gate has not seen it answer; the cause says why.
    """

    back: tuple[Return, ...] = ()
    left: tuple[Return, ...] = field(default=())
    unproven: tuple[Return, ...] = field(default=())


class StepSeen(Protocol):
    """What is known of a step that was carried out, or was not."""

    @property
    def id(self) -> str:
        """The step's id in its plan."""
        ...

    @property
    def region(self) -> str:
        """The region it is about."""
        ...

    @property
    def account(self) -> str:
        """The account it is about, "" for several."""
        ...

    @property
    def failed_accounts(self) -> tuple[str, ...]:
        """The only accounts that it failed in, () when that is not known."""
        ...

    @property
    def reason(self) -> str:
        """What was said at its end."""
        ...

    @property
    def succeeded(self) -> bool:
        """Whether its effect is proven."""
        ...


def returned(wanted: Sequence[Return], steps: Sequence[StepSeen]) -> Returned:
    """`wanted` is what the plan meant to return. An account is back when every step about it succeeded."""
    back: list[Return] = []
    left = [one for one in wanted if one.cause]
    for one in wanted:
        if one.cause:
            continue
        missed = [step for step in steps if _is_about(step, one) and not step.succeeded]
        apart = _apart(one, missed)
        if not missed:
            back.append(one)
        elif apart is None:
            left.append(replace(one, cause=_cause(missed)))
        else:
            well = tuple(account for account in one.accounts if account not in apart)
            back += [replace(one, accounts=well)] if well else []
            left += [
                replace(one, accounts=accounts, cause=_cause(missed, accounts)) for accounts in _by_cause(apart, missed)
            ]
    return _with_unproven(Returned(tuple(back), tuple(left)), wanted, steps)


def _with_unproven(found: Returned, wanted: Sequence[Return], steps: Sequence[StepSeen]) -> Returned:
    """Of what is left, that of which only gates are missing."""
    unproven = tuple(
        one
        for one in found.left
        if one not in wanted and all(_is_proven(step, one) or _is_gate(step) for step in steps)
    )
    return replace(found, left=tuple(one for one in found.left if one not in unproven), unproven=unproven)


def _is_proven(step: StepSeen, one: Return) -> bool:
    others = one.accounts and _accounts(step) and frozenset(_accounts(step)).isdisjoint(one.accounts)
    return step.succeeded or bool(others) or not _is_about(step, one)


def _apart(one: Return, missed: Sequence[StepSeen]) -> tuple[str, ...] | None:
    """The accounts that the missed steps name; None when one of them may be about any."""
    if not one.accounts or not all(_accounts(step) for step in missed):
        return None
    named = {account for step in missed for account in _accounts(step)}
    return tuple(account for account in one.accounts if account in named)


def _accounts(step: StepSeen) -> tuple[str, ...]:
    return step.failed_accounts or ((step.account,) if step.account else ())


def _by_cause(accounts: Iterable[str], missed: Sequence[StepSeen]) -> tuple[tuple[str, ...], ...]:
    """Accounts that the same operations failed in stand together; the gate of each is its own."""
    found: dict[tuple[str, ...], list[str]] = {}
    for account in accounts:
        operations = tuple(step.id for step in missed if not _is_gate(step) and account in _accounts(step))
        found.setdefault(operations, []).append(account)
    return tuple(tuple(group) for group in found.values())


def _cause(missed: Iterable[StepSeen], accounts: tuple[str, ...] = ()) -> str:
    about = [step for step in missed if not accounts or not frozenset(_accounts(step)).isdisjoint(accounts)]
    return "; ".join(f"{step.id}: {step.reason or 'not done'}" for step in about)


def _is_gate(step: StepSeen) -> bool:
    return step.id.partition(":")[0] == GATE


def _is_about(step: StepSeen, one: Return) -> bool:
    kind, _, rest = step.id.partition(":")
    if step.region != one.region or not kind.startswith(ROLLBACK):
        return False
    return (kind == GATE and one.layer == "compute") or (kind != GATE and rest.partition(":")[0] == one.layer)


def by_release(returns: Iterable[Return]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each release (of compute) with the regions that return to it, in their order."""
    found: dict[str, list[str]] = {}
    for one in returns:
        if one.layer == "compute":
            regions = found.setdefault(one.release, [])
            if one.region not in regions:
                regions.append(one.region)
    return tuple((release, tuple(regions)) for release, regions in found.items())


def only_release(returns: Iterable[Return]) -> str:
    """The release of compute that all of them are about, "" where there is none or several."""
    found = {one.release for one in returns if one.layer == "compute" and one.release}
    return found.pop() if len(found) == 1 else ""
