"""Topics, standard and FIFO, with queues as subscribers and a queue for what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import FIFO, name_faults
from blueprints.faults import Fault, suggestion
from blueprints.infra.queues import Sender, add_catching_queue, queue_title
from blueprints.messaging_names import SNS, topic_arn, undelivered_name
from blueprints.naming import TOPIC_LIMIT, resource_name
from blueprints.options import option
from blueprints.parameters import camel
from blueprints.subscription_filters import FILTER_SCOPES, filter_properties

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Template

    from blueprints.context import Context


@dataclass(frozen=True, slots=True)
class SubscriptionOptions:
    """What of a topic goes to a queue, and how."""

    filter: Mapping[str, object] = option({}, "SNS filter policy; without one, everything.")
    filter_scope: str = option("MessageAttributes", "What the filter looks at.", choices=FILTER_SCOPES)
    raw: bool = option(True, "Deliver the message as it was published, without an envelope.")


@dataclass(frozen=True, slots=True)
class TopicOptions:
    """A topic; one whose name ends in `.fifo` keeps the order and has FIFO queues as subscribers only."""

    queues: Mapping[str, SubscriptionOptions] = option({}, "Queues that get a copy, by their names under `queues`.")
    content_based_deduplication: bool = option(False, "FIFO: the same content within five minutes is one message.")


def topic_title(name: str) -> str:
    """The logical id of a topic."""
    return f"Topic{camel(name)}"


def topic_senders(context: Context, topics: Mapping[str, TopicOptions]) -> dict[str, list[Sender]]:
    """Which topics send to a queue, by the queue's name."""
    senders: dict[str, list[Sender]] = {}
    for name, topic in topics.items():
        for queue in topic.queues:
            senders.setdefault(queue, []).append(Sender(SNS, topic_arn(context, name)))
    return senders


def add_topics(template: Template, context: Context, topics: Mapping[str, TopicOptions]) -> None:
    """Every topic with its policy, its subscriptions and its queue of undelivered messages.

    The queues it sends to must stand in the same template (see `topic_senders`). Encrypted with the AWS managed key of
    SNS: what the application's roles publish goes through; alarms and S3, which publish in their own name, do not.
    """
    for name, topic in topics.items():
        _add_topic(template, context, name, topic)
        add_catching_queue(template, context, undelivered_name(name), [Sender(SNS, topic_arn(context, name))])
        for queue, subscription in topic.queues.items():
            _add_subscription(template, name, queue, subscription)


def topic_faults(topics: Mapping[str, TopicOptions], queues: Collection[str]) -> Iterator[Fault]:
    """`queues` are the names of the queues that there will be."""
    yield from name_faults("topics", topics, fifo=True)
    for name, topic in topics.items():
        if topic.content_based_deduplication and not name.endswith(FIFO):
            path = f"topics.{name}.content_based_deduplication"
            yield Fault(path, "is for FIFO topics only", f"name the topic {name}{FIFO}")
        if undelivered_name(name) in queues:
            yield Fault(f"topics.{name}", f"makes a queue {undelivered_name(name)!r}, and there is one", "rename it")
        for queue in topic.queues:
            path = f"topics.{name}.queues.{queue}"
            if queue not in queues:
                yield Fault(path, f"there is no queue {queue!r}", suggestion(queue, queues))
            elif queue.endswith(FIFO) != name.endswith(FIFO):
                yield Fault(
                    path, "one of topic and queue keeps the order and one does not", "make both FIFO or neither"
                )


def _add_topic(template: Template, context: Context, name: str, options: TopicOptions) -> None:
    from troposphere import Ref, Sub
    from troposphere.sns import Topic, TopicPolicy

    topic = template.add_resource(
        Topic(
            topic_title(name),
            TopicName=resource_name(context, name, TOPIC_LIMIT),
            KmsMasterKeyId="alias/aws/sns",
            **({"FifoTopic": True} if name.endswith(FIFO) else {}),
            **({"ContentBasedDeduplication": True} if options.content_based_deduplication else {}),
        )
    )
    arn = Ref(topic)
    statements = [
        {
            # What the policy of a new topic says too: IAM of this account decides.
            "Sid": "AccountDecidesThroughIam",
            "Effect": "Allow",
            "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
            "Action": ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Publish", "sns:Subscribe"],
            "Resource": arn,
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    template.add_resource(TopicPolicy(f"{topic_title(name)}Policy", Topics=[arn], PolicyDocument=document))


def _add_subscription(template: Template, topic: str, queue: str, options: SubscriptionOptions) -> None:
    from troposphere import GetAtt, Ref
    from troposphere.sns import SubscriptionResource

    template.add_resource(
        SubscriptionResource(
            f"{topic_title(topic)}To{camel(queue)}",
            # Subscribed before the queue lets the topic in, the first messages would be lost.
            DependsOn=[f"{queue_title(queue)}Policy", f"{queue_title(undelivered_name(topic))}Policy"],
            TopicArn=Ref(topic_title(topic)),
            Protocol="sqs",
            Endpoint=GetAtt(queue_title(queue), "Arn"),
            RawMessageDelivery=options.raw,
            RedrivePolicy={"deadLetterTargetArn": GetAtt(queue_title(undelivered_name(topic)), "Arn")},
            **filter_properties(options.filter, options.filter_scope),
        )
    )
