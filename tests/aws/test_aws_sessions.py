from __future__ import annotations

import ast
import re
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator import aws
from orchestrator.aws import aws_ports
from orchestrator.aws.credentials import AssumedRoles, LocalAccounts
from orchestrator.aws.sessions import Call, Sessions
from orchestrator.core.errors import AccessDenied, AwsError, CallDenied, Unreachable
from orchestrator.ports import Clock

HOME, TARGET, OTHER = "999999999999", "111111111111", "222222222222"


class FakeSts:
    """Answers as STS would: `silent` regions never, roles of `denied` accounts with a refusal. Keeps what was asked."""

    def __init__(self, *, silent: tuple[str, ...] = (), denied: tuple[str, ...] = (), lifetime_s: int = 3600) -> None:
        self.silent, self.denied, self.lifetime = silent, denied, timedelta(seconds=lifetime_s)
        self.asked = list[tuple[str, str, dict[str, str]]]()

    def __call__(self, operation: str, region: str) -> AbstractContextManager[Any]:
        @contextmanager
        def answering() -> Any:
            self._operation, self._region = operation, region
            yield self

        return answering()

    def get_caller_identity(self) -> dict[str, str]:
        self._note({})
        return {"Account": HOME}

    def assume_role(self, **fields: str) -> dict[str, object]:
        self._note(fields)
        if any(account in fields["RoleArn"] for account in self.denied):
            raise AccessDenied("not authorized", where="sts:AssumeRole")
        number = len(self.asked)
        return {
            "Credentials": {
                "AccessKeyId": f"key-{number}",
                "SecretAccessKey": "s",
                "SessionToken": "t",
                "Expiration": datetime.now(UTC) + self.lifetime,
            }
        }

    def _note(self, fields: dict[str, str]) -> None:
        self.asked.append((self._operation, self._region, fields))
        if self._region in self.silent:
            raise Unreachable("no answer in time", where=self._region)


def _roles(session: str = "run-1") -> AssumedRoles:
    return AssumedRoles(lambda account: f"arn:aws:iam::{account}:role/app", ("us-west-2", "us-east-1"), session)


def test_the_home_account_uses_the_callers_own_credentials() -> None:
    sts = FakeSts()

    assert _roles().credentials("", sts) is None
    assert _roles().home_account(sts) == HOME
    assert sts.asked == [("GetCallerIdentity", "us-west-2", {})]


def test_a_target_account_is_entered_by_its_role_once() -> None:
    sts = FakeSts()
    credentials = _roles("me@host/1").credentials(TARGET, sts)

    assert credentials is not None
    keys = {credentials.get_frozen_credentials().access_key for _ in range(3)}

    assert keys == {"key-1"}
    expected = {"RoleArn": f"arn:aws:iam::{TARGET}:role/app", "RoleSessionName": "orchestrator-me@host-1"}
    assert sts.asked == [("AssumeRole", "us-west-2", expected)]


def test_credentials_are_renewed_before_they_expire() -> None:
    sts = FakeSts(lifetime_s=300)
    credentials = _roles().credentials(TARGET, sts)

    assert credentials is not None
    first = credentials.get_frozen_credentials().access_key
    second = credentials.get_frozen_credentials().access_key

    assert (first, second) == ("key-1", "key-2")


def test_the_next_region_is_asked_when_one_is_silent() -> None:
    sts = FakeSts(silent=("us-west-2",))

    assert _roles().home_account(sts) == HOME
    assert [region for _, region, _ in sts.asked] == ["us-west-2", "us-east-1"]


def test_the_first_silence_is_reported_when_no_region_answers() -> None:
    with pytest.raises(Unreachable, match="us-west-2"):
        _roles().home_account(FakeSts(silent=("us-west-2", "us-east-1")))


def test_a_refusal_is_not_asked_for_again_elsewhere() -> None:
    sts = FakeSts(denied=(TARGET,))
    credentials = _roles().credentials(TARGET, sts)

    assert credentials is not None
    with pytest.raises(AccessDenied):
        credentials.get_frozen_credentials()
    assert len(sts.asked) == 1


