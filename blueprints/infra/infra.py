"""Composes the infra layer of one region; `ReferenceRegion` alone decides which region holds the global table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blueprint import Blueprint
from blueprints.faults import OptionsError
from blueprints.infra.api_log_role import add_api_log_role
from blueprints.infra.bucket_replication import add_bucket_replication
from blueprints.infra.buckets import BucketOptions, add_buckets, bucket_faults
from blueprints.infra.buses import BusOptions
from blueprints.infra.certificate import add_certificate
from blueprints.infra.containers import (
    API,
    ENTRIES,
    SERVICE,
    ContainerOptions,
    add_cluster,
    add_entry,
    container_faults,
)
from blueprints.infra.database import DatabaseOptions, add_database, database_faults
from blueprints.infra.database_network import database_port, database_zone_faults, placement
from blueprints.infra.images import Images, add_images
from blueprints.infra.key import add_key
from blueprints.infra.keys import KeyOptions, add_keys, key_faults
from blueprints.infra.messaging import add_messaging, messaging_faults
from blueprints.infra.monitored import Monitoring, add_monitoring, monitoring_faults
from blueprints.infra.network import Network, NetworkOptions, add_network, network_faults
from blueprints.infra.queues import QueueOptions
from blueprints.infra.secrets import SecretOptions, add_secrets, secret_faults
from blueprints.infra.settings import add_settings, setting_faults
from blueprints.infra.table import add_global_table
from blueprints.infra.tables import TableOptions, add_tables, table_faults
from blueprints.infra.topics import TopicOptions
from blueprints.infra.user_pools import UserPoolOptions, add_user_pools, pool_faults
from blueprints.monitoring.topic import AlarmTopicOptions
from blueprints.naming import check_host
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context
    from blueprints.faults import Fault


class Infra(Blueprint):
    """Key, table, certificate and domain names. No exports: layers must be able to change one at a time."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """The table that the API's sample uses, and blocks that are off until they are given."""

        table: str = option("data", "Last part of the table's name, the same in compute; empty for none but `tables`.")
        partition_key: str = option("pk", "Name of the partition key, a string.")
        sort_key: str = option("sk", "Name of the sort key, a string; empty for none.")
        deletion_protection: bool = option(True, "Refuse to delete the table, whoever asks.")
        images: Images | None = option(None, "Repositories of container images, copied to all regions.")
        user_pools: Mapping[str, UserPoolOptions] = option({}, "Cognito user pools by name.")
        api_log_role: bool = option(False, "Make the account's role for logs of REST and WebSocket APIs.")
        tables: Mapping[str, TableOptions] = option({}, "More global tables, by the last part of their names.")
        buckets: Mapping[str, BucketOptions] = option({}, "Data buckets, by the middle part of their names.")
        queues: Mapping[str, QueueOptions] = option({}, "Queues; a FIFO queue's name ends in `.fifo`.")
        topics: Mapping[str, TopicOptions] = option({}, "Topics; a FIFO topic's name ends in `.fifo`.")
        buses: Mapping[str, BusOptions] = option({}, "Event buses.")
        keys: Mapping[str, KeyOptions] = option({}, "Multi-region keys, the same in every region.")
        secrets: Mapping[str, SecretOptions] = option({}, "Secrets, the same in every region.")
        parameters: Mapping[str, str] = option({}, "Settings as SSM parameters, name and value.")
        database: DatabaseOptions | None = option(None, "A relational database in every region, with a proxy.")
        network: NetworkOptions | None = option(None, "A private network in every region.")
        containers: ContainerOptions | None = option(None, "A cluster for services in containers, in the network.")
        entry: str = option(API, "What both host names lead to: APIs, or the load balancer.", choices=ENTRIES)
        monitoring: Monitoring = option(Monitoring(), "Alarms on all of this.")
        alarm_topic: AlarmTopicOptions | None = option(None, "Who hears of alarms, of this layer and of compute.")

    options: Options

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
        add_bucket_replication(template, context, options.buckets)
        add_keys(template, context, options.keys)
        add_secrets(template, context, options.secrets)
        add_settings(template, context, options.parameters)


def _faults(options: Infra.Options, context: Context) -> Iterator[Fault]:
    yield from table_faults(options.tables, other=options.table)
    yield from bucket_faults(context, options.buckets)
    yield from messaging_faults(options.queues, options.topics, options.buses)
    yield from key_faults(options.keys)
    yield from secret_faults(options.secrets)
    yield from setting_faults(context, options.parameters)
    yield from database_faults(context, options.database, options.secrets)
    yield from network_faults(context, options.network)
    yield from container_faults(options.entry, options.containers, options.network, options.buckets)
    yield from database_zone_faults(options.database, options.network)
    yield from monitoring_faults(context, options)
