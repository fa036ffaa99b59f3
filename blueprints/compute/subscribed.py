"""Topics and events that call a function's alias; what cannot be delivered goes to the queue that infra made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.wiring import add_permission
from blueprints.messaging_names import EVENTS, SNS, rule_name, topic_arn, undelivered_arn
from blueprints.naming import BUS_LIMIT, resource_name
from blueprints.options import option, plain
from blueprints.parameters import camel
from blueprints.subscription_filters import FILTER_SCOPES, filter_properties

if TYPE_CHECKING:
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
    """Events on a bus of infra that call a function."""

    function: str = option(doc="Function to call, by its name.")
    bus: str = option(doc="Bus, as named in infra.")
    pattern: Mapping[str, object] = option(doc="EventBridge event pattern.")
    retries: int = option(185, "Tries after the first.", minimum=0, maximum=185)
    max_age: int = option(86400, "Seconds after which an event is given up.", minimum=60, maximum=86400)


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
    template: Template, context: Context, name: str, source: RuleSource, function: PublishedFunction
) -> None:
    """The rule, and the permission that EventBridge needs: for functions it takes no role."""
    from troposphere import GetAtt
    from troposphere.events import DeadLetterConfig, RetryPolicy, Rule, Target

    title = f"Rule{camel(name)}"
    rule = template.add_resource(
        Rule(
            title,
            # In compute, so that a rule of the same name in infra is another one.
            Name=rule_name(context, source.bus, f"{name}-call"),
            EventBusName=resource_name(context, source.bus, BUS_LIMIT),
            EventPattern=plain(source.pattern),
            Targets=[
                Target(
                    Id=source.function,
                    Arn=function.alias,
                    DeadLetterConfig=DeadLetterConfig(Arn=undelivered_arn(context, source.bus)),
                    RetryPolicy=RetryPolicy(
                        MaximumRetryAttempts=source.retries, MaximumEventAgeInSeconds=source.max_age
                    ),
                )
            ],
        )
    )
    add_permission(template, f"{title}Permission", function, service=EVENTS, source=GetAtt(rule, "Arn"))
