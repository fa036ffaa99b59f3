"""A web ACL in front of a REST API's stage. HTTP APIs cannot have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blueprints.compute.apis.rest import STAGE

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.compute.apis.guards import WafOptions
    from blueprints.context import Context

_RATE_PERIOD_S = 300


def add_web_acl(template: Template, context: Context, options: WafOptions, *, api: Ref) -> None:
    """The web ACL of this region and its tie to the stage of `api`, which must be a REST API of this template."""
    from troposphere import GetAtt, Sub
    from troposphere.wafv2 import AllowAction, DefaultAction, WebACL, WebACLAssociation

    rules = [_managed(context, at, name, options) for at, name in enumerate(options.rules)]
    if options.rate_limit:
        rules.append(_rate(context, len(rules), options))
    acl = template.add_resource(
        WebACL(
            "RestWebAcl",
            Name=f"{context.prefix}-api",
            Scope="REGIONAL",
            DefaultAction=DefaultAction(Allow=AllowAction()),
            Rules=rules,
            VisibilityConfig=_visible(f"{context.prefix}-api"),
        )
    )
    stage = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{Api}}/stages/{STAGE}"
    template.add_resource(
        WebACLAssociation(
            "RestWebAclAssociation",
            ResourceArn=Sub(stage, Api=api),
            WebACLArn=GetAtt(acl, "Arn"),
            DependsOn=["RestStage"],
        )
    )


def _managed(context: Context, at: int, name: str, options: WafOptions) -> Any:
    from troposphere.wafv2 import ManagedRuleGroupStatement, OverrideAction, Statement, WebACLRule

    return WebACLRule(
        Name=name,
        Priority=at,
        OverrideAction=OverrideAction(Count={}) if options.count_only else OverrideAction(**{"None": {}}),
        Statement=Statement(ManagedRuleGroupStatement=ManagedRuleGroupStatement(VendorName="AWS", Name=name)),
        VisibilityConfig=_visible(f"{context.prefix}-{name}"),
    )


def _rate(context: Context, at: int, options: WafOptions) -> Any:
    from troposphere.wafv2 import BlockAction, CountAction, RateBasedStatement, RuleAction, Statement, WebACLRule

    return WebACLRule(
        Name="RatePerAddress",
        Priority=at,
        Action=RuleAction(Count=CountAction()) if options.count_only else RuleAction(Block=BlockAction()),
        Statement=Statement(
            RateBasedStatement=RateBasedStatement(
                AggregateKeyType="IP", Limit=options.rate_limit, EvaluationWindowSec=_RATE_PERIOD_S
            )
        ),
        VisibilityConfig=_visible(f"{context.prefix}-rate-per-address"),
    )


def _visible(metric: str) -> Any:
    from troposphere.wafv2 import VisibilityConfig

    return VisibilityConfig(CloudWatchMetricsEnabled=True, MetricName=metric, SampledRequestsEnabled=True)
