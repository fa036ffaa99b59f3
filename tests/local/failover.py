"""An application in two regions of the embedded AWS, with health checks and a failover pair; its code is the test's."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tests.embedded import Embedded

EAST, WEST = "us-east-1", "us-west-2"
_ALIAS = {"HostedZoneId": "Z1UJRXOUMOOFQ8", "EvaluateTargetHealth": False}


@dataclass(frozen=True)
class World:
    """A hosted zone with `shared` (PRIMARY east, SECONDARY west) and regional names; `checks` by region."""

    embedded: Embedded
    zone: str
    domain: str
    checks: dict[str, str]

    @property
    def shared(self) -> str:
        return f"app.{self.domain}"

    def statuses(self, region: str) -> set[str]:
        """`Success` and `Failure`, as the checkers of a region say."""
        route53 = self.embedded.client("route53", EAST)
        seen = route53.get_health_check_status(HealthCheckId=self.checks[region])["HealthCheckObservations"]
        return {one["StatusReport"]["Status"].partition(":")[0] for one in seen}

    def answer(self, name: str = "", kind: str = "A", **client: str) -> Any:
        """TestDNSAnswer."""
        route53 = self.embedded.client("route53", EAST)
        return route53.test_dns_answer(
            HostedZoneId=self.zone, RecordName=name or self.shared, RecordType=kind, **client
        )

    def serving(self) -> str:
        """The region whose address is answered for the shared name."""
        address = self.answer()["RecordData"][0]
        return next(region for region, one in self.embedded.aws.data_plane.items() if one == address)


def make_zone(embedded: Embedded, account: str = "000000000000") -> tuple[str, str]:
    """A new hosted zone: its id and name."""
    domain = f"z{uuid.uuid4().hex[:8]}.dev"
    made = embedded.client("route53", EAST, account).create_hosted_zone(Name=domain, CallerReference=domain)
    return str(made["HostedZone"]["Id"]).rpartition("/")[2], domain


def put(embedded: Embedded, zone: str, *records: dict[str, Any], account: str = "000000000000") -> str:
    """UPSERTs records in one batch; the id of the change."""
    changes = [{"Action": "UPSERT", "ResourceRecordSet": one} for one in records]
    route53 = embedded.client("route53", EAST, account)
    made = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    return str(made["ChangeInfo"]["Id"])


def plain(name: str, kind: str, *values: str, ttl: int = 60, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": one} for one in values], **more}


def alias(name: str, target: str, kind: str = "A", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "AliasTarget": {**_ALIAS, "DNSName": target}, **more}


def check(embedded: Embedded, host: str, account: str = "000000000000", **config: Any) -> str:
    """A health check of a name's /health, every 10 s, three times; its id."""
    given = {
        "Type": "HTTPS",
        "FullyQualifiedDomainName": host,
        "ResourcePath": "/health",
        "RequestInterval": 10,
        "FailureThreshold": 3,
        **config,
    }
    made = embedded.client("route53", EAST, account).create_health_check(
        CallerReference=str(uuid.uuid4()), HealthCheckConfig=given
    )
    return str(made["HealthCheck"]["Id"])


def deploy(embedded: Embedded, url: str) -> World:
    """An API in each region, behind the shared and the regional name, which calls `url`/{region}."""
    zone, domain = make_zone(embedded)
    targets = {region: _api(embedded, region, domain, f"{url}/{region}") for region in (EAST, WEST)}
    put(embedded, zone, *(alias(f"{region}.{domain}", target) for region, target in targets.items()))
    checks = {region: check(embedded, f"{region}.{domain}") for region in targets}
    roles = ((EAST, "PRIMARY"), (WEST, "SECONDARY"))
    pair = [
        alias(f"app.{domain}", targets[region], SetIdentifier=role, Failover=role, HealthCheckId=checks[region])
        for region, role in roles
    ]
    put(embedded, zone, *pair)
    return World(embedded, zone, domain, checks)


def _api(embedded: Embedded, region: str, domain: str, url: str) -> str:
    """The d-... name of the shared domain."""
    client = embedded.client("apigatewayv2", region)
    api = client.create_api(Name=domain, ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api, IntegrationType="HTTP_PROXY", IntegrationMethod="ANY", IntegrationUri=url, PayloadFormatVersion="1.0"
    )["IntegrationId"]
    client.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{integration}")
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    targets = []
    for name in (f"app.{domain}", f"{region}.{domain}"):
        made = client.create_domain_name(
            DomainName=name,
            DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:::certificate/x", "EndpointType": "REGIONAL"}],
        )
        client.create_api_mapping(DomainName=name, ApiId=api, Stage="$default")
        targets.append(made["DomainNameConfigurations"][0]["ApiGatewayDomainName"])
    return str(targets[0])
