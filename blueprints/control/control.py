"""Composes the control layer of one region: the artifact bucket, and the alarms of the levers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blueprint import Blueprint
from blueprints.control.bucket import add_artifact_bucket
from blueprints.control.levers import add_lever_alarms
from blueprints.faults import Fault, OptionsError
from blueprints.options import option

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context


class Control(Blueprint):
    """One instance per region in the home account. Replication is set through S3 afterwards (see the bucket)."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """Who may read artifacts: accounts by number, or all accounts of an organization."""

        accounts: tuple[str, ...] = option((), "Accounts that may read artifacts, besides the home account.")
        organization_id: str = option("", "Organization (o-...) whose accounts may read artifacts.")
        noncurrent_days: int = option(90, "Days after which replaced versions of an artifact go.", minimum=1)

    options: Options

    def template(self, context: Context) -> Template:
        """Output: ArtifactBucket. Raises OptionsError when nobody could read the artifacts."""
        from troposphere import Template

        if not self.options.accounts and not self.options.organization_id:
            raise OptionsError([Fault("accounts", "nobody could read the artifacts", "or give organization_id")])
        template = Template(Description=f"{context.prefix}: control of one region")
        add_artifact_bucket(
            template,
            context,
            readers=self.options.accounts,
            organization_id=self.options.organization_id,
            noncurrent_days=self.options.noncurrent_days,
        )
        add_lever_alarms(template, context)
        return template
