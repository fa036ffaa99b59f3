"""Everything that can be said of the infra layer, each part as its block has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blueprints.infra.buckets import BucketOptions
from blueprints.infra.buses import BusOptions
from blueprints.infra.containers import API, ENTRIES, ContainerOptions
from blueprints.infra.database import DatabaseOptions
from blueprints.infra.images import Images
from blueprints.infra.keys import KeyOptions
from blueprints.infra.network_options import NetworkOptions
from blueprints.infra.queues import QueueOptions
from blueprints.infra.secrets import SecretOptions
from blueprints.infra.site_options import SiteOptions
from blueprints.infra.tables import TableOptions
from blueprints.infra.topics import TopicOptions
from blueprints.infra.user_pools import UserPoolOptions
from blueprints.monitoring.options import AlarmsOptions
from blueprints.monitoring.topic import AlarmTopicOptions
from blueprints.options import option


@dataclass(frozen=True, slots=True)
class Monitoring(AlarmsOptions):
    """Alarms are on for everything that is on; nobody is told until `notify` says so and there is an `alarm_topic`."""


@dataclass(frozen=True, slots=True)
class InfraOptions:
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
    monitoring: Monitoring = option(Monitoring(), "Alarms on all of this.")
    alarm_topic: AlarmTopicOptions | None = option(None, "Who hears of alarms, of this layer and of compute.")
    site: SiteOptions | None = option(None, "A static site: files in every region, shown by CloudFront.")
    network: NetworkOptions | None = option(None, "A private network in every region.")
    containers: ContainerOptions | None = option(None, "A cluster for services in containers, in the network.")
    entry: str = option(API, "What both host names lead to: APIs, or the load balancer.", choices=ENTRIES)
