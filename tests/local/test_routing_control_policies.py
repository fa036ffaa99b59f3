"""What the role's policy lets it do with routing controls, where the embedded AWS enforces IAM."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprints.access.levers import lever_grants
from blueprints.access.statements import statements
from tests.blueprints.context import CONTEXT
from tests.embedded import Embedded, embedded_aws
from tests.local.test_routing_controls import arn, entry

OWN, FOREIGN = arn("00000own"), arn("0foreign")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The cluster for a user with the grants of levers."""
    pytest.importorskip("ministack")
    with embedded_aws(tmp_path_factory.mktemp("guarded"), enforce_iam=True) as embedded:
        yield client(embedded, key(embedded))


def key(embedded: Embedded) -> dict[str, str]:
    iam = embedded.client("iam", secret="test")
    iam.create_user(UserName="levers")
    parts = statements(CONTEXT, lever_grants(CONTEXT, (OWN,)))
    policy = json.dumps({"Version": "2012-10-17", "Statement": parts}, default=lambda one: one.to_dict()["Fn::Sub"])
    policy = policy.replace("${AWS::Partition}", "aws")
    iam.put_user_policy(UserName="levers", PolicyName="levers", PolicyDocument=policy)
    made: dict[str, str] = iam.create_access_key(UserName="levers")["AccessKey"]
    return made


def client(embedded: Embedded, made: dict[str, str]) -> Any:
    return embedded.client("route53-recovery-cluster", account=made["AccessKeyId"], secret=made["SecretAccessKey"])


def refusal(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_own_controls_may_be_moved_and_read(cluster: Any) -> None:
    cluster.update_routing_control_states(UpdateRoutingControlStateEntries=[entry(OWN, "On")])

    assert cluster.get_routing_control_state(RoutingControlArn=OWN)["RoutingControlState"] == "On"


def test_controls_of_others_may_not_be_moved_not_even_together_with_own_ones(cluster: Any) -> None:
    with pytest.raises(ClientError) as refused:
        cluster.update_routing_control_states(UpdateRoutingControlStateEntries=[entry(OWN, "On"), entry(FOREIGN, "On")])

    assert refusal(refused) == "AccessDeniedException"


def test_safety_rules_may_not_be_overridden(cluster: Any) -> None:
    with pytest.raises(ClientError) as refused:
        cluster.update_routing_control_states(
            UpdateRoutingControlStateEntries=[entry(OWN, "Off")], SafetyRulesToOverride=["arn:aws:rule"]
        )

    assert refusal(refused) == "AccessDeniedException"
