"""Composes the roles of the home account. It comes first: the other accounts' roles trust the ones made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.access.drills import TARGET_DRILLS
from blueprints.access.execution import add_execution_role
from blueprints.access.gates import gate_grants
from blueprints.access.grants import APPLICATION_TYPES, CONTROL_TYPES
from blueprints.access.levers import lever_grants
from blueprints.access.observer import TARGET_READS
from blueprints.access.orchestrator import HOME_GRANTS, ORGANIZATION_READS
from blueprints.access.replication import add_replication_role
from blueprints.access.statements import add_role, arn, statements, trust
from blueprints.access.zone import zone_grants
from blueprints.blueprint import Blueprint
from blueprints.options import option

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context


# A role's inline policies have 10,240 characters together; a hundred of them per account.
_LISTED_ACCOUNTS = 30


class HomeAccess(Blueprint):
    """Administration, execution, replication and orchestrator roles, in one region of the home account."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """Whom the home account reaches, and who may act for it."""

        accounts: tuple[str, ...] = option((), "Target accounts; the home account may be one of them.")
        organization_id: str = option("", "With organizational units: the organization (o-...) of the targets.")
        access_role: str = option("", "The orchestrator's role; default {application}-{environment}-orchestrator.")
        trusted: tuple[str, ...] = option((), "ARNs that may take the orchestrator's role; default: the home account.")
        opt_in_regions: tuple[str, ...] = option((), "Regions that are off by default: each has its own principal.")
        hosted_zone_here: bool = option(True, "The hosted zone belongs to the home account.")
        hosted_zone_id: str = option("", "Limit the zone's permissions to this zone.")
        routing_controls: tuple[str, ...] = option((), "ARNs of the routing controls that evacuate the regions.")
        resource_types: tuple[str, ...] = option((), "Types that infra and compute use; default: the shipped ones.")
        gate_function: str = option("", "Name or ARN of the function that judges each release (gates.function).")
        managed_policies: tuple[str, ...] = option((), "ARNs of policies to add to the execution role.")

    options: Options

    def template(self, context: Context) -> Template:
        """Roles as named in the orchestrator's names; no parameters. Raises OptionsError."""
        from troposphere import Template

        template = Template(Description=f"{context.prefix}: roles of the home account")
        is_target = context.home_account in self.options.accounts
        zone = zone_grants(context, self.options.hosted_zone_id) if self.options.hosted_zone_here else ()
        self._add_administration_role(template, context)
        add_execution_role(
            template,
            context,
            types=(*CONTROL_TYPES, *((self.options.resource_types or APPLICATION_TYPES) if is_target else ())),
            managed_policies=self.options.managed_policies,
            extra=zone if is_target else (),
        )
        add_replication_role(template, context)
        self._add_orchestrator_role(template, context)
        return template

    def _add_administration_role(self, template: Template, context: Context) -> None:
        services = ["cloudformation", *(f"cloudformation.{region}" for region in sorted(self.options.opt_in_regions))]
        add_role(
            template,
            "AdministrationRole",
            name=f"{context.prefix}-stackset-admin",
            trust=trust(
                {"Service": [f"{service}.amazonaws.com" for service in services]},
                # Nobody else's stack set may borrow this role (confused deputy).
                condition={
                    "StringEquals": {"aws:SourceAccount": context.home_account},
                    "StringLike": {"aws:SourceArn": arn(context, "cloudformation:*:{account}:stackset/{p}-*")},
                },
            ),
            policies={"execution-roles": [self._assume(context, f"{context.prefix}-stackset-exec")]},
        )

    def _add_orchestrator_role(self, template: Template, context: Context) -> None:
        role = self.options.access_role or f"{context.prefix}-orchestrator"
        zone = zone_grants(context, self.options.hosted_zone_id) if self.options.hosted_zone_here else ()
        is_target = context.home_account in self.options.accounts
        units = (ORGANIZATION_READS,) if self.options.organization_id else ()
        levers = lever_grants(context, self.options.routing_controls)
        gates = gate_grants(self.options.gate_function)
        own = arn(context, "iam::{account}:root")
        add_role(
            template,
            "OrchestratorRole",
            name=role,
            trust=trust({"AWS": list(self.options.trusted) or own}),
            policies={
                "home": statements(context, (*HOME_GRANTS, *units, *levers, *zone)),
                "targets": [
                    self._assume(context, role),
                    *statements(context, (*TARGET_READS, *TARGET_DRILLS, *gates) if is_target else ()),
                ],
            },
        )

    def _assume(self, context: Context, role: str) -> dict[str, object]:
        """Take a role of that name in the targets (and at home, where the control layer stands).

        The accounts by number, as long as they fit into a role's policies; then any account, whose role must trust
        home in any case.
        """
        accounts = sorted({*self.options.accounts, context.home_account})
        if len(accounts) > _LISTED_ACCOUNTS:
            accounts = ["*"]
        if self.options.organization_id:
            return {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": arn(context, f"iam::*:role/{role}"),
                "Condition": {"StringEquals": {"aws:ResourceOrgID": self.options.organization_id}},
            }
        return {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": [arn(context, f"iam::{account}:role/{role}") for account in accounts],
        }
