"""One Aurora Serverless v2 database in all regions, with a proxy in each. It is written in one region and read in all.

Made in the reference region; every other region joins it, and sends what is written there to the writer. Who writes is
moved by Aurora's own switchover, never by a template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.logs import add_log_group
from blueprints.faults import Fault
from blueprints.infra.database_proxy import Proxied, add_proxy
from blueprints.infra.secrets import SecretOptions, add_secret
from blueprints.infra.table import IS_REFERENCE_REGION, add_reference_condition
from blueprints.naming import CLUSTER_LIMIT as NAME_LIMIT
from blueprints.naming import database_cluster_name, network_parameter_name
from blueprints.options import option
from blueprints.regional import IS_PRIMARY_REGION, by_role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import GetAtt, Template
    from troposphere.rds import DBCluster

    from blueprints.context import Context

SECRET = "database"
LOG_DAYS = 30
MOST_INSTANCES = 5

PORTS = {"postgresql": 5432, "mysql": 3306}


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """A global database. Functions reach it through the proxy of their own region (`uses: {database: true}`)."""

    engine: str = option("postgresql", "Which Aurora.", choices=tuple(PORTS))
    version: str = option("16.8", "Engine version; one that can be global and forwards writes.")
    name: str = option("app", "Name of the first database.")
    owner: str = option("app_owner", "Name of the first user; the password is made up and kept as a secret.")
    min_capacity: float = option(0.5, "Capacity units of an idle instance.", minimum=0.5, maximum=256)
    max_capacity: float = option(4.0, "Capacity units of a busy instance.", minimum=1, maximum=256)
    instances: int = option(2, "Instances in the primary region.", minimum=1, maximum=MOST_INSTANCES)
    standby_instances: int = option(1, "Instances in each standby region.", minimum=1, maximum=MOST_INSTANCES)
    zones: int = option(2, "How many private subnets of the network, each in another zone.", minimum=2, maximum=6)
    backup_days: int = option(7, "How far back the database can be restored to any second.", minimum=1, maximum=35)
    deletion_protection: bool = option(True, "Refuse to delete the database, whoever asks.")

    def faults(self) -> Iterator[Fault]:
        """A capacity below itself, and more instances where nobody is served."""
        if self.min_capacity > self.max_capacity:
            yield Fault("min_capacity", f"{self.min_capacity} is more than max_capacity", "swap them")
        if self.standby_instances > self.instances:
            yield Fault("standby_instances", f"{self.standby_instances} is more than instances", "swap them")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where databases stand: private subnets in two zones or more, and who may reach them (`subnets` is a list)."""

    subnets: object
    security_group: object


def database_faults(context: Context, options: DatabaseOptions | None, secrets: Collection[str]) -> Iterator[Fault]:
    """A database where CloudFormation cannot make a global one, or whose secret's name is taken."""
    if options is not None and SECRET in secrets:
        yield Fault(f"secrets.{SECRET}", "is the name of the database's own secret", "choose another name")
    if options is not None and context.partition == "aws-us-gov":
        message = "CloudFormation makes no global database (AWS::RDS::GlobalCluster) in GovCloud"
        yield Fault("database", message, "keep data in `tables`, or make the database elsewhere")


def placement_by_name(context: Context, zones: int) -> Placement:
    """The network as an earlier deployment left it in SSM parameters, one subnet for each of so many zones.

    Nothing says that CloudFormation makes a network of the same template first: hand that over instead.
    """

    def found(what: str) -> str:
        return f"{{{{resolve:ssm:{network_parameter_name(context, what)}}}}}"

    return Placement([found(f"subnets/{zone}") for zone in range(1, zones + 1)], found("database-sg"))


