"""A private embedded AWS, and the sample application for any number of accounts and regions in it."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator import app, local

if TYPE_CHECKING:
    from orchestrator.app.deployment import Verb
    from orchestrator.aws.sessions import Call
    from orchestrator.core.plan import Plan
    from orchestrator.core.run import Run

REPOSITORY = Path(__file__).resolve().parents[1]
HOME_REGION = "us-west-2"
PRIMARY = "us-east-1"
_STANDBYS = (
    "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2", "us-east-2", "us-west-1", "eu-west-2", "eu-west-3",
    "eu-north-1", "ca-central-1", "sa-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1",
    "ap-south-1", "eu-south-1", "ap-east-1", "af-south-1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """infra and compute in each of `accounts` x `regions`."""

    accounts: int
    regions: int

    @property
    def instances(self) -> int:
        """Stack instances of the target accounts; the control layer's are not counted."""
        return 2 * self.accounts * self.regions

    @property
    def account_ids(self) -> tuple[str, ...]:
        """12 digits each."""
        return tuple(f"{100_000_000_000 + number}" for number in range(1, self.accounts + 1))

    @property
    def region_names(self) -> tuple[str, ...]:
        """The primary first."""
        return (PRIMARY, *_STANDBYS[: self.regions - 1])


@dataclass(slots=True)
class World:
    """One running embedded AWS. `calls` collects every AWS request that the product sends from this process."""

    shape: Shape
    folder: Path
    aws: local.LocalAws
    calls: list[Call] = field(default_factory=list)
    _undertaking: app.Undertaking | None = None

    @property
    def settings(self) -> app.Settings:
        """What the command line would make of `--local --config regions.yaml`."""
        return app.Settings(
            config=self.folder / "regions.yaml", local=True, state_dir=self.folder / "state", on_call=self.calls.append
        )

    def client(self, service: str, *, region: str = HOME_REGION, account: str = local.HOME_ACCOUNT) -> Any:
        """A boto3 client of the embedded AWS."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.aws.endpoint_url,
            aws_access_key_id=account,
            aws_secret_access_key="local",
            config=Config(s3={"addressing_style": "path"}, proxies={}),
        )

    def counted_plan(self, verb: Verb = "deploy") -> tuple[Plan, Counter[str]]:
        """A plan, and the calls that it took by operation."""
        self.calls.clear()
        self._undertaking = app.undertake(self.settings, verb=verb)
        plan = self._undertaking.plan()
        return plan, by_operation(self.calls)

    def carry_out(self, plan: Plan, *, fails: bool = False) -> tuple[Run, Counter[str]]:
        """Carry out the plan that was just made, and count; a run that ends otherwise is a failed benchmark."""
        assert self._undertaking is not None
        self.calls.clear()
        run = self._undertaking.carry_out(plan, on_event=lambda _event: None)
        failed = [f"{step.id}: {step.reason}" for step in run.steps if step.status.value != "succeeded"]
        if bool(failed) is not fails:
            raise SystemExit(
                "\n".join([f"the benchmark's run {'failed' if failed else 'should have failed'}:", *failed])
            )
        return run, by_operation(self.calls)

    def bootstrap(self) -> None:
        """Roles and artifact buckets."""
        self.carry_out(self.counted_plan("bootstrap")[0])

    def deploy(self) -> None:
        """The sample application, everywhere."""
        self.bootstrap()
        self.carry_out(self.counted_plan()[0])

    def delay_answers(self, seconds: float) -> None:
        """From now on every AWS answer comes that much later."""
        self.break_with(kind="latency", seconds=seconds)

    def break_with(self, **fault: Any) -> None:
        """Sets a fault of the embedded AWS."""
        body = json.dumps(fault).encode()
        urllib.request.urlopen(f"{self.aws.endpoint_url}/_orchestrator/faults", data=body).close()

    def mend(self) -> None:
        """Removes every fault."""
        request = urllib.request.Request(f"{self.aws.endpoint_url}/_orchestrator/faults", method="DELETE")
        urllib.request.urlopen(request).close()

    def change_code(self, text: str) -> None:
        """A new release: one comment more in the application's code."""
        with (self.folder / "app" / "app.py").open("a") as file:
            file.write(f"# {text}\n")


@contextlib.contextmanager
def world(shape: Shape, *, clock_factor: float = 1.0) -> Iterator[World]:
    """Starts an embedded AWS beside a copy of the sample application; stops it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    write_project(folder, shape)
    state = folder / "state" / "local"
    made = World(shape, folder, local.up(state, clock_factor=clock_factor))
    try:
        yield made
    finally:
        local.down(state)
        shutil.rmtree(folder, ignore_errors=True)


def write_project(folder: Path, shape: Shape, *, compute: str = "blueprints.compute:Compute") -> None:
    """regions.yaml and a copy of the sample application."""
    folder.mkdir(exist_ok=True)
    (folder / "regions.yaml").write_text(_regions_yaml(shape, compute))
    shutil.copytree(REPOSITORY / "sample" / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))


def by_operation(calls: list[Call]) -> Counter[str]:
    """`cloudformation:DescribeStacks` -> how often."""
    return Counter(f"{one.service}:{one.operation}" for one in calls)


def _regions_yaml(shape: Shape, compute: str) -> str:
    regions = "".join(f"  {name}: {{role: secondary}}\n" for name in shape.region_names[1:])
    accounts = ", ".join(f'"{one}"' for one in shape.account_ids)
    return f"""application: sample
partition: aws
home_region: {HOME_REGION}
reference_region: {HOME_REGION}
regions:
  {PRIMARY}: {{role: primary}}
{regions}environments:
  production:
    accounts: [{accounts}]
    host: "{{account}}.sample.fed.dev"
    hosted_zone: fed.dev
code:
  app: {{path: app}}
stack_sets:
  infra: {{blueprint: "blueprints.infra:Infra"}}
  compute: {{blueprint: "{compute}"}}
"""
