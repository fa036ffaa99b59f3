"""Which resource types hold what cannot be made again, and which ones callers hold the address of."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.analysis.document import Resource

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
CLUSTERS = ("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster")

KEPT = frozenset(
    {
        *TABLES,
        *CLUSTERS,
        "AWS::Cognito::UserPool",
        "AWS::EFS::FileSystem",
        "AWS::KMS::Key",
        "AWS::RDS::DBInstance",
        "AWS::S3::Bucket",
    }
)
"""Data that must outlive its stack."""

STORES = KEPT | {
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Kinesis::Stream",
    "AWS::RDS::GlobalCluster",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
}
"""What the application finds empty, or another, when it is replaced."""

ENTRANCES = frozenset(
    {
        "AWS::ApiGateway::BasePathMapping",
        "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudFront::Distribution",
        "AWS::Cognito::UserPoolClient",
        "AWS::ECS::Service",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Events::EventBus",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Url",
        "AWS::SNS::Topic",
        "AWS::StepFunctions::StateMachine",
    }
)
"""What callers reach by an address that a replacement changes."""

_RETAINING = ("Retain", "RetainExceptOnCreate", "Snapshot")


def retained(resource: Resource, policy: str) -> bool:
    """Whether `DeletionPolicy` or `UpdateReplacePolicy` keeps the data, also by a snapshot."""
    return resource.whole.get(policy) in _RETAINING


def data_stores(resources: tuple[Resource, ...]) -> Iterator[Resource]:
    """What must outlive its stack. An instance of a cluster has no data of its own."""
    for one in resources:
        if one.type in KEPT and not (one.type == "AWS::RDS::DBInstance" and one.at("DBClusterIdentifier") is not None):
            yield one
