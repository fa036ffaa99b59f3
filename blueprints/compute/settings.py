"""From the options of a function, and the defaults of its layer, to what the function is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.function import FunctionSettings, function_title
from blueprints.compute.shifting import hook_statements
from blueprints.compute.uses import Uses, use_statements, use_variables, variable
from blueprints.naming import table_name
from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import Ref, Template

    from blueprints.compute.function_options import Defaults, FunctionOptions
    from blueprints.context import Context


def settings_of(
    template: Template,
    context: Context,
    defaults: Defaults,
    name: str,
    one: FunctionOptions,
    *,
    tested: Mapping[str, Ref],
) -> FunctionSettings:
    """What the function `name` is. `tested` are the versions (ARNs) of the functions whose releases it tests."""
    from troposphere import Ref

    uses = one.uses or Uses(tables=(defaults.table,) if defaults.table else ())
    hooks = one.shifting.hooks() if one.shifting else ()
    return FunctionSettings(
        name=name,
        code=one.code or defaults.code,
        handler=one.handler or defaults.handler,
        runtime=one.runtime or defaults.runtime,
        architecture=one.architecture or defaults.architecture,
        memory_mb=one.memory or defaults.memory,
        timeout_s=one.timeout or defaults.timeout,
        environment=_environment(template, context, defaults, one, uses, tested),
        layers=defaults.layers if one.layers is None else one.layers,
        tracing=one.tracing or defaults.tracing,
        statements=(
            *use_statements(context, uses),
            *(statement for other in tested for statement in hook_statements(context, other)),
        ),
        log_retention_days=defaults.log_retention_days,
        encrypt_logs=defaults.encrypt_logs,
        image=one.image,
        vpc=one.vpc,
        insights=one.insights,
        reserved_concurrency=one.reserved_concurrency,
        provisioned=one.provisioned_concurrency,
        asynchronous=one.asynchronous,
        dead_letters=one.dead_letters,
        shifting=one.shifting,
        hooks={hook: Ref(function_title(hook)) for hook in hooks},
    )


def _environment(
    template: Template,
    context: Context,
    defaults: Defaults,
    one: FunctionOptions,
    uses: Uses,
    tested: Mapping[str, Ref],
) -> dict[str, object]:
    table = table_name(context, uses.tables[0]) if uses.tables else None
    return {
        **defaults.environment,
        **one.environment,
        "APPLICATION": context.application,
        "ENVIRONMENT": context.environment,
        "RELEASE": declare(template, RELEASE),
        **({"TABLE_NAME": table} if table else {}),
        **({} if one.uses is None else use_variables(context, uses)),
        **(dict.fromkeys(NAMESPACE_VARIABLES, one.metrics_namespace) if one.metrics_namespace else {}),
        **{variable("TESTED", name): version for name, version in tested.items()},
    }


# For code of one's own, for aws-embedded-metrics and for Powertools.
NAMESPACE_VARIABLES = ("METRICS_NAMESPACE", "AWS_EMF_NAMESPACE", "POWERTOOLS_METRICS_NAMESPACE")
