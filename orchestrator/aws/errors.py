"""The only place where botocore's errors become ours: AWS's code decides the kind, the message and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import botocore.exceptions as raised
from botocore.parsers import ResponseParserError

from orchestrator.aws.denials import way_to_allow
from orchestrator.aws.error_codes import (
    CLOCK_SKEW,
    EXPIRED,
    FIXES,
    KINDS,
    NO_CREDENTIALS,
    PROXY_REFUSES,
    PROXY_SILENT,
    PROXY_UNKNOWN,
    PROXY_UNUSABLE,
    REFUSED,
    SIGN_IN_AGAIN,
    SLOWER,
    TRY_LATER,
    UNREADABLE,
)
from orchestrator.aws.texts import cleaned
from orchestrator.core.errors import AccessDenied, AlreadyExists, AwsError, NotFound, Throttled, Unreachable
from orchestrator.proxies import UNKNOWN_HOST, NotAProxy, proxy_at, proxy_for

_SKEWED_SIGNATURE = re.compile(r"signature (expired|not yet current)", re.IGNORECASE)
_INVALID_BATCH = {"already exists": AlreadyExists, "was not found": NotFound}
_LONGEST_RETRY_AFTER_S = 60.0
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3}[^'\")]*)")
_NOT_THERE = re.compile(r"does not exist", re.IGNORECASE)


class NotAnAnswer(Exception):
    """What came is not what the service answers (see answers.py). Never leaves this package."""


@contextmanager
def translated(*, service: str, operation: str, region: str, account: str) -> Iterator[None]:
    """Run a call; whatever botocore raises leaves as an AwsError that says service:Operation in region (account)."""
    where = f"{service}:{operation} in {region} ({account or 'home account'})"
    try:
        yield
    except raised.ClientError as error:
        raise _from_answer(error, where) from error
    except (ResponseParserError, NotAnAnswer) as error:
        raise _unreadable(where) from error
    except raised.BotoCoreError as error:
        raise _from_client(error, where) from error


def _unreadable(where: str) -> AwsError:
    """The one error for a body that is not what the service answers: HTML, truncated, empty."""
    fix = "a proxy or gateway may answer in AWS's place; check the network, then run the same command"
    return AwsError("the answer cannot be read", where=where, fix=fix, code=UNREADABLE)


def _from_answer(error: raised.ClientError, where: str) -> AwsError:
    """AWS answered with an error."""
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    message = cleaned(str(details.get("Message") or code or "no reason given"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    kind = _kind(code, message, status)
    fix = _fix(kind, code, message, status)
    if kind is Throttled:
        after_s = _retry_after_s(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}))
        return Throttled(message, where=where, fix=fix, code=cleaned(code), retry_after_s=after_s)
    return kind(message, where=where, fix=fix, code=cleaned(code))


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds (Retry-After) or milliseconds (x-amz-retry-after); nobody is believed who asks for more than minutes."""
    for name, unit_s in (("retry-after", 1.0), ("x-amz-retry-after", 0.001)):
        text = str(headers.get(name, ""))
        if text.isascii() and text.isdigit():
            return min(int(text[:12]) * unit_s, _LONGEST_RETRY_AFTER_S)
    return None


def _kind(code: str, message: str, status: int) -> type[AwsError]:
    if code in KINDS:
        return KINDS[code]
    if code == "InvalidChangeBatch":
        return next((kind for text, kind in _INVALID_BATCH.items() if text in message), AwsError)
    if code == "ValidationError" and _NOT_THERE.search(message):
        return NotFound
    return Unreachable if status >= 500 else AwsError


def _fix(kind: type[AwsError], code: str, message: str, status: int) -> str:
    if _SKEWED_SIGNATURE.search(message):
        return CLOCK_SKEW
    if kind is AccessDenied:
        return way_to_allow(message)
    if status >= 500 and kind is Unreachable:
        return f"the service itself failed (HTTP {status}); try again, and see the AWS Health Dashboard"
    general = {Throttled: SLOWER, AwsError: REFUSED}
    return FIXES.get(code, general.get(kind, ""))


def _from_client(error: raised.BotoCoreError, where: str) -> AwsError:
    """No usable answer came: the network, the credentials, or the call itself."""
    try:
        return _from_outside(error, where, _through(error))
    except NotAProxy as broken:
        # The SDK's own text would show what is there, password included.
        return Unreachable(str(broken), where=where, fix=PROXY_UNUSABLE, code=type(error).__name__)


def _from_outside(error: raised.BotoCoreError, where: str, through: str) -> AwsError:
    text = cleaned(str(error))
    match error:
        case raised.ProxyConnectionError():
            return _from_proxy(error, where)
        case raised.SSLError():
            fix = "check the proxy and the certificate bundle (AWS_CA_BUNDLE)"
            what = f"no trusted connection{through}: {text}"
            return Unreachable(what, where=where, fix=fix, code="SSLError")
        case raised.ConnectTimeoutError() | raised.ReadTimeoutError():
            what = f"no answer in time{through}"
            return Unreachable(what, where=where, fix=TRY_LATER, code=type(error).__name__)
        case raised.ConnectionError() | raised.HTTPClientError() | raised.IncompleteReadError():
            what = f"no connection{through}: {text}"
            return Unreachable(what, where=where, fix=TRY_LATER, code=type(error).__name__)
        case raised.NoCredentialsError() | raised.PartialCredentialsError():
            fix = "sign in, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            return AwsError("no AWS credentials were found", where=where, fix=fix, code=NO_CREDENTIALS)
        case raised.SSOError() | raised.TokenRetrievalError() | raised.LoginError():
            return AwsError(text, where=where, fix=SIGN_IN_AGAIN, code=EXPIRED)
        case (
            raised.CredentialRetrievalError()
            | raised.MetadataRetrievalError()
            | raised.ProfileNotFound()
            | raised.ConfigParseError()
            | raised.ConfigNotFound()
        ):
            fix = "check AWS_PROFILE and the AWS configuration files"
            return AwsError(text, where=where, fix=fix, code=NO_CREDENTIALS)
        case _:
            return AwsError(text, where=where, code=type(error).__name__)


def _from_proxy(error: raised.ProxyConnectionError, where: str) -> AwsError:
    """The proxy did not answer, or did not lead on. One that does not know us will not know us later either."""
    proxy, code = proxy_at(str(error.kwargs.get("proxy_url", ""))), type(error).__name__
    said = _TUNNEL.search(str(error.kwargs.get("error", "")))
    if said is None:
        return Unreachable(f"the proxy {proxy} does not answer", where=where, fix=PROXY_SILENT, code=code)
    what = cleaned(f"the proxy {proxy} says {said[1]}")
    if said[1].startswith("407"):
        return AwsError(what, where=where, fix=PROXY_UNKNOWN, code=code)
    return Unreachable(what, where=where, fix=PROXY_REFUSES, code=code)


def _through(error: raised.BotoCoreError) -> str:
    """Which proxy stood in between, where there was one. Raises NotAProxy."""
    if type(error) is raised.HTTPClientError:
        # It does not say what was asked, and a proxy's URL that cannot be read ends here.
        proxy_for(UNKNOWN_HOST)
    asked = urlsplit(str(error.kwargs.get("endpoint_url", "")))
    proxy = proxy_for(asked.hostname) if asked.scheme == "https" and asked.hostname else None
    return f" through the proxy {proxy}" if proxy else ""
