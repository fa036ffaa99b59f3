"""Around every run: its journal, and users who call meanwhile. Whatever a report says later stands in the journal."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from orchestrator.app.locking import user
from orchestrator.clock import SystemClock
from orchestrator.core.former import Former
from orchestrator.core.former_json import formers_json
from orchestrator.core.plan import Plan
from orchestrator.core.run import Event, EventKind, Run
from orchestrator.core.run_facts_json import facts_json
from orchestrator.core.run_report import RunFacts
from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.core.traffic_json import encode_requests
from orchestrator.core.traffic_now import UsersNow
from orchestrator.journal import FileJournal, recorded
from orchestrator.ports import Clock, NoTraffic, Ports, UserTraffic

if TYPE_CHECKING:
    from orchestrator.app.journal_copy import JournalCopy
    from orchestrator.traffic import Traffic, Users

_LOOK_S = 0.5
"""How often whoever watches is told what users meet."""
_LOOKS_PER_FLUSH = 4
_SERVED, _SERVED_S, _SERVED_POLL_S = 16, 3.0, 0.05
_NOT_COPIED = "the journal is whole on this machine, its copy in the artifact buckets is not"


def new_run(clock: Clock, verb: str) -> str:
    """`20261121T021751Z-drill-1a2b3c`: in order of time, and nobody else's."""
    return f"{clock.now():%Y%m%dT%H%M%SZ}-{verb}-{uuid.uuid4().hex[:6]}"


def who() -> str:
    """`user@machine`, as far as this machine tells."""
    return f"{user()}@{socket.gethostname()}"


class Callers(UserTraffic, Protocol):
    """Users who can be started and stopped. Times of requests are seconds of the run's clock from `started_at`."""

    @property
    def started_at(self) -> datetime:
        """The zero of the requests' times."""
        ...

    def start(self) -> None:
        """Begin to call."""
        ...

    def stop(self) -> None:
        """End at once."""
        ...

    def requests(self, since: int = 0) -> Sequence[TrafficRequest]:
        """All that have ended, from the one of that number on."""
        ...


class RunUsers:
    """Callers over real connections; the run's `clock` runs `factor` times faster than the one on the wall.

    Who they are is found (`find`) and they begin in a thread of their own: nothing waits for them.
    """

    on = True

    def __init__(self, find: Callable[[], Users], clock: Clock, factor: float) -> None:
        self._find, self._clock, self._factor = find, clock, factor
        self.started_at = clock.now()
        self._traffic: Traffic | None = None
        self._starting = threading.Lock()
        self._over = False

    def start(self) -> None:
        """Begin to call, soon."""
        threading.Thread(target=self._begin, name="users", daemon=True).start()

    def stop(self) -> None:
        """End at once."""
        with self._starting:
            self._over = True
            if self._traffic:
                self._traffic.stop()

    def requests(self, since: int = 0) -> Sequence[TrafficRequest]:
        """All that have ended, from the one of that number on."""
        traffic = self._traffic
        if traffic is None:
            return []
        return [replace(one, at=one.at * self._factor) for one in traffic.requests()[since:]]

    def recent(self, seconds: float) -> Sequence[TrafficRequest]:
        """Those that ended in the last `seconds`."""
        traffic = self._traffic
        if traffic is None:
            return []
        least = traffic.elapsed_s() * self._factor - seconds
        return [one for one in self.requests() if one.ended >= least]

    def _begin(self) -> None:
        from orchestrator.traffic import Traffic

        traffic = Traffic(self._find(), SystemClock())
        with self._starting:
            if self._over:
                return
            self.started_at = self._clock.now()
            traffic.start()
            self._traffic = traffic


