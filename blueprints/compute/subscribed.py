"""Topics and events that call a function's alias; what cannot be delivered goes to the queue that infra made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.roles import add_role
from blueprints.compute.wiring import add_permission
from blueprints.compute.workflows import workflow_arn
from blueprints.faults import Fault
from blueprints.messaging_names import EVENTS, SNS, rule_name, topic_arn, undelivered_arn
from blueprints.naming import BUS_LIMIT, resource_name
from blueprints.options import option, plain
from blueprints.parameters import camel
from blueprints.subscription_filters import FILTER_SCOPES, filter_properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context


@dataclass(frozen=True, slots=True)
class TopicSource:
    """A standard topic of infra and the function that each message calls."""

    function: str = option(doc="Function to call, by its name.")
    topic: str = option("", "Topic, as named in infra; by default the source's own name.")
    filter: Mapping[str, object] = option({}, "SNS filter policy; without one, everything.")
    filter_scope: str = option("MessageAttributes", "What the filter looks at.", choices=FILTER_SCOPES)


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Events on a bus of infra that call a function or start a workflow."""

    bus: str = option(doc="Bus, as named in infra.")
    pattern: Mapping[str, object] = option(doc="EventBridge event pattern.")
    function: str = option("", "Function to call, by its name; or `workflow`.")
    workflow: str = option("", "Workflow to start, by its name; or `function`.")
    retries: int = option(185, "Tries after the first.", minimum=0, maximum=185)
    max_age: int = option(86400, "Seconds after which an event is given up.", minimum=60, maximum=86400)

    def faults(self) -> Iterator[Fault]:
        """Not exactly one thing to start."""
        if bool(self.function) == bool(self.workflow):
            yield Fault("function", "one of `function` and `workflow` is started", "give one of the two")


def add_topic_source(
    template: Template, context: Context, name: str, source: TopicSource, function: PublishedFunction
) -> None:
    """The subscription, and the permission that SNS needs."""
    from troposphere.sns import SubscriptionResource

    topic, title = source.topic or name, f"Topic{camel(name)}"
    arn = topic_arn(context, topic)
    permission = add_permission(template, f"{title}Permission", function, service=SNS, source=arn)
    template.add_resource(
        SubscriptionResource(
            f"{title}Subscription",
            DependsOn=[permission],
            TopicArn=arn,
            Protocol="lambda",
            Endpoint=function.alias,
            RedrivePolicy={"deadLetterTargetArn": undelivered_arn(context, topic)},
            **filter_properties(source.filter, source.filter_scope),
        )
    )


def add_rule_source(
    template: Template, context: Context, name: str, source: RuleSource, function: PublishedFunction | None
) -> None:
    """The rule. A workflow is started through a role; for functions EventBridge takes none and needs a permission."""
    from troposphere import GetAtt

    title = f"Rule{camel(name)}"
    if function is not None:
        _add_rule(template, context, name, source, {"Id": source.function, "Arn": function.alias})
        add_permission(template, f"{title}Permission", function, service=EVENTS, source=GetAtt(title, "Arn"))
        return
    workflow = workflow_arn(context, source.workflow)
    role = add_role(
        template,
        context,
        f"{title}Role",
        name=f"rule-{name}",
        service=EVENTS,
        statements=[{"Effect": "Allow", "Action": ["states:StartExecution"], "Resource": workflow}],
    )
    target = {"Id": source.workflow, "Arn": workflow, "RoleArn": GetAtt(role, "Arn")}
    _add_rule(template, context, name, source, target)


def called_rule_name(context: Context, name: str, source: RuleSource) -> str:
    """The full name of a rule of compute: a rule of the same name in infra is another one."""
    return rule_name(context, source.bus, f"{name}-call")


def _add_rule(
    template: Template, context: Context, name: str, source: RuleSource, target: Mapping[str, object]
) -> None:
    from troposphere.events import DeadLetterConfig, RetryPolicy, Rule, Target

    template.add_resource(
        Rule(
            f"Rule{camel(name)}",
            Name=called_rule_name(context, name, source),
            EventBusName=resource_name(context, source.bus, BUS_LIMIT),
            EventPattern=plain(source.pattern),
            Targets=[
                Target(
                    **target,
                    DeadLetterConfig=DeadLetterConfig(Arn=undelivered_arn(context, source.bus)),
                    RetryPolicy=RetryPolicy(
                        MaximumRetryAttempts=source.retries, MaximumEventAgeInSeconds=source.max_age
                    ),
                )
            ],
        )
    )
