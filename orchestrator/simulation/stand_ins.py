"""Small templates and packages in the place of a user's own: what a simulation can tell does not depend on theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from orchestrator.core.canonical import canonical_json, digest, template_digest
from orchestrator.core.desired import Inputs, Template, code_parameter, release_of
from orchestrator.core.names import Names
from orchestrator.core.state import Artifact
from orchestrator.core.topology import Environment, Topology

_STRING = {"Type": "String"}
_RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
_KEPT_TABLE = {
    "DeletionProtectionEnabled": True,
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
}
_ZONE_OUTPUTS = ("SharedTarget", "SharedTargetZoneId", "RegionalTarget", "RegionalTargetZoneId")


def infra_body() -> str:
    """A table that is retained, a certificate, an API domain."""
    return canonical_json(
        {
            "Parameters": {
                "RegionRole": _STRING,
                "ReferenceRegion": _STRING,
                "ValidationZoneId": _STRING | {"Default": ""},
            },
            "Resources": {
                "Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": _KEPT_TABLE, **_RETAINED},
                "Domain": {"Type": "AWS::ApiGatewayV2::DomainName", "Properties": {"EndpointType": "REGIONAL"}},
                "Certificate": {"Type": "AWS::CertificateManager::Certificate", "Properties": {"Host": "x"}},
            },
            "Outputs": {name: {"Value": name} for name in _ZONE_OUTPUTS},
        }
    )


def compute_body(artifacts: Iterable[str], memory: int = 256) -> str:
    """A function of these artifacts."""
    properties = {"MemorySize": memory, "LoggingConfig": {"LogGroup": "function"}}
    code = [code_parameter(name, field) for name in artifacts for field in ("Key", "Version")]
    return canonical_json(
        {
            "Parameters": dict.fromkeys(("ArtifactBucketPrefix", "RegionRole", "Release", *code), _STRING),
            "Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}},
        }
    )


def control_body(prefix: str) -> str:
    """The artifact bucket, retained as the real one is. `prefix` is Names.prefix."""
    name = {"Fn::Sub": f"{prefix}-${{AWS::AccountId}}-${{AWS::Region}}"}
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": name}}
    return canonical_json({"Resources": {"ArtifactBucket": bucket}})


def access_template(whose: str) -> Template:
    """One role; `whose` is `Home` or `Target`."""
    return template("access", canonical_json({"Resources": {whose: {"Type": "AWS::IAM::Role"}}}))


def template(layer: str, body: str) -> Template:
    """A body as the planner takes it."""
    parameters = tuple(sorted(json.loads(body).get("Parameters", {})))
    return Template(layer=layer, body=body, digest=template_digest(body), parameters=parameters)


def artifact(name: str, content: str, names: Names) -> Artifact:
    """A package whose bytes are `content`; nobody opens its file."""
    sha256 = digest(content)
    return Artifact(name, sha256, len(content), names.artifact_key(name, sha256), f"/nowhere/{name}.zip")


def stand_in_inputs(
    topology: Topology, environment: Environment, home_account: str, accounts: tuple[str, ...], edition: int = 1
) -> Inputs:
    """What planning needs of one environment, without packaging code or loading a blueprint.

    Each `edition` is another release: other code, and where there is none another template.
    """
    names = Names(topology.application, environment.name, home_account)
    artifacts = tuple(artifact(source.name, f"{source.name} {edition}", names) for source in topology.code)
    memory = 256 if artifacts else 256 * edition
    compute = template("compute", compute_body([source.name for source in topology.code], memory))
    return Inputs(
        # What is accepted of the user's own templates has nothing to excuse here.
        topology=replace(topology, accepted=()),
        environment=environment,
        home_account=home_account,
        accounts=accounts,
        release=release_of(artifacts, compute.digest),
        artifacts=artifacts,
        control=template("control", control_body(names.prefix)),
        infra=template("infra", infra_body()),
        compute=compute,
        home_access=access_template("Home"),
        target_access=access_template("Target"),
    )
