"""Composes the infra layer of one region; `ReferenceRegion` alone decides which region holds the global table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.blueprint import Blueprint
from blueprints.faults import OptionsError
from blueprints.infra.api_log_role import add_api_log_role
from blueprints.infra.bucket_replication import add_bucket_replication
from blueprints.infra.buckets import add_buckets, bucket_faults
from blueprints.infra.certificate import add_certificate
from blueprints.infra.containers import (
    SERVICE,
    add_cluster,
    add_entry,
    container_faults,
)
from blueprints.infra.database import add_database, database_faults
from blueprints.infra.database_network import database_port, database_zone_faults, placement
from blueprints.infra.images import add_images
from blueprints.infra.key import add_key
from blueprints.infra.keys import add_keys, key_faults
from blueprints.infra.messaging import add_messaging, messaging_faults
from blueprints.infra.monitored import add_monitoring, monitoring_faults
from blueprints.infra.network import Network, add_network
from blueprints.infra.network_faults import network_faults
from blueprints.infra.options import InfraOptions
from blueprints.infra.secrets import add_secrets, secret_faults
from blueprints.infra.settings import add_settings, setting_faults
from blueprints.infra.site import add_site, site_buckets, site_faults
from blueprints.infra.table import add_global_table
from blueprints.infra.tables import add_tables, table_faults
from blueprints.infra.user_pools import add_user_pools, pool_faults
from blueprints.monitoring.region import beside_the_region
from blueprints.naming import check_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context
    from blueprints.faults import Fault


class Infra(Blueprint):
    """Key, table, certificate and domain names. No exports: layers must be able to change one at a time."""

    Options = InfraOptions
    options: InfraOptions

    def template(self, context: Context) -> Template:
        """Outputs: SharedTarget, RegionalTarget (each with ...ZoneId), CertificateArn, KeyArn; TableName with `table`.

        Raises OptionsError.
        """
        from troposphere import Template

        check_host(context)
        if faults := (*pool_faults(context, self.options.user_pools), *_faults(self.options, context)):
            raise OptionsError(faults)
        template = Template(Description=f"{context.prefix}: infrastructure of one region")
        key = add_key(template, context, containers=self.options.containers is not None)
        network = self._add_network(template, context)
        served = self.options.containers if self.options.entry == SERVICE else None
        domains = add_entry(template, context, served, network=network, certificate=add_certificate(template, context))
        if self.options.table:
            self._add_table(template, context, after=domains)
        if self.options.containers is not None:
            add_cluster(template, context, self.options.containers)
        if self.options.images is not None:
            add_images(template, context, self.options.images)
        add_user_pools(template, context, self.options.user_pools, after=domains)
        if self.options.api_log_role:
            add_api_log_role(template, context)
        self._add_stores(template, context, after=domains)
        add_messaging(template, context, self.options.queues, self.options.topics, self.options.buses)
        if self.options.database is not None:
            where = placement(context, self.options.database, network)
            add_database(template, context, self.options.database, key=key, placement=where)
        add_monitoring(template, context, self.options, key=key)
        return template

    def _add_network(self, template: Template, context: Context) -> Network | None:
        options = self.options
        if options.network is None:
            return None
        return add_network(
            template,
            context,
            options.network,
            public=options.entry == SERVICE,
            containers=options.containers is not None,
            database_port=database_port(options.database),
        )

    def _add_table(self, template: Template, context: Context, *, after: tuple[str, ...]) -> None:
        add_global_table(
            template,
            context,
            name=self.options.table,
            partition_key=self.options.partition_key,
            sort_key=self.options.sort_key,
            deletion_protection=self.options.deletion_protection,
            after=after,
        )

    def _add_stores(self, template: Template, context: Context, *, after: tuple[str, ...]) -> None:
        options = self.options
        add_tables(template, context, options.tables, after=after)
        add_buckets(template, context, options.buckets)
        if options.site is not None:
            add_site(template, context, options.site, told=beside_the_region(context, options.monitoring))
        add_bucket_replication(template, context, {**options.buckets, **site_buckets(options.site)})
        add_keys(template, context, options.keys)
        add_secrets(template, context, options.secrets)
        add_settings(template, context, options.parameters)


def _faults(options: InfraOptions, context: Context) -> Iterator[Fault]:
    yield from table_faults(options.tables, other=options.table)
    yield from bucket_faults(context, options.buckets)
    yield from site_faults(context, options.site, options.buckets)
    yield from messaging_faults(options.queues, options.topics, options.buses)
    yield from key_faults(options.keys)
    yield from secret_faults(options.secrets)
    yield from setting_faults(context, options.parameters)
    yield from database_faults(context, options.database, options.secrets)
    yield from monitoring_faults(context, options)
    yield from network_faults(
        context,
        options.network,
        containers=options.containers is not None,
        tables=bool(options.table or options.tables),
        buckets=bool(options.buckets),
    )
    yield from container_faults(options.entry, options.containers, options.network, options.buckets)
    yield from database_zone_faults(options.database, options.network)
