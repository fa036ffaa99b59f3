"""Clusters, services, load balancers, and the numbers of tasks. Log groups of services have theirs in `network`."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, linked_role, passed_to
from blueprints.access.grants.network import GRANTS as NETWORK

PASSED_TO: tuple[str, ...] = ("ecs-tasks.amazonaws.com",)

_CLUSTERS = Grant(
    "Clusters",
    (
        "ecs:DeleteCluster",
        "ecs:DescribeClusters",
        "ecs:ListTagsForResource",
        "ecs:PutClusterCapacityProviders",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateCluster",
        "ecs:UpdateClusterSettings",
    ),
    ("ecs:*:{account}:cluster/{p}",),
)
# These know no resource: of a cluster before it is there, and of a task definition that is given up.
_CONTAINERS_WITHOUT_NAME = Grant(
    "ContainersWithoutName",
    ("ecs:CreateCluster", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListClusters"),
    ("*",),
)
_TASKS = Grant(
    "TaskDefinitions",
    ("ecs:RegisterTaskDefinition", "ecs:ListTagsForResource", "ecs:TagResource", "ecs:UntagResource"),
    ("ecs:*:{account}:task-definition/{p}-*",),
)
_SERVICES = Grant(
    "Services",
    (
        "ecs:CreateService",
        "ecs:DeleteService",
        "ecs:DescribeServiceDeployments",
        "ecs:DescribeServiceRevisions",
        "ecs:DescribeServices",
        "ecs:ListServiceDeployments",
        "ecs:ListTagsForResource",
        "ecs:StopServiceDeployment",
        "ecs:TagResource",
        "ecs:UntagResource",
        "ecs:UpdateService",
    ),
    (
        "ecs:*:{account}:service/{p}/{p}-*",
        "ecs:*:{account}:service-deployment/{p}/{p}-*",
        "ecs:*:{account}:service-revision/{p}/{p}-*",
    ),
)
_SERVICE_ROLE = linked_role("ContainerServiceRole", "ecs.amazonaws.com")

# Names of load balancers and target groups have 32 characters: a long prefix is cut, behind which a digest begins.
_CUT = "{p:.23}"
_BALANCERS = (
    Grant(
        "LoadBalancers",
        (
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:CreateLoadBalancer",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:CreateTargetGroup",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:DeleteLoadBalancer",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:ModifyRule",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:RemoveTags",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
        ),
        (
            f"elasticloadbalancing:*:{{account}}:listener/app/{_CUT}*",
            f"elasticloadbalancing:*:{{account}}:listener-rule/app/{_CUT}*",
            f"elasticloadbalancing:*:{{account}}:loadbalancer/app/{_CUT}*",
            f"elasticloadbalancing:*:{{account}}:targetgroup/{_CUT}*",
        ),
    ),
    Grant(
        "LoadBalancerReads",
        (
            "elasticloadbalancing:DescribeCapacityReservation",
            "elasticloadbalancing:DescribeListenerAttributes",
            "elasticloadbalancing:DescribeListenerCertificates",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ),
        ("*",),
    ),
    linked_role("LoadBalancerRole", "elasticloadbalancing.amazonaws.com"),
)
_PASSED = passed_to("RolesForTasks", *PASSED_TO)

# What registers and reads them is granted with the warm ones of functions.
_NUMBERS = (
    Grant(
        "TaskNumbersAlarms",
        ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"),
        # The names that target tracking gives its alarms.
        ("cloudwatch:*:{account}:alarm:TargetTracking-service/{p}/*",),
    ),
    Grant("TaskNumbers", ("ecs:DescribeServices", "ecs:UpdateService"), ("ecs:*:{account}:service/{p}/{p}-*",)),
    linked_role("TaskNumbersRole", "ecs.application-autoscaling.amazonaws.com"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": _NUMBERS,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _NUMBERS,
    "AWS::ECS::Cluster": (_CLUSTERS, _CONTAINERS_WITHOUT_NAME, _SERVICE_ROLE),
    "AWS::ECS::Service": (
        _SERVICES,
        _CONTAINERS_WITHOUT_NAME,
        _SERVICE_ROLE,
        _PASSED,
        *NETWORK["AWS::EC2::Subnet"][:1],
    ),
    "AWS::ECS::TaskDefinition": (
        _TASKS,
        _CONTAINERS_WITHOUT_NAME,
        _PASSED,
        *(one for one in NETWORK["AWS::EC2::FlowLog"] if one.sid == "LogGroupsOfNetworksAndServices"),
    ),
    "AWS::ElasticLoadBalancingV2::Listener": _BALANCERS,
    "AWS::ElasticLoadBalancingV2::ListenerRule": _BALANCERS,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (*_BALANCERS, *NETWORK["AWS::EC2::Subnet"][:1]),
    "AWS::ElasticLoadBalancingV2::TargetGroup": _BALANCERS,
}
