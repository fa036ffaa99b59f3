"""ports.Outages on AWS: the API behind the regional host is throttled to nothing, and answers 429.

Nothing ends by itself here. What was before stands in tags of the stage before anything is throttled, so that whoever
comes later can put it back.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from orchestrator.aws.http_stage import HttpStage
from orchestrator.aws.rest_stage import RestStage
from orchestrator.aws.sessions import Sessions
from orchestrator.aws.stage_limits import TAG, ZERO, Limit, as_tags, of_tags, tag_keys
from orchestrator.core.drill import Outage
from orchestrator.core.errors import AwsError, NotFound, Refused, Throttled, Unreachable

Stage: TypeAlias = HttpStage | RestStage

_COMMANDS = 12
"""So many commands are told for one stage; GetStage shows the rest."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """A stage that this object has throttled, and what it was before."""

    stage: Stage
    before: dict[str, Limit]
    unset: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Failure:
    """A place that was not put back, and the commands that do it."""

    account: str
    host: str
    error: AwsError
    commands: tuple[str, ...]


class AwsOutages:
    """HTTP and REST APIs behind the regional host name of each account."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._begun: dict[tuple[str, str, str], list[_Begun]] = {}

    def begin(self, outage: Outage, *, lasts_s: float) -> None:  # noqa: ARG002 - AWS knows no end of its own here
        """Tag first, then throttle. Raises the first error met, and Refused for a silent outage."""
        if outage.silent:
            what = "AWS cannot be made to accept connections and never answer"
            fix = "let it refuse its users instead; the embedded AWS (--local) can do both"
            raise Refused(what, where=outage.region, fix=fix)
        for account, host in outage.hosts:
            stages = self._stages(outage.region, account, host)
            if not stages:
                fix = "deploy the region first; what a load balancer leads to is drilled with --mode switch"
                raise AwsError(f"{host} leads to no API", where=f"API Gateway in {outage.region} ({account})", fix=fix)
            for stage in stages:
                self._throttle(outage.region, host, stage)

    def end(self, outage: Outage) -> None:
        """Put back what the tags say, then remove the tags; try every account before telling of those that failed."""
        failures = [one for account, host in outage.hosts for one in self._ended(outage.region, account, host)]
        if failures:
            raise _not_put_back(outage.region, failures)

    def _throttle(self, region: str, host: str, stage: Stage) -> None:
        recorded, found = _recorded(stage), stage.limits()
        own = {key: limit for key, limit in found.items() if limit is not None}
        open_ones = [key for key, limit in found.items() if limit != ZERO]
        if recorded is None and not open_ones:
            what = "there is nothing to throttle: no routes, or all at zero without a tag that says what was before"
            raise AwsError(what, where=stage.arn, fix="let the stage serve first, then try again")
        # Met again after a lost answer: what stands at zero is our own doing, and the tag knows better.
        before = own if recorded is None else {key: own[key] for key in open_ones if key in own} | recorded
        if before != recorded:
            stage.tag(as_tags(before))
        unset = tuple(key for key in found if key not in before)
        self._begun.setdefault((region, stage.account, host), []).append(_Begun(stage, before, unset))
        if open_ones:
            stage.set(dict.fromkeys(open_ones, ZERO))

    def _ended(self, region: str, account: str, host: str) -> Iterator[_Failure]:
        place = (region, account, host)
        known = {one.stage: one for one in self._begun.get(place, ())}
        try:
            stages = {**dict.fromkeys(self._stages(region, account, host)), **dict.fromkeys(known)}
        except AwsError as error:
            stages = dict.fromkeys(known)
            if not stages:
                yield _Failure(account, host, error, (_look(region, host),))
        for stage in stages:
            try:
                self._put_back(stage)
            except AwsError as error:
                yield _Failure(account, host, error, _by_hand(stage, known.get(stage)))
            else:
                self._begun[place] = [one for one in self._begun.get(place, ()) if one.stage != stage]

    def _put_back(self, stage: Stage) -> None:
        try:
            before = _recorded(stage)
        except NotFound:
            # A stage that is gone took its throttling with it.
            return
        if before is None:
            return
        stage.put_back(before, _unset(stage, before))
        stage.untag(tag_keys(stage.tags()))

    def _stages(self, region: str, account: str, host: str) -> list[Stage]:
        """The stages that the host's mappings lead to, each once."""
        try:
            mapped = dict.fromkeys(self._mappings(region, account, host))
        except NotFound:
            return []
        return [self._stage(region, account, api, name) for api, name in mapped]

    def _mappings(self, region: str, account: str, host: str) -> Iterator[tuple[str, str]]:
        page: dict[str, str] = {}
        while True:
            with self._sessions.calling("apigatewayv2", "GetApiMappings", region=region, account=account) as client:
                answer = client.get_api_mappings(DomainName=host, **page)
            yield from ((one["ApiId"], one["Stage"]) for one in answer.get("Items", ()))
            if not answer.get("NextToken"):
                return
            page = {"NextToken": answer["NextToken"]}

    def _stage(self, region: str, account: str, api: str, name: str) -> Stage:
        """A mapping does not say of which kind its API is."""
        http = HttpStage(self._sessions, account, region, api, name)
        return http if http.exists() else RestStage(self._sessions, account, region, api, name)


def _recorded(stage: Stage) -> dict[str, Limit] | None:
    try:
        return of_tags(stage.tags())
    except ValueError as error:
        fix = f"set the stage's limits by hand, then remove its tag {TAG}"
        raise AwsError(f"the tag {TAG} cannot be read: {error}", where=stage.arn, fix=fix) from error


def _unset(stage: Stage, before: Mapping[str, Limit]) -> list[str]:
    """What we throttled and had no limit before. What somebody has set since is left alone."""
    return [key for key, limit in stage.limits().items() if limit == ZERO and key not in before]


def _look(region: str, host: str) -> str:
    command = ("aws", "apigatewayv2", "get-api-mappings", "--region", region, "--domain-name", host)
    return f"{shlex.join(command)} (names the stage; its tag {TAG} says what its limits were)"


def _by_hand(stage: Stage, begun: _Begun | None) -> tuple[str, ...]:
    """Complete where this object has begun the outage; else as far as the stage tells."""
    try:
        before = begun.before if begun else _recorded(stage) or {}
        unset = begun.unset if begun else tuple(_unset(stage, before))
    except AwsError:
        return (f"remove the zero limits of {stage.arn}; its tag {TAG} says what they were",)
    commands = [shlex.join(one) for one in stage.by_hand(before, unset)]
    more = [f"and the same for {len(commands) - _COMMANDS} more"] if len(commands) > _COMMANDS else []
    return (*commands[:_COMMANDS], *more, shlex.join(stage.untag_by_hand(as_tags(before))))


def _not_put_back(region: str, failures: list[_Failure]) -> AwsError:
    """One error for all; one that is worth another try when any of them is."""
    passing = (one.error for one in failures if isinstance(one.error, (Throttled, Unreachable)))
    first = next(passing, failures[0].error)
    told = "; ".join(f"{one.host} in account {one.account}: {one.error.what}" for one in failures)
    commands = "; ".join(command for one in failures for command in one.commands)
    what = f"still throttled to nothing: {told}"
    fix = f"try again, or put it back with credentials of that account: {commands}"
    return type(first)(what, where=region, fix=fix, code=first.code)
