"""The topic that hears of alarms, encrypted with a key that CloudWatch may use, and who hears of it from there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.naming import ALARM_TOPIC, TOPIC_LIMIT, resource_name
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import GetAtt, Sub, Template

    from blueprints.context import Context

CLOUDWATCH = "cloudwatch.amazonaws.com"

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEBHOOK = re.compile(r"https://\S+|\{\{resolve:(ssm|secretsmanager):\S+\}\}")


@dataclass(frozen=True, slots=True)
class AlarmTopicOptions:
    """Who is told. Each must confirm before anything is sent: by the link in the mail, or by asking SubscribeURL."""

    emails: tuple[str, ...] = option((), "Addresses.", unique=True)
    webhooks: tuple[str, ...] = option(
        (), "`https://` addresses; one that holds a secret as `{{resolve:ssm:/name}}`, never as text.", unique=True
    )
    elsewhere: bool = option(False, "Somebody else subscribes to the topic: nobody need be named here.")

    def faults(self) -> Iterator[Fault]:
        """What SNS would refuse when it is too late, and a topic that tells nobody."""
        if not (self.emails or self.webhooks or self.elsewhere):
            yield Fault("", "tells nobody", "give `emails` or `webhooks`, or write `elsewhere: true`")
        for at, one in enumerate(self.emails):
            if not _EMAIL.fullmatch(one):
                yield Fault(f"emails[{at}]", f"{one!r} is no address", "write name@example.com")
        for at, one in enumerate(self.webhooks):
            if not _WEBHOOK.fullmatch(one):
                yield Fault(f"webhooks[{at}]", f"{one!r} is no address", "write https://... or {{resolve:ssm:/name}}")


def add_alarm_topic(template: Template, context: Context, options: AlarmTopicOptions, *, key: GetAtt) -> None:
    """The topic `<prefix>-alarms` with its policy and subscriptions.

    `key` is the ARN of the region's key, whose policy must let CloudWatch use it: see `alarm_key_statement`. With the
    AWS managed key of SNS nothing would arrive, and no error would say so.
    https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    """
    from troposphere import Ref
    from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

    name = resource_name(context, ALARM_TOPIC, TOPIC_LIMIT)
    topic = Ref(template.add_resource(Topic("AlarmTopic", TopicName=name, KmsMasterKeyId=key)))
    document = {"Version": "2012-10-17", "Statement": _statements(context, topic)}
    template.add_resource(TopicPolicy("AlarmTopicPolicy", Topics=[topic], PolicyDocument=document))
    for protocol, endpoints in (("email", options.emails), ("https", options.webhooks)):
        for endpoint in endpoints:
            # Named by what it is, not by its place: taking one out must not make the others confirm again.
            title = f"AlarmTopicTo{sha256(f'{protocol} {endpoint}'.encode()).hexdigest()[:12]}"
            template.add_resource(SubscriptionResource(title, TopicArn=topic, Protocol=protocol, Endpoint=endpoint))


def alarm_key_statement(context: Context) -> dict[str, object]:
    """For the policy of the topic's key: this application's alarms, of this account, through CloudWatch."""
    return {
        "Sid": "AlarmsOfThisApplication",
        "Effect": "Allow",
        "Principal": {"Service": CLOUDWATCH},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": _alarms(context)}},
    }


def _statements(context: Context, topic: object) -> list[dict[str, object]]:
    return [
        {
            "Sid": "AlarmsOfThisApplication",
            "Effect": "Allow",
            "Principal": {"Service": CLOUDWATCH},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"ArnLike": {"aws:SourceArn": _alarms(context)}},
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]


def _alarms(context: Context) -> Sub:
    """The ARN names the account: nobody else's alarm is let in."""
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:{context.prefix}-*")
