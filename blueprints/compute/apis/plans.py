"""Usage plans and API keys of a REST API. They meter callers; they do not say who a caller is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import SECRET_LIMIT, resource_name
from blueprints.parameters import camel

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.compute.apis.guards import PlanOptions
    from blueprints.compute.apis.options import ApiOptions
    from blueprints.context import Context


def add_plans(template: Template, context: Context, options: ApiOptions, api: Ref, stage: Ref) -> None:
    """Every plan of the options for this stage, and every key with its plan."""
    from troposphere import Ref
    from troposphere.apigateway import ApiKey, UsagePlanKey

    for name, plan in options.plans.items():
        _add_plan(template, context, name, plan, api, stage)
    for name, key in options.keys.items():
        secret = resource_name(context, key.secret, SECRET_LIMIT)
        made = template.add_resource(
            ApiKey(
                f"RestKey{camel(name)}",
                Name=f"{context.prefix}-{name}",
                Enabled=True,
                # The same text in every region: a key that AWS makes up would be refused after a failover.
                Value=f"{{{{resolve:secretsmanager:{secret}:SecretString}}}}",
            )
        )
        template.add_resource(
            UsagePlanKey(
                f"RestPlanKey{camel(name)}",
                KeyId=Ref(made),
                KeyType="API_KEY",
                UsagePlanId=Ref(f"RestPlan{camel(key.plan)}"),
            )
        )


def _add_plan(template: Template, context: Context, name: str, plan: PlanOptions, api: Ref, stage: Ref) -> None:
    from troposphere.apigateway import ApiStage, QuotaSettings, ThrottleSettings, UsagePlan

    limits = plan.throttle
    template.add_resource(
        UsagePlan(
            f"RestPlan{camel(name)}",
            UsagePlanName=f"{context.prefix}-{name}",
            ApiStages=[ApiStage(ApiId=api, Stage=stage)],
            **({"Throttle": ThrottleSettings(RateLimit=limits.rate, BurstLimit=limits.burst)} if limits else {}),
            **({"Quota": QuotaSettings(Limit=plan.quota, Period=plan.period)} if plan.quota else {}),
        )
    )