def test_credentials_that_arrive_expired_point_at_the_clock() -> None:
    credentials = _roles().credentials(TARGET, FakeSts(lifetime_s=-60))

    assert credentials is not None
    with pytest.raises(AwsError, match="clock"):
        credentials.get_frozen_credentials()


def test_session_names_fit_what_sts_allows() -> None:
    sts = FakeSts()
    credentials = _roles("ü" + "x" * 100).credentials(TARGET, sts)

    assert credentials is not None
    credentials.get_frozen_credentials()

    name = sts.asked[0][2]["RoleSessionName"]
    assert len(name) == 64
    assert name.startswith("orchestrator--x")


IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>999999999999</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
ASSUMED = (
    b"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIATARGET</AccessKeyId>"
    b"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
    b"</Credentials></AssumeRoleResult></AssumeRoleResponse>"
)
TEMPLATE = (
    b"<GetTemplateResponse><GetTemplateResult><TemplateBody>{}</TemplateBody></GetTemplateResult></GetTemplateResponse>"
)
NO_STACKS = b"<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>"


def _http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_a_call_in_a_target_account_is_signed_with_the_assumed_role(
    serving: Callable[..., Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAHOME")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = serving(*map(_http, (IDENTITY, ASSUMED, NO_STACKS)))
    calls = list[Call]()
    sessions = Sessions("aws", credentials=_roles(), endpoint_url=server.url, on_call=calls.append)
    ports = aws_ports(sessions, home_region="us-west-2", clock=clock)

    first = ports.stacks.list(TARGET, "us-east-1", name_contains="x")
    second = ports.stacks.list(TARGET, "us-east-1", name_contains="x")
    home = ports.stacks.list(HOME, "us-east-1", name_contains="x")
    sessions.close()

    assert [*first, *second, *home] == []
    signers = [request.split(b"Credential=")[1].split(b"/")[0] for request in server.requests]
    assert signers == [b"AKIAHOME", b"AKIAHOME", b"ASIATARGET", b"ASIATARGET", b"AKIAHOME"]
    assert [(call.operation, call.account, call.mutating) for call in calls] == [
        ("GetCallerIdentity", "", False),
        ("AssumeRole", HOME, False),
        ("DescribeStacks", TARGET, False),
        ("DescribeStacks", TARGET, False),
        ("DescribeStacks", HOME, False),
    ]


def test_one_client_per_service_and_region_at_home_and_one_for_all_other_accounts(sessions: Sessions) -> None:
    made = list[Any]()

    def make() -> None:
        made.extend(
            sessions.client(service, region=region, account=account)
            for account in ("", HOME, TARGET, OTHER)
            for service in ("s3", "cloudformation")
            for region in ("us-east-1", "us-west-2")
        )

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8 * 16
    assert len({id(client) for client in made}) == 8


def test_accounts_that_call_at_once_through_one_client_each_sign_for_themselves(
    serving: Callable[..., Any], connected: Callable[..., Sessions], clock: Clock
) -> None:
    server, calls = serving(_http(TEMPLATE)), list[Call]()
    ports = aws_ports(connected(server.url, calls.append), home_region="us-west-2", clock=clock)
    accounts = [f"{number:012}" for number in range(1, 9)]

    def ask(account: str) -> None:
        for asked in (account, HOME, account):
            ports.stacks.template_digest(asked, "us-east-1", f"stack-of-{asked}")

    with ThreadPoolExecutor(len(accounts)) as threads:
        deque(threads.map(ask, accounts), maxlen=0)

    signed = [re.search(rb"Credential=(\d+)/.*StackName=stack-of-(\d+)", one, re.DOTALL) for one in server.requests]
    assert len(signed) == len(calls) == 3 * len(accounts)
    assert all(one and one[1] == one[2] for one in signed)
    assert Counter(call.account for call in calls) == {**dict.fromkeys(accounts, 2), HOME: len(accounts)}


def test_a_request_of_no_account_is_not_signed_by_another(connected: Callable[..., Sessions]) -> None:
    client = connected("http://127.0.0.1:9").client("cloudformation", region="us-east-1", account=TARGET)

    with pytest.raises(CallDenied, match="that nobody named"):
        client.describe_stacks()


def test_nothing_is_yielded_while_a_call_is_made() -> None:
    """The next call of the thread would be between, and the rest of this one be signed by its account."""
    found = [
        f"{file.name}:{inner.lineno}"
        for file in sorted(Path(aws.__file__).parent.glob("*.py"))
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        and not any("contextmanager" in ast.dump(d) for d in function.decorator_list)
        for block in ast.walk(function)
        if isinstance(block, ast.With) and any("calling" in ast.unparse(item) for item in block.items)
        for inner in ast.walk(block)
        if isinstance(inner, ast.Yield | ast.YieldFrom)
    ]

    assert found == []


def test_accounts_share_the_parsed_service_models(sessions: Sessions) -> None:
    home = sessions.client("cloudformation", region="us-east-1")
    target = sessions.client("cloudformation", region="us-east-1", account=TARGET)

    assert home._loader is target._loader
    assert home is not target


def test_endpoints_are_regional_in_both_partitions() -> None:
    commercial = Sessions("aws", credentials=LocalAccounts(HOME))
    government = Sessions("aws-us-gov", credentials=LocalAccounts(HOME))

    urls = [
        commercial.client("sts", region="us-west-2").meta.endpoint_url,
        commercial.client("s3", region="us-east-1").meta.endpoint_url,
        commercial.client("route53", region=commercial.route53_region).meta.endpoint_url,
        government.client("route53", region=government.route53_region).meta.endpoint_url,
    ]

    assert urls == [
        "https://sts.us-west-2.amazonaws.com",
        "https://s3.us-east-1.amazonaws.com",
        "https://route53.amazonaws.com",
        "https://route53.us-gov.amazonaws.com",
    ]


def test_missing_credentials_say_what_to_set(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BOTO_CONFIG"):
        monkeypatch.setenv(name, "/missing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    sessions = Sessions("aws", credentials=_roles())

    with pytest.raises(AwsError, match="no AWS credentials were found") as raised:
        aws_ports(sessions, home_region="us-west-2", clock=clock).identity.home_account()

    assert "AWS_PROFILE" in raised.value.fix


def test_a_profile_that_does_not_exist_is_named(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/missing")
    sessions = Sessions("aws", credentials=_roles())

    with pytest.raises(AwsError, match="no-such-profile"):
        aws_ports(sessions, home_region="us-west-2", clock=clock).identity.home_account()


def test_the_sdk_is_loaded_only_when_a_client_is_made() -> None:
    program = (
        "import sys\n"
        "from orchestrator.aws import aws_ports\n"
        "from orchestrator.aws.credentials import LocalAccounts\n"
        "from orchestrator.aws.sessions import Sessions\n"
        "from orchestrator.clock import SystemClock\n"
        "s = Sessions('aws', credentials=LocalAccounts('999999999999'))\n"
        "ports = aws_ports(s, home_region='us-west-2', clock=SystemClock())\n"
        "assert ports.identity.home_account() == '999999999999'\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('boto3', 'botocore')))\n"
    )

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


@pytest.mark.parametrize(
    ("expiration", "end"),
    [
        ("2099-01-02T03:04:05Z", datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2099-01-02T03:04:05+02:00", datetime(2099, 1, 2, 1, 4, 5, tzinfo=UTC)),
        (None, None),
    ],
)
def test_temporary_credentials_of_the_environment_tell_when_they_end(
    monkeypatch: pytest.MonkeyPatch, expiration: str | None, end: datetime | None
) -> None:
    for name, value in (("ACCESS_KEY_ID", "AKID"), ("SECRET_ACCESS_KEY", "secret"), ("SESSION_TOKEN", "token")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_CREDENTIAL_EXPIRATION", raising=False)
    if expiration:
        monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", expiration)

    assert Sessions("aws", credentials=_roles()).credentials_end() == end


def test_who_renews_his_credentials_himself_has_no_end() -> None:
    assert Sessions("aws", credentials=LocalAccounts(HOME)).credentials_end() is None
