"""The shipped templates on the emulator: they are accepted, and the API answers from the published function."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orchestrator.core.canonical import template_digest
from orchestrator.core.topology import StackSetConfig
from orchestrator.packaging import package
from orchestrator.synth import synthesize
from tests.blueprints.context import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints import Context
    from orchestrator.synth import SynthesizedTemplate

pytestmark = pytest.mark.emulator
pytest.importorskip("ministack")

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
TARGET = "111111111111"
# The bare emulator takes no alarms of these kinds; tests/local/test_alarms_of_templates.py has them at work.
METRIC_MATH = {"infra": ("table-throttling",), "compute": ("error-rate", "5xx")}


@dataclass(frozen=True)
class Emulator:
    """A running emulator; any 12 digits are an account."""

    url: str

    def client(self, service: str) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=TARGET,
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def deploy(self, template: SynthesizedTemplate, name: str, **given: str) -> dict[str, str]:
        """Create or update a stack with the declared ones of the given parameters; returns its outputs."""
        api = self.client("cloudformation")
        known = {one["StackName"] for one in api.describe_stacks()["Stacks"]}
        action = api.update_stack if name in known else api.create_stack
        parameters = [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in given.items()
            if key in template.parameter_names
        ]
        action(
            StackName=name, TemplateBody=template.body, Parameters=parameters, Capabilities=list(template.capabilities)
        )
        deadline = time.monotonic() + 60
        while (stack := api.describe_stacks(StackName=name)["Stacks"][0])["StackStatus"].endswith("IN_PROGRESS"):
            assert time.monotonic() < deadline, stack
            time.sleep(0.05)
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), (
            stack,
            api.describe_stack_events(StackName=name)["StackEvents"],
        )
        return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("emulator") / "log"
    environment = {**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "LAMBDA_EXECUTOR": "local"}
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "ministack"], env=environment, stdout=out, stderr=out)
    try:
        _wait(f"http://127.0.0.1:{port}/_ministack/health", process)
        yield Emulator(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the emulator did not start")


def template(layer: str, context: Context, **options: object) -> SynthesizedTemplate:
    classes = {"control": "Control", "infra": "Infra", "compute": "Compute"}
    if kinds := METRIC_MATH.get(layer):
        options.setdefault("monitoring", {"alarms": {kind: {"enabled": False} for kind in kinds}})
    config = StackSetConfig(layer, f"blueprints.{layer}:{classes[layer]}", tuple(options.items()))
    return synthesize(config, context, base_dir=ROOT)


@pytest.fixture(scope="module")
def deployed(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All three layers in one region, the code uploaded in between."""
    app = package(ROOT / "sample" / "app", name="app", into=tmp_path_factory.mktemp("packages"))
    # One account for everything: the emulator alone does not read code across accounts.
    context = replace(CONTEXT, home_account=TARGET, artifacts={"app": app.sha256})
    control = emulator.deploy(template("control", context, accounts=[TARGET]), "control")
    key = f"artifacts/app/{app.sha256}.zip"
    put = emulator.client("s3").put_object(Bucket=control["ArtifactBucket"], Key=key, Body=app.path.read_bytes())
    given = {
        "ReferenceRegion": "true",
        "RegionRole": "primary",
        "ArtifactBucketPrefix": f"{context.prefix}-{context.home_account}",
        "Release": context.release,
        "CodeAppKey": key,
        "CodeAppVersion": put["VersionId"],
    }
    infra = emulator.deploy(template("infra", context), "infra", **given)
    compute = emulator.deploy(template("compute", context), "compute", **given)
    return {"context": context, "given": given, "control": control, "infra": infra, "compute": compute}


