"""Schedules that call a function or start a workflow, through a role of their own: no permission on the function."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import FIFO, name_faults
from blueprints.compute.roles import add_role
from blueprints.compute.wiring import alias_arn, function_fault
from blueprints.faults import Fault, suggestion
from blueprints.messaging_names import queue_arn
from blueprints.naming import shorten
from blueprints.options import option, plain
from blueprints.parameters import camel
from blueprints.regional import by_role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Sub, Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.roles import Statement
    from blueprints.context import Context

NAME_LIMIT = 64
GROUP = "ScheduleGroup"

_EXPRESSION = re.compile(r"(rate|cron|at)\(.+\)")


@dataclass(frozen=True, slots=True)
class ScheduleOptions:
    """When something runs. With `regions: primary` the standby's schedule is there, but off."""

    expression: str = option(doc="`rate(5 minutes)`, `cron(0 6 * * ? *)` or `at(2030-01-01T00:00:00)`.")
    function: str = option("", "Function to call; or `workflow`.")
    workflow: str = option("", "Workflow to start; or `function`.")
    timezone: str = option("UTC", "Time zone of the expression.")
    regions: str = option("primary", "Where it runs.", choices=("primary", "all"))
    window: int = option(
        0, "Minutes within which to start, to spread the load; 0 for on time.", minimum=0, maximum=1440
    )
    input: Mapping[str, object] = option({}, "Event to hand over.")
    retries: int = option(3, "Tries after the first to deliver it.", minimum=0, maximum=185)
    max_age: int = option(3600, "Seconds after which it is given up.", minimum=60, maximum=86400)
    failures: str = option("", "Standard queue of infra that gets what could not be delivered; empty for none.")

    def faults(self) -> Iterator[Fault]:
        """Not exactly one thing to start, or no expression."""
        if bool(self.function) == bool(self.workflow):
            yield Fault("function", "one of `function` and `workflow` is started", "give one of the two")
        if _EXPRESSION.fullmatch(self.expression) is None:
            yield Fault("expression", f"{self.expression!r} is no schedule", "write rate(...), cron(...) or at(...)")
        if self.failures.endswith(FIFO):
            yield Fault("failures", "schedules cannot send to a FIFO queue", "name a standard one")


def add_schedules(
    template: Template,
    context: Context,
    schedules: Mapping[str, ScheduleOptions],
    functions: Mapping[str, PublishedFunction],
    workflows: Mapping[str, Sub],
) -> None:
    """Every schedule with its role, in a group of the application. `workflows` maps names to ARNs."""
    from troposphere import Ref
    from troposphere.scheduler import ScheduleGroup

    if not schedules:
        return
    group = Ref(template.add_resource(ScheduleGroup(GROUP, Name=shorten(context.prefix, NAME_LIMIT))))
    for name, options in schedules.items():
        if options.function:
            target: object = functions[options.function].alias
            statements = [_allow("lambda:InvokeFunction", alias_arn(functions[options.function]))]
        else:
            target = workflows[options.workflow]
            statements = [_allow("states:StartExecution", workflows[options.workflow])]
        _add_schedule(template, context, name, options, group, target, statements)


def schedule_faults(
    schedules: Mapping[str, ScheduleOptions], functions: Collection[str], workflows: Collection[str]
) -> Iterator[Fault]:
    """Names that cannot be used, and functions and workflows that are not there."""
    yield from name_faults("schedules", schedules)
    for name, one in schedules.items():
        if one.function:
            yield from function_fault(f"schedules.{name}.function", one.function, functions)
        elif one.workflow not in workflows:
            message = f"there is no workflow {one.workflow!r}"
            yield Fault(f"schedules.{name}.workflow", message, suggestion(one.workflow, workflows))


def _add_schedule(
    template: Template,
    context: Context,
    name: str,
    options: ScheduleOptions,
    group: object,
    target: object,
    statements: list[Statement],
) -> None:
    from troposphere import GetAtt
    from troposphere.scheduler import DeadLetterConfig, FlexibleTimeWindow, RetryPolicy, Schedule, Target

    title = f"Schedule{camel(name)}"
    queue = queue_arn(context, options.failures) if options.failures else None
    role = add_role(
        template,
        context,
        f"{title}Role",
        name=f"schedule-{name}",
        service="scheduler.amazonaws.com",
        statements=[*statements, *([_allow("sqs:SendMessage", queue)] if queue else [])],
        only_for_own_account=True,
    )
    template.add_resource(
        Schedule(
            title,
            Name=shorten(f"{context.prefix}-{name}", NAME_LIMIT),
            GroupName=group,
            ScheduleExpression=options.expression,
            ScheduleExpressionTimezone=options.timezone,
            State="ENABLED" if options.regions == "all" else by_role(template, "ENABLED", "DISABLED"),
            FlexibleTimeWindow=(
                FlexibleTimeWindow(Mode="FLEXIBLE", MaximumWindowInMinutes=options.window)
                if options.window
                else FlexibleTimeWindow(Mode="OFF")
            ),
            Target=Target(
                Arn=target,
                RoleArn=GetAtt(role, "Arn"),
                Input=json.dumps(plain(options.input), sort_keys=True, separators=(",", ":")),
                RetryPolicy=RetryPolicy(MaximumRetryAttempts=options.retries, MaximumEventAgeInSeconds=options.max_age),
                **({"DeadLetterConfig": DeadLetterConfig(Arn=queue)} if queue else {}),
            ),
        )
    )


def _allow(action: str, resource: object) -> Statement:
    return {"Effect": "Allow", "Action": [action], "Resource": resource}
