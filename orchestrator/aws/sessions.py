"""Two botocore sessions, home's and that of all other accounts; one client of each per service and region.

Every call is seen and translated.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from orchestrator import __version__
from orchestrator.aws.breaker import Breaker
from orchestrator.aws.caller import Caller, CallersCredentials
from orchestrator.aws.credentials import CredentialSource
from orchestrator.aws.denial import Denial
from orchestrator.aws.methods import SharedMethods

ROUTE53_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}
"""Where Route 53's control plane answers, by partition."""

_ALWAYS_TRIED = frozenset({"cloudwatch", "route53-recovery-cluster"})
"""Levers: who fails over is never told that it was not even tried."""

_READING = ("Get", "List", "Describe", "Head", "Test", "Validate", "Estimate", "AssumeRole")


def changes_something(operation: str) -> bool:
    """True for whatever is not known to only read."""
    return not operation.startswith(_READING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request on the wire (a retry is another). `mutating`: see `changes_something`."""

    service: str
    operation: str
    region: str
    account: str
    mutating: bool


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """Seconds: until a connection stands, and between two packets of an answer; and how often a call is tried."""

    connect_s: float = 3
    read_s: float = 8
    attempts: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A door of a service with a patience of its own; `url` "" is its usual one. The embedded AWS has one door only."""

    url: str
    time_outs: TimeOuts


UPLOADING = TimeOuts(read_s=30)
"""For packages of code: S3 answers once it has stored and checked all of it. Sending has no limit while it goes on."""

UPLOADING_ONCE = TimeOuts(read_s=30, attempts=1)
ONCE = TimeOuts(attempts=1)
"""For writes that AWS would carry out twice, or refuse, when the SDK repeats one whose answer was lost: whoever makes
them looks first, and so makes them again himself."""

IMPATIENT = TimeOuts(connect_s=2, read_s=4, attempts=1)
"""For an operator who looks: what does not answer now is shown as silent, and asked again by the next look."""


class _Whose(Enum):
    """Home is called with the user's own credentials, all other accounts with those of their roles."""

    HOME = "home"
    TARGETS = "targets"


class Sessions:
    """The door to AWS.

    `endpoint_url` is the embedded AWS (None: AWS itself). `on_call` hears of every request before it is sent, from
    the thread that sends it. `deny` refuses calls. Two attempts per call; no token is ever made by the SDK.
    """

    def __init__(
        self,
        partition: str,
        *,
        credentials: CredentialSource,
        endpoint_url: str | None = None,
        on_call: Callable[[Call], None] | None = None,
        time_outs: TimeOuts | None = None,
        deny: Denial | None = None,
    ) -> None:
        self.partition, self.endpoint_url = partition, endpoint_url
        self._source, self._on_call = credentials, on_call
        self._time_outs = time_outs or TimeOuts()
        self._denial = deny or Denial()
        self._sessions: dict[_Whose, Any] = {}
        self._clients: dict[tuple[_Whose, str, str, Endpoint | None, TimeOuts], Any] = {}
        self._credentials: dict[str, Any] = {}
        self._caller = Caller()
        self._methods = SharedMethods()
        self._breaker = Breaker(exempt=_ALWAYS_TRIED)
        self._home = ""
        self._making, self._asking, self._owning = threading.Lock(), threading.Lock(), threading.Lock()

    def home_account(self) -> str:
        """The 12-digit account of our own credentials; asked once."""
        with self._asking:
            self._home = self._home or self._source.home_account(self._sts)
        return self._home

    def credentials_end(self) -> datetime | None:
        """When the home account's credentials end, if they cannot be renewed and that is known."""
        from orchestrator.aws.credentials import end_of

        with self._making:
            return end_of(self._session(_Whose.HOME).get_credentials())

    @property
    def route53_region(self) -> str:
        """The region of Route 53's control plane."""
        return ROUTE53_REGION[self.partition]

    @contextmanager
    def calling(
        self,
        service: str,
        operation: str,
        *,
        region: str,
        account: str = "",
        endpoint: Endpoint | None = None,
        time_outs: TimeOuts | None = None,
    ) -> Iterator[Any]:
        """The client for one operation; inside, botocore's errors become AwsError. `account` "" is home.

        `time_outs` for a call that takes longer than others. A region that lately answered nobody is not asked.
        """
        from orchestrator.aws.errors import translated

        with (
            self._breaker.watching(service, region),
            translated(service=service, operation=operation, region=region, account=account or self._home),
        ):
            client = self.client(service, region=region, account=account, endpoint=endpoint, time_outs=time_outs)
            with self._caller.acting_for(self._owner(account)):
                yield client

    def allows(self, service: str, region: str) -> bool:
        """Whether a call would be refused before it is made."""
        return self._denial.allows(service, region)

    def client(
        self,
        service: str,
        *,
        region: str,
        account: str = "",
        endpoint: Endpoint | None = None,
        time_outs: TimeOuts | None = None,
    ) -> Any:
        """A cached botocore client. Safe to call from any thread; that of target accounts only within `calling`.

        Raises CallDenied.
        """
        self._denial.check(service, region)
        patience = time_outs or (endpoint.time_outs if endpoint else self._time_outs)
        key = (_Whose.TARGETS if self._owner(account) else _Whose.HOME, service, region, endpoint, patience)
        # Sessions are not safe for threads while they make a client; clients are.
        with self._making:
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def close(self) -> None:
        """Close every connection; the object is not used afterwards."""
        with self._making:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _sts(self, operation: str, region: str) -> Any:
        return self.calling("sts", operation, region=region)

    def _owner(self, account: str) -> str:
        return "" if not account or account == self.home_account() else account

    def _make(self, whose: _Whose, service: str, region: str, endpoint: Endpoint | None, time_outs: TimeOuts) -> Any:
        from orchestrator.aws.answers import watch

        url = self.endpoint_url or (endpoint.url if endpoint else None)
        client = self._session(whose).create_client(
            service,
            region_name=region,
            endpoint_url=url,
            config=self._config(service, time_outs, elsewhere=endpoint is not None),
        )
        watch(client)
        if self._on_call:
            client.meta.events.register("before-send", self._reporter(service, region))
        return client

    def _reporter(self, service: str, region: str) -> Callable[..., None]:
        def before_send(*, event_name: str, **_: object) -> None:
            operation = event_name.rpartition(".")[2]
            mutating = changes_something(operation)
            owner = self._caller.account or self._home
            if self._on_call:
                self._on_call(
                    Call(service=service, operation=operation, region=region, account=owner, mutating=mutating)
                )

        return before_send

    def _session(self, whose: _Whose) -> Any:
        if whose not in self._sessions:
            self._sessions[whose] = self._new_session(whose)
        return self._sessions[whose]

    def _new_session(self, whose: _Whose) -> Any:
        import botocore.session

        variables = _NO_CONFIGURATION if self._source.ignores_configuration else None
        session = botocore.session.Session(session_vars=variables)
        session.set_config_variable("sts_regional_endpoints", "regional")
        self._methods.watch(session)
        for first in self._sessions.values():
            # The parsed service models are the bulk of a session's memory: one copy for both.
            session.register_component("data_loader", first.get_component("data_loader"))
            break
        credentials = self._source.credentials("", self._sts)
        if whose is _Whose.TARGETS:
            credentials = CallersCredentials(self._caller, self._of_account)
        if credentials is not None:
            session.register_component("credential_provider", _Given(credentials))
        return session

    def _of_account(self, account: str) -> Any:
        with self._owning:
            if account not in self._credentials:
                self._credentials[account] = self._source.credentials(account, self._sts)
            return self._credentials[account]

    def _config(self, service: str, time_outs: TimeOuts, *, elsewhere: bool) -> Any:
        from botocore.config import Config

        local = self.endpoint_url is not None
        settings: dict[str, Any] = {
            "connect_timeout": time_outs.connect_s,
            "read_timeout": time_outs.read_s,
            # total_max_attempts counts the first attempt; max_attempts would not.
            "retries": {"mode": "standard", "total_max_attempts": time_outs.attempts},
            "tcp_keepalive": True,
            "max_pool_connections": 32,
            "user_agent_extra": f"region-failover-orchestrator/{__version__}",
        }
        if service == "s3":
            style = {"addressing_style": "path"} if local else {}
            settings["s3"] = {"us_east_1_regional_endpoint": "regional", **style}
        if local:
            settings["proxies"] = {}
        if local or elsewhere:  # botocore refuses both for an endpoint that is given
            settings |= {"use_fips_endpoint": False, "use_dualstack_endpoint": False}
        return Config(**settings)


class _Given:
    """Takes the place of botocore's chain of credential providers."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        return self._credentials


_NO_CONFIGURATION: dict[str, tuple[None, None, str | None, None]] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
