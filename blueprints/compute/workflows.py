"""Step Functions workflows, standard and express: the definition as written in regions.yaml, names filled in.

In a definition `${worker}` is the alias of the function `worker`, `${QUEUE_JOBS}` what `uses` names (as for functions),
and `${Partition}` the partition, for ARNs such as `arn:${Partition}:states:::sqs:sendMessage`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.compute.logs import add_log_group
from blueprints.compute.roles import add_role, trace_statements
from blueprints.compute.uses import Uses, use_statements, use_variables, used_names
from blueprints.compute.wiring import alias_arn
from blueprints.faults import Fault, suggestion
from blueprints.log_delivery import LOG_DELIVERY_ACTIONS
from blueprints.naming import WORKFLOW_LIMIT, resource_name
from blueprints.options import option, plain
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Sub, Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.roles import Statement
    from blueprints.context import Context

PARTITION = "Partition"
DEFINITION_LIMIT = 1024 * 1024

_TOKEN = re.compile(r"\$\{([^}]*)\}")
# A whole ARN becomes one name: linters know these ARNs in one partition only, and leave names alone.
_ARN = re.compile(r'"arn:\$\{Partition\}:([^"$]*)"')


@dataclass(frozen=True, slots=True)
class WorkflowOptions:
    """A state machine with a role, a log group and traces of its own."""

    definition: Mapping[str, object] = option(doc="Amazon States Language, as a mapping.")
    kind: str = option("standard", "express: at most five minutes, at least once.", choices=("standard", "express"))
    uses: Uses | None = option(None, "What it works with besides the functions that its definition names.")
    log_level: str = option("ERROR", "Which of its events are logged.", choices=("ALL", "ERROR", "FATAL", "OFF"))
    log_data: bool = option(False, "Log inputs and outputs too; they may hold what logs must not.")


def workflow_arn(context: Context, name: str) -> Sub:
    """The ARN that follows from the name."""
    from troposphere import Sub

    full_name = resource_name(context, name, WORKFLOW_LIMIT)
    return Sub(f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:stateMachine:{full_name}")


def workflow_title(name: str) -> str:
    """The logical id of a workflow."""
    return f"Workflow{camel(name)}"


def add_workflows(
    template: Template,
    context: Context,
    workflows: Mapping[str, WorkflowOptions],
    functions: Mapping[str, PublishedFunction],
    *,
    log_retention_days: int,
    encrypt_logs: bool,
) -> dict[str, Sub]:
    """Every workflow; returns their ARNs by name."""
    for name, options in workflows.items():
        logs = add_log_group(
            template,
            context,
            f"{workflow_title(name)}LogGroup",
            # Only below /aws/vendedlogs does the log group's policy stay small however many workflows there are.
            name=f"/aws/vendedlogs/states/{resource_name(context, name, WORKFLOW_LIMIT)}",
            retention_days=log_retention_days,
            encrypted=encrypt_logs,
        )
        _add_workflow(template, context, name, options, functions, logs.title)
    return {name: workflow_arn(context, name) for name in workflows}


def workflow_faults(workflows: Mapping[str, WorkflowOptions], functions: Collection[str]) -> Iterator[Fault]:
    """Definitions without a beginning, and names in them that nothing bears."""
    yield from name_faults("workflows", workflows)
    for name, options in workflows.items():
        path = f"workflows.{name}.definition"
        states = options.definition.get("States")
        if not isinstance(states, Mapping) or options.definition.get("StartAt") not in states:
            yield Fault(path, "`StartAt` names no state of `States`", "write the workflow in Amazon States Language")
        known = {PARTITION, *functions, *used_names(options.uses or Uses())}
        for token in sorted(set(_TOKEN.findall(_text(options))) - known):
            yield Fault(path, f"${{{token}}} is nothing that the workflow uses", suggestion(token, known))


def _add_workflow(
    template: Template,
    context: Context,
    name: str,
    options: WorkflowOptions,
    functions: Mapping[str, PublishedFunction],
    logs: str,
) -> None:
    from troposphere import AWS_PARTITION, GetAtt, Ref, Sub
    from troposphere.stepfunctions import (
        CloudWatchLogsLogGroup,
        LogDestination,
        LoggingConfiguration,
        StateMachine,
        TracingConfiguration,
    )

    uses, text = options.uses or Uses(), _text(options)
    arns = {camel(rest): Sub(f"arn:${{AWS::Partition}}:{rest}") for rest in _ARN.findall(text)}
    text = _ARN.sub(lambda found: f'"${{{camel(found[1])}}}"', text)
    tokens = set(_TOKEN.findall(text))
    called = [functions[token] for token in sorted(tokens & set(functions))]
    values: dict[str, object] = {
        PARTITION: Ref(AWS_PARTITION),
        **arns,
        **use_variables(context, uses),
        **{token: functions[token].alias for token in tokens & set(functions)},
    }
    role = add_role(
        template,
        context,
        f"{workflow_title(name)}Role",
        name=f"workflow-{name}",
        service="states.amazonaws.com",
        statements=[*_statements(called), *use_statements(context, uses)],
        only_for_own_account=True,
    )
    substitutions = {token: values[token] for token in sorted(tokens)}
    destination = LogDestination(CloudWatchLogsLogGroup=CloudWatchLogsLogGroup(LogGroupArn=GetAtt(logs, "Arn")))
    template.add_resource(
        StateMachine(
            workflow_title(name),
            StateMachineName=resource_name(context, name, WORKFLOW_LIMIT),
            StateMachineType=options.kind.upper(),
            DefinitionString=text,
            **({"DefinitionSubstitutions": substitutions} if substitutions else {}),
            RoleArn=GetAtt(role, "Arn"),
            TracingConfiguration=TracingConfiguration(Enabled=True),
            LoggingConfiguration=LoggingConfiguration(
                Level=options.log_level, IncludeExecutionData=options.log_data, Destinations=[destination]
            ),
        )
    )


def _statements(called: list[PublishedFunction]) -> list[Statement]:
    invoke: list[Statement] = [
        {
            "Effect": "Allow",
            "Action": ["lambda:InvokeFunction"],
            "Resource": [alias_arn(function) for function in called],
        }
    ]
    deliver: Statement = {"Effect": "Allow", "Action": list(LOG_DELIVERY_ACTIONS), "Resource": "*"}
    return [*(invoke if called else []), deliver, *trace_statements(), _SAMPLING]


_SAMPLING: Statement = {
    "Effect": "Allow",
    "Action": ["xray:GetSamplingRules", "xray:GetSamplingTargets"],
    "Resource": "*",
}


def _text(options: WorkflowOptions) -> str:
    return json.dumps(plain(options.definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
