"""A small function inside the template, for what CloudFormation has no resource for: it is asked by a custom resource.

Its source stands in the template (4,096 bytes at most), so that it needs no artifact; it has a role of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import function_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from troposphere import Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

SOURCE_LIMIT_BYTES = 4096
_RUNTIME = "python3.13"
_TIMEOUT_S = 180
_ANSWER_S = 240  # CloudFormation waits an hour for an answer unless told otherwise
_LOG_DAYS = 30

# Every failure is answered: CloudFormation would wait for the answer, and the stack with it. It is tried again for two
# minutes, since a role just made is not known everywhere at once.
_FRAME = """
import json
import time
import urllib.request

import boto3


{answer}

def patiently(asked):
    for pause in (5, 10, 20, 30, 40):
        try:
            return answer(asked)
        except Exception as error:
            print(repr(error))
            time.sleep(pause)
    return answer(asked)


def handler(event, context):
    said = dict((key, event[key]) for key in ("StackId", "RequestId", "LogicalResourceId"))
    said.update(Status="SUCCESS", PhysicalResourceId=event.get("PhysicalResourceId") or event["LogicalResourceId"])
    try:
        said["Data"] = patiently(event["ResourceProperties"]) if event["RequestType"] != "Delete" else {{}}
    except Exception as error:
        said.update(Status="FAILED", Reason=repr(error)[:900])
    body = json.dumps(said).encode()
    request = urllib.request.Request(event["ResponseURL"], body, {{"content-type": ""}}, method="PUT")
    urllib.request.urlopen(request, timeout=20).close()
"""


def add_inline_function(
    template: Template, context: Context, title: str, *, name: str, answer: str, statements: Sequence[Statement]
) -> None:
    """A function made once under `title`. `answer` is the source of `def answer(asked): ...`: properties in, a flat
    mapping of attributes out; what it raises fails the resource. `statements` are what its role may do besides logging.

    Its name has two dashes, as no function of an application may have.
    """
    from troposphere import GetAtt, Ref
    from troposphere.awslambda import Code, Function, LoggingConfig

    # Late, because the layers import this file.
    from blueprints.compute.logs import add_log_group
    from blueprints.compute.roles import add_role, log_statements

    source = _FRAME.format(answer=answer.strip() + "\n").strip() + "\n"
    if len(source.encode()) > SOURCE_LIMIT_BYTES:
        raise ValueError(f"the source of {title} has {len(source.encode())} bytes; {SOURCE_LIMIT_BYTES} are allowed")
    full_name = function_name(context, f"{name}--setup")
    logs = add_log_group(
        template, context, f"{title}LogGroup", name=f"/aws/lambda/{full_name}", retention_days=_LOG_DAYS
    )
    role = add_role(
        template,
        context,
        f"{title}Role",
        name=f"{name}--setup",
        service="lambda.amazonaws.com",
        statements=[*log_statements(GetAtt(logs, "Arn")), *statements],
    )
    template.add_resource(
        Function(
            title,
            FunctionName=full_name,
            Description="Answers CloudFormation while a stack is made or changed; serves no users.",
            Code=Code(ZipFile=source),
            Handler="index.handler",
            Runtime=_RUNTIME,
            Architectures=["arm64"],
            MemorySize=128,
            Timeout=_TIMEOUT_S,
            Role=GetAtt(role, "Arn"),
            LoggingConfig=LoggingConfig(LogGroup=Ref(logs)),
        )
    )


def ask(
    template: Template,
    title: str,
    function: str,
    properties: Mapping[str, object],
    *,
    condition: str = "",
    after: Sequence[str] = (),
) -> str:
    """A custom resource that the inline function `function` answers; returns `title`. Asked again when a property
    changes.
    """
    from troposphere import GetAtt
    from troposphere.cloudformation import CustomResource

    resource = CustomResource(
        title,
        **({"Condition": condition} if condition else {}),
        **({"DependsOn": list(after)} if after else {}),
        ServiceToken=GetAtt(function, "Arn"),
        ServiceTimeout=_ANSWER_S,
    )
    for name, value in properties.items():
        resource.properties[name] = value
    template.add_resource(resource)
    return title


def allow(template: Template, function: str, statements: Sequence[Statement]) -> None:
    """Lets the role of an inline function do more: several blocks share one."""
    granted = template.resources[f"{function}Role"].properties["Policies"][0].PolicyDocument["Statement"]
    granted.extend(one for one in statements if one not in granted)
