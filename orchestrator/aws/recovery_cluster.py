"""Routing controls at the endpoints of their ARC cluster, asked in turn: AWS keeps three of the five up at all times.

Data plane only: nothing here needs the cluster's configuration API, which lives in one region.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, TypeVar

from orchestrator.aws.error_codes import UNREADABLE
from orchestrator.aws.sessions import Endpoint, Sessions, TimeOuts
from orchestrator.core.errors import AwsError, NotFound, RuleViolated, Throttled, Unreachable
from orchestrator.core.topology import ClusterEndpoint

SERVICE = "route53-recovery-cluster"
PATIENCE = TimeOuts(connect_s=1, read_s=1, attempts=1)
"""Per endpoint."""
NEXT_AFTER_S = 1.0
"""Who has not answered by then is not waited for alone: a name that does not resolve keeps no time-out."""
_RULE = "ConflictException"

Answer = TypeVar("Answer")


class RecoveryCluster:
    """The five endpoints of one cluster. Safe to use from several threads.

    `start` is the endpoint asked first; later calls begin with the one that answered last. Endpoints in denied regions
    are left out. Home account.
    """

    def __init__(
        self,
        sessions: Sessions,
        endpoints: Sequence[ClusterEndpoint],
        *,
        start: int = 0,
        patience: TimeOuts = PATIENCE,
        next_after_s: float = NEXT_AFTER_S,
    ) -> None:
        self._sessions, self._endpoints = sessions, tuple(endpoints)
        self._patience, self._next_after_s = patience, next_after_s
        self._first = start % max(1, len(self._endpoints))

    def switch(self, states: Mapping[str, bool]) -> None:
        """Set routing controls (ARN -> On) in one atomic call: all or none. RuleViolated for a safety rule's no.

        Repeated at the next endpoint when an answer is lost: setting a state twice changes nothing.
        """
        entries = [
            {"RoutingControlArn": arn, "RoutingControlState": "On" if on else "Off"} for arn, on in states.items()
        ]

        def update(endpoint: ClusterEndpoint) -> None:
            with self._calling(endpoint, "UpdateRoutingControlStates") as cluster:
                cluster.update_routing_control_states(UpdateRoutingControlStateEntries=entries)

        try:
            self._in_turn(update)
        except AwsError as error:
            if error.code == _RULE:
                raise _rule_violated(error) from error
            raise

    def states(self, arns: Sequence[str]) -> dict[str, bool]:
        """ARN -> On; one that does not exist is left out. One call each. Unreachable when no endpoint answers."""
        found = {arn: self._in_turn(partial(self._state, arn)) for arn in arns}
        return {arn: state == "On" for arn, state in found.items() if state}

    def _state(self, arn: str, endpoint: ClusterEndpoint) -> str:
        try:
            with self._calling(endpoint, "GetRoutingControlState") as cluster:
                return str(cluster.get_routing_control_state(RoutingControlArn=arn)["RoutingControlState"])
        except NotFound:
            return ""

    def _calling(self, endpoint: ClusterEndpoint, operation: str) -> Any:
        door = Endpoint(url=endpoint.url, time_outs=self._patience)
        return self._sessions.calling(SERVICE, operation, region=endpoint.region, endpoint=door)

    def _in_turn(self, ask: Callable[[ClusterEndpoint], Answer]) -> Answer:
        """The first answer. What an endpoint says no to is no everywhere; only silence is taken to the next.

        An endpoint that takes long goes on while the next one is asked: whichever answers first counts.
        """
        left, silent = self._turn(), list[str]()
        under_way: dict[Future[Answer], int] = {}
        workers = ThreadPoolExecutor(max_workers=max(1, len(left)), thread_name_prefix=SERVICE)
        try:
            while left or under_way:
                if left:
                    place = left.pop(0)
                    under_way[workers.submit(ask, self._endpoints[place])] = place
                patience_s = self._next_after_s if left else None
                for done in wait(under_way, timeout=patience_s, return_when=FIRST_COMPLETED).done:
                    place = under_way.pop(done)
                    try:
                        answer = done.result()
                    except AwsError as error:
                        if not _is_silence(error):
                            raise
                        silent.append(f"{self._endpoints[place].region}: {error.what}")
                    else:
                        self._first = place
                        return answer
        finally:
            # Nobody waits for those who are still silent.
            workers.shutdown(wait=False)
        fix = "check failover.cluster and the network; AWS keeps at least three of the five answering"
        raise Unreachable(f"no endpoint answered ({'; '.join(silent)})", where="ARC cluster", fix=fix)

    def _turn(self) -> list[int]:
        """The places of the endpoints in the order in which they are asked."""
        turn = (*range(self._first, len(self._endpoints)), *range(self._first))
        return [place for place in turn if self._sessions.allows(SERVICE, self._endpoints[place].region)]


def _is_silence(error: AwsError) -> bool:
    """Of API Gateway the code of a broken rule means "busy", and it is translated so; here it is an answer."""
    return (isinstance(error, Unreachable | Throttled) or error.code == UNREADABLE) and error.code != _RULE


def _rule_violated(error: AwsError) -> RuleViolated:
    return RuleViolated(
        f"ARC refused, and changed nothing: a safety rule of the control panel forbids it: {error.what}",
        where=error.where,
        fix="bring another region back first (orchestrator failback --to REGION), then run this again",
        code=error.code,
    )
