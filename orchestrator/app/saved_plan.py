"""A reviewed plan against the plan of now: it must be whole, for this environment, untouched, and still hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.app.json_stream import read_object
from orchestrator.core.errors import Refused, StalePlan, UsageError
from orchestrator.core.plan import ChangeAction, Plan
from orchestrator.core.planning.finish import change_digest, changes_of, fingerprint_of, inputs_of, moved

_FORMAT = 1
_ANEW = "write it anew: orchestrator plan --out FILE"

Basis = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    """What counts of a saved plan. `shown` pairs each change that the file shows with a digest of it."""

    application: str
    environment: str
    verb: str
    fingerprint: str
    basis: Basis
    shown: Basis
    release: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What it is a plan for."""
        return self.application, self.environment, self.verb

    @property
    def is_untouched(self) -> bool:
        """Whether the changes that a reviewer saw are those that the basis and the fingerprint were made of."""
        return self.fingerprint == fingerprint_of(self.verb, self.basis) and self.shown == changes_of(self.basis)


def check_saved(saved: str | Iterable[str], plan: Plan) -> None:
    """`saved` is the text, or its pieces, which are read one by one.

    Raises UsageError for what is no plan of this environment, Refused for a plan that was edited, and StalePlan with
    every item that moved since the plan was saved.
    """
    one = _read([saved] if isinstance(saved, str) else saved, plan.basis)
    if one.identity != (plan.application, plan.environment, plan.verb):
        what = f"the plan is for {' '.join(one.identity)}, not {plan.application} {plan.environment} {plan.verb}"
        raise UsageError(what, fix="give the plan of this environment")
    if not one.is_untouched:
        what = "the plan file was edited: what it shows is not what was planned"
        raise Refused(what, fix="nothing was changed; plan again and have the new plan reviewed")
    if plan.is_empty and plan.complete and inputs_of(one.basis) == inputs_of(plan.basis):
        # The plan was carried out already: applying it again is nothing to do, not an error.
        return
    if lines := moved(one.basis, plan.basis):
        what = "the plan is stale:\n" + "\n".join(f"  {line}" for line in lines)
        other = f"; it is of release {one.release}: give --release if it was planned with it"
        hint = other if one.release != plan.release else ""
        raise StalePlan(what, fix=f"plan again and have the new plan reviewed; nothing was changed{hint}")


def _read(chunks: Iterable[str], known: Basis) -> _Saved:
    """`known` is what the plan of now rests on: most of it is the same, and then held once."""
    held = {pair: pair for pair in known}
    basis: list[tuple[str, str]] = []
    shown: list[tuple[str, str]] = []

    def of_basis(member: Any) -> None:
        item, value = member
        pair = (str(item), str(value))
        basis.append(held.get(pair, pair))

    def of_changes(change: Any) -> None:
        if change["action"] != ChangeAction.NO_OP.value:
            pair = _shown(change)
            shown.append(held.get(pair, pair))

    sinks = {"basis": of_basis, "changes": of_changes, "steps": _pass_over}
    try:
        return _saved(read_object(chunks, sinks), tuple(sorted(basis)), tuple(sorted(shown)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError("the plan file is not a plan", fix=_ANEW) from error


def _saved(document: Mapping[str, object], basis: Basis, shown: Basis) -> _Saved:
    if document["format"] != _FORMAT:
        what = f"the plan file has format {document['format']}, this version reads {_FORMAT}"
        raise UsageError(what, fix=_ANEW)
    if not {"basis", "changes"} <= document.keys():
        raise KeyError("basis or changes")
    return _Saved(
        application=str(document["application"]),
        environment=str(document["environment"]),
        verb=str(document["verb"]),
        fingerprint=str(document["fingerprint"]),
        release=str(document.get("release", "")),
        basis=basis,
        shown=shown,
    )


def _pass_over(step: object) -> None:
    """Steps follow from the changes: they are planned anew."""


def _shown(change: dict[str, Any]) -> tuple[str, str]:
    fields = [(one["path"], one["before"], one["after"]) for one in change["fields"]]
    return change["id"], change_digest(change["action"], change["region"], change["account"], fields)