class Recording:
    """One run on record. A context manager: leaving it stops the users and closes the journal.

    `clock` is the run's. `users` None: nobody calls. Their requests are written now and then, or only at the end where
    the clock is `virtual`. `copy` gets every event too; what it lacks in the end is told. Raises OrchestratorError when
    the journal cannot be written.
    """

    def __init__(
        self,
        run: str,
        *,
        folder: Path,
        clock: Clock,
        on_event: Callable[[Event], None],
        users: Callers | None = None,
        virtual: bool = False,
        copy: JournalCopy | None = None,
    ) -> None:
        self.run, self._clock, self._copy = run, clock, copy
        self._journal = FileJournal(folder, run)
        self._record = recorded(self._journal, self._told)
        self._on_event = on_event
        self._users = users
        self._flushed = self._looked_at = 0
        self._now = UsersNow()
        self._over = threading.Event()
        self._flusher = threading.Thread(target=self._keep_flushing, name="traffic-journal", daemon=True)
        self._flushing = threading.Lock()
        self._virtual = virtual
        self.events: list[Event] = []

    def __enter__(self) -> Recording:
        if self._copy:
            self._copy.start()
        if self._users:
            self._users.start()
            if not self._virtual:
                self._flusher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._users:
            self._users.stop()
            if not self._virtual:
                self._flusher.join()
            self._flush()
        if self._copy and (lacking := self._copy.finish(wait=kind is None)):
            self._note(EventKind.JOURNAL_NOT_COPIED, f"{_NOT_COPIED}: {lacking}", ())
        self._journal.__exit__(kind, value, trace)

    def planned(self, plan: Plan, facts: RunFacts, formers: Sequence[Former] = ()) -> None:
        """What is about to be carried out, and what stands before it; for the record only."""
        from orchestrator.report import journalled_plan_json

        before = (("before", formers_json(formers)),) if formers else ()
        data = (("plan", journalled_plan_json(plan)), ("facts", facts_json(facts)), *before)
        self._note(EventKind.PLANNED, plan.verb, data)

    def await_users(self) -> None:
        """Return when users are served, or after 3 s on the wall: what is about to change must be seen first."""
        deadline = time.monotonic() + _SERVED_S
        while self._users and not self._virtual and time.monotonic() < deadline:
            if sum(1 for one in self._users.requests() if one.ok) >= _SERVED:
                return
            time.sleep(_SERVED_POLL_S)

    def tell(self, event: Event) -> None:
        """An event of the executor: on record, then to whoever listens."""
        if event.kind is EventKind.RUN_ENDED:
            # The end is the last to be written: a journal that lost its tail tells of no end, and so of no success.
            self._flush()
        self._record(event)

    def ports(self, ports: Ports) -> Ports:
        """The same ports, with the users of this run."""
        users: UserTraffic = self._users or NoTraffic()
        return replace(ports, users=users)

    def met(self, run: Run) -> Run:
        """The run with what its users met; as it is when nobody called."""
        if self._users is None:
            return run
        requests = self._users.requests()
        return replace(
            run,
            traffic=summarize(requests),
            traffic_from=self._users.started_at,
            failed_requests=tuple(one for one in requests if not one.ok),
        )

    # -- what is kept ------------------------------------------------------------------------------------------------

    def _told(self, event: Event) -> None:
        self.events.append(event)
        if self._copy:
            self._copy.add(event)
        if event.kind not in (EventKind.PLANNED, EventKind.TRAFFIC):
            self._on_event(event)

    def _note(self, kind: EventKind, detail: str, data: tuple[tuple[str, str], ...]) -> None:
        self._record(Event(at=self._clock.now(), run=self.run, kind=kind, detail=detail, data=data))

    def _keep_flushing(self) -> None:
        looks = 0
        while not self._over.wait(_LOOK_S):
            self._look()
            looks += 1
            if looks % _LOOKS_PER_FLUSH == 0:
                self._flush()

    def _look(self) -> None:
        """Tell what users meet now, and first how it has turned: for whoever watches, not for the record."""
        if self._users is None:
            return
        from orchestrator.report import users_line, users_turn

        new = self._users.requests(self._looked_at)
        self._looked_at += len(new)
        before, self._now = self._now, self._now.after(new, time.monotonic())
        if self._now.turned(before):
            self._on_event(self._now.event(self._clock.now(), self.run, users_turn(self._now), turn=True))
        if self._now.requests:
            self._on_event(self._now.event(self._clock.now(), self.run, users_line(self._now)))

    def _flush(self) -> None:
        if self._users is None:
            return
        with self._flushing:
            new = self._users.requests(self._flushed)
            if new:
                self._flushed += len(new)
                data = (("from", self._users.started_at.isoformat()), ("requests", encode_requests(new)))
                self._note(EventKind.TRAFFIC, f"{len(new)} requests", data)
