"""Through a proxy: which connections take it, what it is told, and what is said when it does not lead on."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.aws import aws_ports
from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.sessions import Sessions, TimeOuts
from orchestrator.cli.main import main
from orchestrator.clock import SystemClock
from orchestrator.core.errors import AwsError, Refused, Unreachable
from orchestrator.ports import ProbeResult
from orchestrator.probe import HttpProbe
from orchestrator.proxies import ensure_usable, proxy_at
from tests.secure import SecureWeb, self_signed
from tests.servers import serving
from tests.tunnel import TunnelProxy

GONE = b"<DeleteStackSetResponse><DeleteStackSetResult/></DeleteStackSetResponse>"
LOGIN, SECRET = "ana", "s3cret word"
_GREETED = f"Basic {base64.b64encode(f'{LOGIN}:{SECRET}'.encode()).decode()}"


@dataclass
class Outside:
    """A TLS server that stands for AWS and for a region, and a proxy that leads to it."""

    web: SecureWeb
    proxy: TunnelProxy
    certificate: Path

    def delete(self) -> None:
        """A call to AWS, by the SDK."""
        sessions = Sessions(
            "aws", credentials=LocalAccounts("999999999999"), time_outs=TimeOuts(connect_s=2, read_s=2, attempts=1)
        )
        try:
            aws_ports(sessions, home_region="us-west-2", clock=SystemClock()).stack_sets.delete("s")
        finally:
            sessions.close()

    def probe(self) -> ProbeResult:
        """A question to a region."""
        context = ssl.create_default_context(cafile=self.certificate)
        probe = HttpProbe(SystemClock(), port=self.web.port, context=context)
        return probe.get(host="localhost", target="localhost", region="us-west-2", path="/health")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def outside(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    web = SecureWeb(certificate, GONE)
    proxy = TunnelProxy(leads_to=web.port)
    for name in ("https_proxy", "NO_PROXY", "no_proxy", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://localhost:{web.port}")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{LOGIN}:{SECRET.replace(' ', '%20')}@127.0.0.1:{proxy.port}")
    with serving(web, proxy):
        yield Outside(web, proxy, certificate)


ASKING: dict[str, Callable[[Outside], object]] = {"a call to AWS": Outside.delete, "a probe": Outside.probe}


@pytest.mark.parametrize("asks", ASKING.values(), ids=ASKING)
def test_it_is_asked_once_with_its_credentials(outside: Outside, asks: Callable[[Outside], object]) -> None:
    answer = asks(outside)

    assert outside.proxy.asked == [(f"localhost:{outside.web.port}", _GREETED)]
    assert len(outside.web.asked) == 1
    assert not isinstance(answer, ProbeResult) or answer.ok


@pytest.mark.parametrize("asks", ASKING.values(), ids=ASKING)
def test_hosts_of_no_proxy_are_reached_without_it(
    outside: Outside, asks: Callable[[Outside], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "elsewhere.dev,localhost")

    asks(outside)

    assert outside.proxy.asked == []
    assert len(outside.web.asked) == 1


@pytest.mark.parametrize(
    ("refusal", "kind", "fix"),
    [
        ("407 Proxy Authentication Required", AwsError, "must hold the user and password"),
        ("403 Forbidden", Unreachable, "have the proxy lead to AWS's hosts"),
        ("503 Service Unavailable", Unreachable, "have the proxy lead to AWS's hosts"),
    ],
)
def test_a_proxy_that_refuses_is_named_with_what_it_says_and_never_with_its_password(
    outside: Outside, refusal: str, kind: type[AwsError], fix: str
) -> None:
    outside.proxy.refusal = refusal

    with pytest.raises(AwsError) as raised:
        outside.delete()
    probed = outside.probe()

    assert type(raised.value) is kind
    assert raised.value.what == f"the proxy 127.0.0.1:{outside.proxy.port} says {refusal}"
    assert fix in raised.value.fix
    assert probed.error == (
        f"no connection: the proxy says {refusal} (through the proxy 127.0.0.1:{outside.proxy.port})"
    )
    for told in (str(raised.value), probed.error):
        assert LOGIN not in told
        assert SECRET.split()[0] not in told


def test_a_dead_proxy_is_named(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{LOGIN}:word@{place}")
        with pytest.raises(Unreachable) as raised:
            outside.delete()
        probed = outside.probe()

    assert raised.value.what == f"the proxy {place} does not answer"
    assert "HTTPS_PROXY names it" in raised.value.fix
    assert probed.error == f"no connection: Connection refused (through the proxy {place})"
    assert LOGIN not in f"{raised.value}{probed.error}"


def test_a_proxy_that_answers_in_the_servers_place_is_named(outside: Outside) -> None:
    outside.proxy.leads_to = outside.proxy.port

    with pytest.raises(Unreachable, match=rf"through the proxy 127\.0\.0\.1:{outside.proxy.port}"):
        outside.delete()
    probed = outside.probe()

    assert f"through the proxy 127.0.0.1:{outside.proxy.port}" in probed.error


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://proxy.dev:3128", "proxy.dev:3128"),
        ("proxy.dev:3128", "proxy.dev:3128"),
        ("http://proxy.dev", "proxy.dev:80"),
        ("https://proxy.dev", "proxy.dev:443"),
        ("http://user:pass@proxy.dev:1/path", "proxy.dev:1"),
        ("http://[::1]:3128", "::1:3128"),
    ],
)
def test_a_proxy_is_told_by_host_and_port(url: str, place: str) -> None:
    proxy = proxy_at(url)

    assert str(proxy) == place
    assert "pass" not in repr(proxy)


BROKEN = {
    "half an address": "http://ana:s3cret@[::1",
    "a port beyond all": "http://ana:s3cret@proxy.dev:99999",
    "no port": "http://ana:s3cret@proxy.dev:0",
    "a word for a port": "http://ana:s3cret@proxy.dev:port",
    "no host": "http://ana:s3cret@",
}


@pytest.mark.parametrize("url", BROKEN.values(), ids=BROKEN)
def test_what_is_no_url_of_a_proxy_is_told_by_its_variable_and_never_shown(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)

    with pytest.raises(Unreachable) as raised:
        outside.delete()
    with pytest.raises(Refused) as refused:
        ensure_usable()
    probed = outside.probe()

    assert raised.value.what == refused.value.what == "HTTPS_PROXY holds no URL of a proxy"
    assert probed.error == f"no connection: {raised.value.what}"
    assert "s3cret" not in f"{raised.value}{refused.value}"


@pytest.mark.parametrize("url", [*BROKEN.values(), "socks5://ana:s3cret@proxy.dev:1080"])
def test_a_failover_with_it_is_refused_before_anything_is_asked(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", url)

    assert main(["failover", "--from", "us-east-1", "--yes"]) == 3
    told = capsys.readouterr().err
    assert told.startswith("error: HTTPS_PROXY holds no URL of a proxy\n")
    assert "s3cret" not in told


def test_the_variable_is_named_as_it_is_spelt(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://[::1")

    assert "https_proxy holds no URL of a proxy" in outside.probe().error


def test_a_proxy_that_nothing_goes_through_may_be_anything(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://[::1")
    monkeypatch.setenv("NO_PROXY", "*")

    ensure_usable()
    assert outside.probe().ok


def test_a_probe_cannot_go_through_a_proxy_that_is_asked_over_tls(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{outside.proxy.port}")

    assert "asked over TLS itself" in outside.probe().error
