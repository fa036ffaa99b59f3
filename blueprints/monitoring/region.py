"""One alarm over all others of a layer: what a rollout waits for, and what wakes people once instead of ten times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import Fault, OptionsError
from blueprints.monitoring.kinds import CANARY
from blueprints.monitoring.watch import add_alarms
from blueprints.naming import ALARM_TOPIC, TOPIC_LIMIT, region_alarm_name, resource_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Sub, Template

    from blueprints.context import Context
    from blueprints.monitoring.options import AlarmsOptions
    from blueprints.monitoring.watch import Watch

RULE_LIMIT = 10_240


def add_watched(
    template: Template, context: Context, layer: str, watches: Sequence[Watch], options: AlarmsOptions
) -> tuple[str, ...]:
    """Every alarm of a layer and, when it is wanted, the one over them; returns the logical ids of the alarms.

    Alarms of canaries stand beside that one, and tell for themselves.
    """
    topic = [alarm_topic_arn(context)]
    inside = [one for one in watches if one.kind is not CANARY]
    titles = add_alarms(template, context, inside, options, actions=topic if options.notify == "each" else [])
    if titles and options.has_region_alarm:
        add_region_alarm(template, context, layer, titles, actions=topic if options.notify == "region" else [])
    # A gate that waits for the region alarm opens before records lead to the region: no canary is served until then.
    outside = [one for one in watches if one.kind is CANARY]
    told = [] if options.notify == "nobody" else topic
    return (*titles, *add_alarms(template, context, outside, options, actions=told))


def beside_the_region(context: Context, options: AlarmsOptions) -> list[Sub]:
    """Who hears of an alarm that is not counted in that of the region: whoever hears of anything."""
    return [] if options.notify == "nobody" else [alarm_topic_arn(context)]


def add_region_alarm(
    template: Template, context: Context, layer: str, titles: Sequence[str], *, actions: Sequence[object] = ()
) -> str:
    """The composite alarm `<prefix>-<layer>-region`; returns its logical id. `titles` are alarms of this template.

    They are named, not referred to, and made before: CloudWatch refuses a rule about alarms that do not exist. Raises
    OptionsError for a rule that is too long.
    """
    from troposphere.cloudwatch import CompositeAlarm

    names = sorted(template.resources[title].properties["AlarmName"] for title in titles)
    rule = " OR ".join(f'ALARM("{name}")' for name in names)
    if len(rule) > RULE_LIMIT:
        message = f"a rule over {len(names)} alarms has {len(rule)} characters; CloudWatch takes {RULE_LIMIT}"
        raise OptionsError([Fault("monitoring.region_alarm", message, "turn alarms off, or leave it out")])
    alarm = CompositeAlarm(
        "RegionAlarm",
        DependsOn=sorted(titles),
        AlarmName=region_alarm_name(context, layer),
        AlarmDescription=f"{context.prefix}: something of {layer} is wrong in this region",
        AlarmRule=rule,
        **({"AlarmActions": list(actions), "OKActions": list(actions)} if actions else {}),
    )
    return str(template.add_resource(alarm).title)


def alarm_topic_arn(context: Context) -> Sub:
    """The topic of alarms that infra makes for `alarm_topic`, by its name."""
    from troposphere import Sub

    name = resource_name(context, ALARM_TOPIC, TOPIC_LIMIT)
    return Sub(f"arn:${{AWS::Partition}}:sns:${{AWS::Region}}:${{AWS::AccountId}}:{name}")
