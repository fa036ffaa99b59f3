"""Queues, topics, buses, schedules, workflows, and what calls functions."""

from __future__ import annotations

from blueprints.access.grants.grant import Grant, passed_to

_QUEUES = Grant(
    "Queues",
    (
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ListQueueTags",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:UntagQueue",
    ),
    ("sqs:*:{account}:{p}-*",),
)
_TOPICS = Grant(
    "Topics",
    (
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetDataProtectionPolicy",
        "sns:GetSubscriptionAttributes",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
        "sns:SetSubscriptionAttributes",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:Unsubscribe",
        "sns:UntagResource",
    ),
    ("sns:*:{account}:{p}-*",),
)
_BUSES = Grant(
    "Buses",
    (
        "events:CreateArchive",
        "events:CreateEventBus",
        "events:DeleteArchive",
        "events:DeleteEventBus",
        "events:DeleteRule",
        "events:DescribeArchive",
        "events:DescribeEventBus",
        "events:DescribeRule",
        "events:ListTagsForResource",
        "events:ListTargetsByRule",
        # An archive is filled by a rule that EventBridge keeps on the bus in the name of whoever makes it.
        "events:PutRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:TagResource",
        "events:UntagResource",
        "events:UpdateArchive",
        "events:UpdateEventBus",
    ),
    (
        "events:*:{account}:archive/{p}-*",
        "events:*:{account}:event-bus/{p}-*",
        "events:*:{account}:rule/{p}-*",
        "events:*:{account}:rule/{p}-*/*",
    ),
)
_SCHEDULES = Grant(
    "Schedules",
    (
        "scheduler:CreateSchedule",
        "scheduler:CreateScheduleGroup",
        "scheduler:DeleteSchedule",
        "scheduler:DeleteScheduleGroup",
        "scheduler:GetSchedule",
        "scheduler:GetScheduleGroup",
        "scheduler:ListTagsForResource",
        "scheduler:TagResource",
        "scheduler:UntagResource",
        "scheduler:UpdateSchedule",
    ),
    ("scheduler:*:{account}:schedule-group/{p}", "scheduler:*:{account}:schedule/{p}/*"),
)
_WORKFLOWS = (
    Grant(
        "Workflows",
        (
            "states:CreateStateMachine",
            "states:DeleteStateMachine",
            "states:DescribeStateMachine",
            "states:ListStateMachineVersions",
            "states:ListTagsForResource",
            "states:TagResource",
            "states:UntagResource",
            "states:UpdateStateMachine",
        ),
        ("states:*:{account}:stateMachine:{p}-*",),
    ),
    Grant(
        "WorkflowLogs",
        (
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DeleteRetentionPolicy",
            "logs:DescribeIndexPolicies",
            "logs:GetDataProtectionPolicy",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ),
        ("logs:*:{account}:log-group:/aws/vendedlogs/states/{p}-*",),
    ),
)
# Lambda knows the function of a mapping only by a condition key, and reading one by no resource at all.
_SOURCES = (
    Grant(
        "Sources",
        (
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:UpdateEventSourceMapping",
        ),
        ("*",),
        (("ArnLike", (("lambda:FunctionArn", ("arn:*:lambda:*:*:function:{p}-*",)),)),),
    ),
    Grant("SourceReads", ("lambda:GetEventSourceMapping", "lambda:ListTags", "lambda:TagResource"), ("*",)),
)
_PERMISSIONS = Grant(
    "Permissions",
    ("lambda:AddPermission", "lambda:GetPolicy", "lambda:RemovePermission"),
    ("lambda:*:{account}:function:{p}-*",),
)
# CloudFormation asks the inline function with the rights of whoever makes the stack.
_QUESTIONS = Grant("SetupFunctions", ("lambda:InvokeFunction",), ("lambda:*:{account}:function:{p}-*--setup",))


GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::CloudFormation::CustomResource": (_QUESTIONS,),
    "AWS::Events::Archive": (_BUSES,),
    "AWS::Events::EventBus": (_BUSES,),
    "AWS::Events::Rule": (_BUSES, passed_to("RolesForRules", "events.amazonaws.com")),
    "AWS::Lambda::EventSourceMapping": _SOURCES,
    "AWS::Lambda::Permission": (_PERMISSIONS,),
    "AWS::SNS::Subscription": (_TOPICS,),
    "AWS::SNS::Topic": (_TOPICS,),
    "AWS::SNS::TopicPolicy": (_TOPICS,),
    "AWS::SQS::Queue": (_QUEUES,),
    "AWS::SQS::QueuePolicy": (_QUEUES,),
    "AWS::Scheduler::Schedule": (_SCHEDULES, passed_to("RolesForSchedules", "scheduler.amazonaws.com")),
    "AWS::Scheduler::ScheduleGroup": (_SCHEDULES,),
    "AWS::StepFunctions::StateMachine": (
        *_WORKFLOWS,
        passed_to("RolesForWorkflows", "states.amazonaws.com"),
    ),
}
