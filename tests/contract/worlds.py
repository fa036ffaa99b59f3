"""One world twice, behind the same ports: the simulation in virtual time, the embedded AWS in its fast clock."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from orchestrator.aws import AwsPorts
from orchestrator.core.dns import HostedZone
from orchestrator.core.levers import Lever, LeverKind, alarm_rule
from orchestrator.core.metric_alarm import AlarmRule
from orchestrator.core.state import Targets
from orchestrator.ports import OperationInput, Ports, StackSetInput
from orchestrator.simulation import SimulatedAws, World
from tests.embedded import Embedded
from tests.local.failover import make_zone
from tests.local.stack_sets import make_roles
from tests.servers import eventually

HOME, ONE, TWO = "000000000000", "414141414141", "424242424242"
EAST, WEST = "us-east-1", "us-west-2"
_STEP_S = 1.0
_LONGEST_S = 900.0


class Contract(Protocol):
    """What the cases need of a world; `ports` are the only way to look at it and to change it."""

    ports: Ports | AwsPorts
    zone: HostedZone

    def until(self, condition: Callable[[], object]) -> bool:
        """Whether it comes true while time passes."""
        ...

    def failing(self, stack_set: str, account: str, region: str) -> AbstractContextManager[object]:
        """Within it CloudFormation fails the instances there."""
        ...

    def slow(self) -> AbstractContextManager[object]:
        """Within it an operation takes long enough for a second one to meet it."""
        ...

    def bucket(self, region: str) -> str:
        """A new versioned bucket."""
        ...

    def lever(self, kind: LeverKind) -> Lever:
        """A lever with its alarm, never moved."""
        ...


@dataclass
class Simulated:
    """In memory."""

    aws: SimulatedAws = field(
        default_factory=lambda: SimulatedAws(
            World(home_account=HOME, home_region=WEST, zone="contract.dev", instant=False)
        )
    )

    def __post_init__(self) -> None:
        self.ports: Ports | AwsPorts = self.aws.ports
        self.zone = HostedZone("ZONE1", "contract.dev")

    def until(self, condition: Callable[[], object]) -> bool:
        for _ in range(int(_LONGEST_S / _STEP_S)):
            if condition():
                return True
            self.aws.clock.sleep(_STEP_S)
        return False

    @contextlib.contextmanager
    def failing(self, stack_set: str, account: str, region: str) -> Iterator[None]:
        self.aws.faults.broken[(stack_set.rpartition("-")[2], account, region)] = "out of luck"
        yield
        self.aws.faults.broken.clear()

    def slow(self) -> AbstractContextManager[object]:
        return contextlib.nullcontext()

    def bucket(self, region: str) -> str:
        name = f"contract-{uuid.uuid4().hex[:8]}-{region}"
        assert self.aws.buckets.make(name, region)
        return name

    def lever(self, kind: LeverKind) -> Lever:
        return _lever(kind)


@dataclass
class OnEmbedded:
    """The emulator, through the gateways of AWS."""

    embedded: Embedded
    ports: Ports | AwsPorts

    def __post_init__(self) -> None:
        make_roles(self.embedded, ONE, TWO)
        self.zone = HostedZone(*make_zone(self.embedded))

    def until(self, condition: Callable[[], object]) -> bool:
        return eventually(condition, within_s=40)

    def failing(self, stack_set: str, account: str, region: str) -> AbstractContextManager[object]:
        return self.embedded.fault(kind="instance_fail", account=account, region=region, reason="out of luck")

    def slow(self) -> AbstractContextManager[object]:
        return self.embedded.fault(kind="latency", service="stacksets")

    def bucket(self, region: str) -> str:
        name, s3 = f"contract-{uuid.uuid4().hex[:8]}-{region}", self.embedded.client("s3", region)
        where = {} if region == EAST else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def lever(self, kind: LeverKind) -> Lever:
        lever = _lever(kind)
        rule: AlarmRule = alarm_rule(kind)
        self.embedded.client("cloudwatch", lever.place).put_metric_alarm(
            AlarmName=lever.alarm,
            Namespace=lever.namespace,
            MetricName=lever.metric,
            Statistic=rule.statistic,
            Period=int(rule.period_s),
            EvaluationPeriods=1,
            Threshold=rule.threshold,
            ComparisonOperator=rule.comparison,
            TreatMissingData=rule.missing.value,
        )
        return lever


def _lever(kind: LeverKind) -> Lever:
    return Lever(kind=kind, region=EAST, place=WEST, namespace=f"contract-{uuid.uuid4().hex[:8]}")


# -- what the cases send ------------------------------------------------------------------------------------------


def fresh(word: str) -> str:
    """A name that nothing in the shared world has."""
    return f"contract-{word}{uuid.uuid4().hex[:8]}"


def stack_set(name: str, *, version: str = "1", color: str = "red") -> StackSetInput:
    """A stack of one parameter and one topic that shows it."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "${Color} " + version}}}
    body = {"Parameters": {"Color": {"Type": "String", "Default": "grey"}}, "Resources": {"Topic": topic}}
    return StackSetInput(
        name=name,
        body=json.dumps(body),
        parameters={"Color": color},
        capabilities=(),
        tags={"contract": "yes"},
        administration_role_arn=f"arn:aws:iam::{HOME}:role/AWSCloudFormationStackSetAdministrationRole",
        execution_role="AWSCloudFormationStackSetExecutionRole",
    )


def operation(name: str, token: str, *regions: str, accounts: tuple[str, ...] = (ONE,)) -> OperationInput:
    """Where it goes; the token is unique within its stack set."""
    return OperationInput(stack_set=name, operation_id=token, targets=Targets(accounts=accounts), regions=regions)