def add_database(
    template: Template, context: Context, options: DatabaseOptions, *, key: GetAtt, placement: Placement
) -> None:
    """Cluster, instances, proxy and secret of a region, and the global cluster in the reference region.

    `key` is the ARN of the region's own key. Compute finds the proxy by `naming.database_parameter_name`.
    """
    from troposphere.rds import DBSubnetGroup, GlobalCluster

    engine, name = f"aurora-{options.engine}", database_cluster_name(context)
    secret = add_secret(template, context, SECRET, SecretOptions(username=options.owner, exclude="\"@/\\' :%+?#"))
    template.add_resource(
        GlobalCluster(
            "DatabaseGlobal",
            Condition=add_reference_condition(template),
            GlobalClusterIdentifier=name,
            Engine=engine,
            EngineVersion=options.version,
            StorageEncrypted=True,
            DeletionProtection=options.deletion_protection,
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    subnets = DBSubnetGroup(
        "DatabaseSubnetGroup",
        DBSubnetGroupName=name,
        DBSubnetGroupDescription=f"{context.prefix}: where databases stand",
        SubnetIds=placement.subnets,
    )
    template.add_resource(subnets)
    log = "postgresql" if options.engine == "postgresql" else "error"
    # Made beforehand, or RDS would make it without a retention.
    add_log_group(
        template,
        context,
        "DatabaseLogGroup",
        name=f"/aws/rds/cluster/{name}/{log}",
        retention_days=LOG_DAYS,
    )
    cluster = template.add_resource(_cluster(options, name, engine, secret, key, placement))
    instances = _add_instances(template, options, name, engine, key)
    proxied = Proxied(
        engine="POSTGRESQL" if options.engine == "postgresql" else "MYSQL",
        cluster=cluster,
        secret=secret,
        secret_name=SECRET,
        after=instances,
    )
    add_proxy(template, context, proxied, subnets=placement.subnets, security_group=placement.security_group)


def _cluster(
    options: DatabaseOptions, name: str, engine: str, secret: str, key: GetAtt, placement: Placement
) -> DBCluster:
    from troposphere import AWS_NO_VALUE, If, Ref, Sub
    from troposphere.rds import DBCluster, ServerlessV2ScalingConfiguration

    def only_where_made(value: object) -> If:
        # Elsewhere the cluster takes all of this from the one that it joins.
        return If(IS_REFERENCE_REGION, value, Ref(AWS_NO_VALUE))

    def login(part: str) -> Sub:
        return Sub(f"{{{{resolve:secretsmanager:${{{secret}}}:SecretString:{part}}}}}")

    return DBCluster(
        "DatabaseCluster",
        DependsOn=["DatabaseLogGroup"],
        DBClusterIdentifier=name,
        GlobalClusterIdentifier=If(IS_REFERENCE_REGION, Ref("DatabaseGlobal"), name),
        Engine=engine,
        EngineVersion=options.version,
        DatabaseName=only_where_made(options.name),
        MasterUsername=only_where_made(login("username")),
        MasterUserPassword=only_where_made(login("password")),
        EnableGlobalWriteForwarding=If(IS_REFERENCE_REGION, Ref(AWS_NO_VALUE), True),
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"] if options.engine == "postgresql" else ["error"],
        ServerlessV2ScalingConfiguration=ServerlessV2ScalingConfiguration(
            MinCapacity=options.min_capacity, MaxCapacity=options.max_capacity
        ),
        Port=PORTS[options.engine],
        DBSubnetGroupName=Ref("DatabaseSubnetGroup"),
        VpcSecurityGroupIds=[placement.security_group],
        StorageEncrypted=True,
        KmsKeyId=key,
        BackupRetentionPeriod=options.backup_days,
        CopyTagsToSnapshot=True,
        DeletionProtection=options.deletion_protection,
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def _add_instances(
    template: Template, options: DatabaseOptions, name: str, engine: str, key: GetAtt
) -> tuple[str, ...]:
    """The logical ids of those that every region has."""
    from troposphere import Ref
    from troposphere.rds import DBInstance

    if options.instances > options.standby_instances:
        by_role(template, primary=True, secondary=False)
    for number in range(1, options.instances + 1):
        standby_too = number <= options.standby_instances
        template.add_resource(
            DBInstance(
                f"DatabaseInstance{number}",
                **({} if standby_too else {"Condition": IS_PRIMARY_REGION}),
                DBInstanceIdentifier=f"{name[: NAME_LIMIT - 2].rstrip('-')}-{number}",
                DBClusterIdentifier=Ref("DatabaseCluster"),
                DBInstanceClass="db.serverless",
                Engine=engine,
                PubliclyAccessible=False,
                EnablePerformanceInsights=True,
                PerformanceInsightsKMSKeyId=key,
                AutoMinorVersionUpgrade=False,
                DeletionPolicy="Delete",
                UpdateReplacePolicy="Delete",
            )
        )
    return tuple(f"DatabaseInstance{number}" for number in range(1, options.standby_instances + 1))