def call(emulator: Emulator, api: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    # The emulator finds an API of another account only in requests signed by that account.
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    data = json.dumps(body).encode() if body is not None else None
    url = f"{emulator.url}/_aws/execute-api/{api}/$default{path}"
    signed = AWSRequest(method, url, data=data)
    SigV4Auth(Credentials(TARGET, "x"), "execute-api", REGION).add_auth(signed)
    request = urllib.request.Request(url, data, dict(signed.headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_infra_names_the_targets_of_both_hosts(deployed: dict[str, Any]) -> None:
    infra = deployed["infra"]

    assert infra["SharedTarget"] != infra["RegionalTarget"]
    assert all(infra[name].endswith(".amazonaws.com") for name in ("SharedTarget", "RegionalTarget"))
    assert infra["TableName"] == "sample-production-data"


def test_the_api_answers_from_the_function_of_its_region(emulator: Emulator, deployed: dict[str, Any]) -> None:
    api = deployed["compute"]["ApiId"]

    status, body = call(emulator, api, "GET", "/health")

    assert (status, body) == (200, {"status": "ok", "region": REGION, "release": CONTEXT.release})


def test_an_order_is_stored_and_read_back(emulator: Emulator, deployed: dict[str, Any]) -> None:
    api = deployed["compute"]["ApiId"]
    created, order = call(emulator, api, "POST", "/orders", {"item": "tea", "quantity": 2})
    read, same = call(emulator, api, "GET", f"/orders/{order['order']['id']}")
    listed, page = call(emulator, api, "GET", "/orders")

    assert (created, read, listed) == (201, 200, 200)
    assert same["order"] == order["order"]
    assert order["order"] in page["orders"]


def test_a_stack_runs_exactly_the_synthesized_template(emulator: Emulator, deployed: dict[str, Any]) -> None:
    stored = emulator.client("cloudformation").get_template(StackName="infra")["TemplateBody"]

    assert template_digest(json.dumps(stored)) == template("infra", deployed["context"]).digest


def test_a_new_release_publishes_a_version_and_moves_the_alias(emulator: Emulator, deployed: dict[str, Any]) -> None:
    before = deployed["compute"]["FunctionVersion"]
    release = "fedcba987654"
    context = replace(deployed["context"], release=release)

    after = emulator.deploy(template("compute", context), "compute", **{**deployed["given"], "Release": release})
    _, body = call(emulator, after["ApiId"], "GET", "/health")

    assert int(after["FunctionVersion"]) == int(before) + 1
    assert after["ApiId"] == deployed["compute"]["ApiId"]
    assert body["release"] == release


def test_functions_with_blocks_are_made_and_keep_their_alias_over_releases(
    emulator: Emulator, deployed: dict[str, Any]
) -> None:
    context = replace(deployed["context"], application="blocks", host="blocks.fed.dev")
    given = deployed["given"]
    options = {
        "functions": {
            "app": {
                "asynchronous": {"retry_attempts": 1, "maximum_event_age": 60, "on_failure": {"function": "lost"}},
                "metrics_namespace": "shop",
                "insights": True,
            },
            "lost": {},
        }
    }
    emulator.deploy(
        template("infra", context, images={"repositories": ["app"], "replicate": False}), "b-infra", **given
    )
    before = emulator.deploy(template("compute", context, **options), "b-compute", **given)
    api = emulator.client("lambda")
    bounded = api.get_function_event_invoke_config(FunctionName="blocks-production-app", Qualifier="live")

    options["functions"]["app"]["asynchronous"] = {"retry_attempts": 0}
    after = emulator.deploy(template("compute", context, **options), "b-compute", **given)
    rebounded = api.get_function_event_invoke_config(FunctionName="blocks-production-app", Qualifier="live")

    assert (bounded["MaximumRetryAttempts"], bounded["MaximumEventAgeInSeconds"]) == (1, 60)
    assert bounded["DestinationConfig"]["OnFailure"]["Destination"].endswith(":function:blocks-production-lost:live")
    assert rebounded["MaximumRetryAttempts"] == 0
    # The destination is granted in the role, and the settings are the alias's: no new version for them.
    assert after["FunctionVersion"] == before["FunctionVersion"]
    layers = api.get_function_configuration(FunctionName="blocks-production-app", Qualifier="live")["Layers"]
    assert [one["Arn"] for one in layers] == [
        f"arn:aws:lambda:{REGION}:580247275435:layer:LambdaInsightsExtension-Arm64:20"
    ]
    repositories = emulator.client("ecr").describe_repositories()["repositories"]
    assert [one["repositoryName"] for one in repositories] == ["blocks-production/app"]
