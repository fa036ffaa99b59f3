"""Composes the infra layer of one region; `ReferenceRegion` alone decides which region holds the global table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blueprint import Blueprint
from blueprints.faults import OptionsError
from blueprints.infra.api_log_role import add_api_log_role
from blueprints.infra.certificate import add_certificate
from blueprints.infra.domains import add_domains
from blueprints.infra.images import Images, add_images
from blueprints.infra.key import add_key
from blueprints.infra.table import add_global_table
from blueprints.infra.user_pools import UserPoolOptions, add_user_pools, pool_faults
from blueprints.naming import check_host
from blueprints.options import option

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context


class Infra(Blueprint):
    """Key, table, certificate and domain names. No exports: layers must be able to change one at a time."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """Names and keys of the table."""

        table: str = option("data", "Last part of the table's name; compute must be given the same.")
        partition_key: str = option("pk", "Name of the partition key, a string.")
        sort_key: str = option("sk", "Name of the sort key, a string; empty for none.")
        deletion_protection: bool = option(True, "Refuse to delete the table, whoever asks.")
        images: Images | None = option(None, "Repositories of container images, copied to all regions.")
        user_pools: Mapping[str, UserPoolOptions] = option({}, "Cognito user pools by name.")
        api_log_role: bool = option(False, "Make the account's role for logs of REST and WebSocket APIs.")

    options: Options

    def template(self, context: Context) -> Template:
        """Outputs: SharedTarget, RegionalTarget (each with ...ZoneId), CertificateArn, TableName, KeyArn."""
        from troposphere import Template

        check_host(context)
        if faults := tuple(pool_faults(context, self.options.user_pools)):
            raise OptionsError(faults)
        template = Template(Description=f"{context.prefix}: infrastructure of one region")
        add_key(template, context)
        domains = add_domains(template, context, certificate=add_certificate(template, context))
        add_global_table(
            template,
            context,
            name=self.options.table,
            partition_key=self.options.partition_key,
            sort_key=self.options.sort_key,
            deletion_protection=self.options.deletion_protection,
            after=domains,
        )
        if self.options.images is not None:
            add_images(template, context, self.options.images)
        add_user_pools(template, context, self.options.user_pools, after=domains)
        if self.options.api_log_role:
            add_api_log_role(template, context)
        return template
