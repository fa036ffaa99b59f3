"""Composes the roles of one target account: CloudFormation's execution role and the orchestrator's reading role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.access.drills import TARGET_DRILLS
from blueprints.access.execution import add_execution_role
from blueprints.access.gates import gate_grants
from blueprints.access.grants import APPLICATION_TYPES
from blueprints.access.observer import TARGET_READS
from blueprints.access.statements import add_role, arn, statements, trust
from blueprints.access.zone import zone_grants
from blueprints.blueprint import Blueprint
from blueprints.options import option

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context


class TargetAccess(Blueprint):
    """Made in one region of each target account that is not the home account, after the home account's roles."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """What the account holds."""

        access_role: str = option("", "The orchestrator's role; default {application}-{environment}-orchestrator.")
        hosted_zone_here: bool = option(False, "The hosted zone belongs to this account.")
        hosted_zone_id: str = option("", "Limit the zone's permissions to this zone.")
        service_managed: bool = option(False, "Organizational units: AWS brings its own execution role.")
        resource_types: tuple[str, ...] = option((), "Types that infra and compute use; default: the shipped ones.")
        gate_function: str = option("", "Name or ARN of the function that judges each release (gates.function).")
        managed_policies: tuple[str, ...] = option((), "ARNs of policies to add to the execution role.")

    options: Options

    def template(self, context: Context) -> Template:
        """Roles as named in the orchestrator's names; no parameters. Raises OptionsError."""
        from troposphere import Template

        template = Template(Description=f"{context.prefix}: roles of a target account")
        zone = zone_grants(context, self.options.hosted_zone_id) if self.options.hosted_zone_here else ()
        if not self.options.service_managed:
            add_execution_role(
                template,
                context,
                types=self.options.resource_types or APPLICATION_TYPES,
                managed_policies=self.options.managed_policies,
                extra=zone,
            )
        gates = gate_grants(self.options.gate_function)
        home = arn(context, f"iam::{context.home_account}:root")
        add_role(
            template,
            "OrchestratorRole",
            name=self.options.access_role or f"{context.prefix}-orchestrator",
            trust=trust({"AWS": home}),
            policies={"orchestrator": statements(context, (*TARGET_READS, *TARGET_DRILLS, *gates, *zone))},
        )
        return template
