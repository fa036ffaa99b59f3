"""What functions can have besides: warm ones, bounded events, shifted releases, container images."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, linked_role, passed_to

_WARM = (
    Grant(
        "WarmFunctions",
        (
            "application-autoscaling:DeleteScalingPolicy",
            "application-autoscaling:DeleteScheduledAction",
            "application-autoscaling:DeregisterScalableTarget",
            "application-autoscaling:ListTagsForResource",
            "application-autoscaling:PutScalingPolicy",
            "application-autoscaling:PutScheduledAction",
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:TagResource",
            "application-autoscaling:UntagResource",
        ),
        ("application-autoscaling:*:{account}:scalable-target/*",),
    ),
    Grant(
        "WarmFunctionsReads",
        (
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "application-autoscaling:DescribeScheduledActions",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:GetMetricData",
        ),
        ("*",),
    ),
    Grant(
        "WarmFunctionsAlarms",
        ("cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"),
        # The names that target tracking gives its alarms.
        ("cloudwatch:*:{account}:alarm:TargetTracking-function:{p}-*",),
    ),
    Grant(
        "WarmFunctionsNumbers",
        (
            "lambda:DeleteProvisionedConcurrencyConfig",
            "lambda:GetProvisionedConcurrencyConfig",
            "lambda:PutProvisionedConcurrencyConfig",
        ),
        ("lambda:*:{account}:function:{p}-*",),
    ),
    linked_role("WarmFunctionsRole", "lambda.application-autoscaling.amazonaws.com"),
)

_EVENTS = Grant(
    "FunctionEvents",
    (
        "lambda:DeleteFunctionEventInvokeConfig",
        "lambda:GetFunctionEventInvokeConfig",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:UpdateFunctionEventInvokeConfig",
    ),
    ("lambda:*:{account}:function:{p}-*",),
)

_RELEASES = Grant(
    "Releases",
    (
        "codedeploy:CreateApplication",
        "codedeploy:CreateDeployment",
        "codedeploy:CreateDeploymentGroup",
        "codedeploy:DeleteApplication",
        "codedeploy:DeleteDeploymentGroup",
        "codedeploy:GetApplication",
        "codedeploy:GetApplicationRevision",
        "codedeploy:GetDeployment",
        "codedeploy:GetDeploymentConfig",
        "codedeploy:GetDeploymentGroup",
        "codedeploy:ListDeployments",
        "codedeploy:ListTagsForResource",
        "codedeploy:RegisterApplicationRevision",
        "codedeploy:StopDeployment",
        "codedeploy:TagResource",
        "codedeploy:UntagResource",
        "codedeploy:UpdateDeploymentGroup",
    ),
    (
        "codedeploy:*:{account}:application:{p}",
        "codedeploy:*:{account}:deploymentgroup:{p}/*",
        "codedeploy:*:{account}:deploymentconfig:CodeDeployDefault.Lambda*",
    ),
)
_ROLES_OF_RELEASES = passed_to("RolesForReleases", "codedeploy.amazonaws.com")

_IMAGES = Grant(
    "Images",
    (
        # Whoever makes a function from an image must be able to read it.
        "ecr:BatchGetImage",
        "ecr:CreateRepository",
        "ecr:DeleteRepository",
        "ecr:DeleteRepositoryPolicy",
        "ecr:DescribeRepositories",
        "ecr:GetDownloadUrlForLayer",
        "ecr:GetLifecyclePolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:ListTagsForResource",
        "ecr:PutImageScanningConfiguration",
        "ecr:PutImageTagMutability",
        "ecr:SetRepositoryPolicy",
        "ecr:TagResource",
        "ecr:UntagResource",
    ),
    ("ecr:*:{account}:repository/{p}/*",),
)
_COPIES_OF_IMAGES = (
    Grant("ImageReplication", ("ecr:DescribeRegistry", "ecr:PutReplicationConfiguration"), ("*",)),
    linked_role("ImageReplicationRole", "replication.ecr.amazonaws.com"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": _WARM,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _WARM,
    "AWS::CodeDeploy::Application": (_RELEASES,),
    "AWS::CodeDeploy::DeploymentGroup": (_RELEASES, _ROLES_OF_RELEASES),
    "AWS::ECR::ReplicationConfiguration": _COPIES_OF_IMAGES,
    "AWS::ECR::Repository": (_IMAGES,),
    "AWS::Lambda::EventInvokeConfig": (_EVENTS,),
}
