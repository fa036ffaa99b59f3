"""One changing run at a time: who holds the lock, what a refused operator is told, and how a run holds it."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, assert_never

from orchestrator.core.errors import (
    AccessDenied,
    AwsError,
    LockHeld,
    NotFound,
    Refused,
    StalePlan,
    Throttled,
    Unreachable,
)
from orchestrator.core.lock import LockState, Owner, Refusal, Stored, holder_text
from orchestrator.executor import Guard, Unguarded
from orchestrator.lock import Lease, Overtaken, Seat, Taken, beating, take

if TYPE_CHECKING:
    from orchestrator.app.settings import Workspace
    from orchestrator.core.names import Names
    from orchestrator.core.topology import Topology
    from orchestrator.lock_store import LockStore
    from orchestrator.ports import Clock

Ask = Callable[[str], None]
"""Asks whether the lock may be broken. Raises Refused when it may not."""


def user() -> str:
    """Who runs this, as far as this machine tells."""
    try:
        return getpass.getuser() or "somebody"
    except (OSError, KeyError):
        return "somebody"


def seats(topology: Topology, names: Names) -> tuple[Seat, Seat | None]:
    """Where the lock lies, and where it lies for a run that breaks it while that region is silent.

    It lies with the stack sets: a run that needs them needs that region anyway.
    """
    home = topology.home_region
    others = [region for region in topology.control_regions if region != home]
    # Not beside the users, if there is a choice: their region is the one that drills take out.
    spare = next((region for region in others if region != topology.primary.name), next(iter(others), None))
    return Seat(home, names.artifact_bucket(home)), Seat(spare, names.artifact_bucket(spare)) if spare else None


class RunLock:
    """The lock as one command sees it. `ask` breaks it where that is needed; None: whoever holds it is respected.

    `command` is what breaks it, for those who are refused. `keep` renews the lease as long as it lasts.
    """

    def __init__(
        self,
        store: LockStore,
        clock: Clock,
        places: tuple[Seat, Seat | None],
        *,
        command: str,
        ask: Ask | None = None,
        keep: Callable[[Lease], AbstractContextManager[Lease]] = beating,
    ) -> None:
        self._store, self._clock, self._command, self._ask, self._keep = store, clock, command, ask, keep
        (self._home, self._spare), self._seat = places, places[0]
        self._looked = self._missing = False
        self._stored: Stored | None = None
        self._breaks = ""

    def look(self) -> None:
        """Before anything is planned. Raises LockHeld when somebody holds it, Refused when that cannot be known.

        Whoever takes the lock between this and `held` makes `held` raise StalePlan, as the plan is of another world.
        """
        self._looked, self._missing, self._breaks, self._seat = True, False, "", self._home
        self._stored = self._read()
        if self._stored is not None and self._stored.state is LockState.HELD:
            self._break(self._stored)

    @contextmanager
    def held(self, owner: Owner) -> Iterator[Guard]:
        """Within, the lock is this run's; what it yields stands before each change. Raises Refused, AwsError."""
        looked = self._looked
        if not looked:
            self.look()
        # The next plan of this command is of the world after this run.
        self._looked = False
        if self._missing:
            # Before the first bootstrap there is no bucket, and so no lock.
            yield Unguarded()
            return
        with self._keep(self._lease(self._take(owner, pinned=looked))) as lease:
            yield lease

    # -- steps of it -------------------------------------------------------------------------------------------------

    def _read(self) -> Stored | None:
        try:
            return self._store.read(self._seat.region, self._seat.bucket)
        except NotFound:
            self._missing = True
            return None
        except AccessDenied as error:
            raise Refused(f"the lock cannot be read: {error.what}", where=str(self._seat), fix=error.fix) from error
        except (Unreachable, Throttled) as error:
            return self._read_spare(str(error.what))

    def _read_spare(self, why: str) -> Stored | None:
        what = f"nobody can know who holds the lock: {self._seat.region} does not answer ({why})"
        if self._spare is None or self._seat == self._spare:
            raise Refused(what, where=str(self._seat), fix="nothing was changed; try again")
        if self._ask is None:
            fix = f"failover and failback need no lock; where you know that nobody else works: {self._command}"
            raise Refused(what, where=str(self._seat), fix=fix)
        self._ask(f"{what}. Take it in {self._spare.region} instead? Whoever holds it in {self._seat.region} goes on.")
        self._seat = self._spare
        return self._read()

    def _break(self, stored: Stored) -> None:
        if self._ask is None:
            raise self._refusal(stored)
        self._ask(
            f"{holder_text(stored)}. Break it? That run starts nothing more once it notices, within a minute at most; "
            "what it has begun in AWS goes on. Be sure that nobody relies on it."
        )
        self._breaks = stored.run

    def _take(self, owner: Owner, *, pinned: bool) -> Taken:
        found = take(
            self._store, self._clock, self._seat, owner, looked=self._stored, pinned=pinned, breaks=self._breaks
        )
        match found:
            case Taken():
                return found
            case Refusal(stored):
                raise self._refusal(stored)
            case Overtaken(stored):
                raise _overtaken(stored, self._seat)
            case _ as unreachable:
                assert_never(unreachable)

    def _lease(self, taken: Taken) -> Lease:
        proper = None if self._seat == self._home else self._home
        return Lease(self._store, self._clock, self._seat, taken, proper=proper)

    def _refusal(self, stored: Stored) -> LockHeld:
        fix = (
            f"wait until it has ended (orchestrator status shows it){_expiry(stored)}; to take it away: {self._command}"
        )
        return LockHeld(holder_text(stored), where=str(self._seat), fix=fix)


def _expiry(stored: Stored) -> str:
    return "" if stored.record is None else f"; if it has died its lock ends by itself in {stored.ends_in_s:.0f} s"


def _overtaken(stored: Stored, seat: Seat) -> StalePlan:
    who = f"{stored.record.owner.purpose} by {stored.record.owner.by}" if stored.record else "somebody"
    what = f"{who} has run since this plan was made"
    return StalePlan(what, where=str(seat), fix="run the same command again: it plans anew")


def lock_of(workspace: Workspace, command: str) -> RunLock:
    """The lock of the workspace's application and environment. `command`: the verb with what it needs."""
    from orchestrator.clock import AwakeClock

    places = seats(workspace.topology, workspace.names)
    return RunLock(
        workspace.ports.lock,
        AwakeClock(),
        places,
        command=f"orchestrator {command} --break-lock",
        ask=workspace.settings.break_lock,
    )


def holder(workspace: Workspace) -> Stored | None:
    """Who has the lock now, or died with it; None when nobody, or when that cannot be known. One call."""
    seat, _ = seats(workspace.topology, workspace.names)
    try:
        stored = workspace.ports.lock.read(seat.region, seat.bucket)
    except AwsError:
        return None
    return stored if stored is not None and stored.state is not LockState.FREE else None


def owner_of(run: str, purpose: str) -> Owner:
    """This user on this machine."""
    return Owner(by=user(), host=socket.gethostname() or "a machine", run=run, purpose=purpose)
