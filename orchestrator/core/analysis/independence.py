"""What makes one region depend on another: places written down, what exists once, and names that collide."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.setting import Setting
from orchestrator.core.analysis.values import Value, at, listed, mapping, text
from orchestrator.core.plan import Severity

FOREIGN_REGION = Rule(
    id="foreign-region",
    severity=Severity.WARNING,
    title="An ARN, endpoint, bucket, image, layer or key of one region is written down",
    why="The template is the same in every region: all of them would depend on this one, and fail with it.",
    fix="write ${AWS::Region} instead, or take the value from a Mapping by region (Fn::FindInMap)",
)
FOREIGN_CODE = Rule(
    id="foreign-code",
    severity=Severity.WARNING,
    title="The code of all regions comes from one bucket",
    why="Lambda reads code only from a bucket of its own region, and a region in trouble cannot be repaired out "
    "of another's bucket.",
    fix="read it from ${ArtifactBucketPrefix}-${AWS::Region}, into which it is replicated",
)
TABLE_PER_REGION = Rule(
    id="table-per-region",
    severity=Severity.ERROR,
    title="A global table is defined by every region",
    why="CloudFormation makes the replicas of a global table from one stack. Defined by each, a fixed name fails in "
    "the second region; without one each region has a table of its own, and failing over finds other data.",
    fix="give it a condition that holds in one region (ReferenceRegion equals true)",
)
SINGLE_REGION_KEY = Rule(
    id="single-region-key",
    severity=Severity.WARNING,
    title="Replicated data rests on a key of one region",
    why="A replica that needs a key of another region cannot be read, or is never made, once that region is out.",
    fix="give each replica a key of its own region, or a multi-region key with replicas",
)
SINGLE_REGION_SECRET = Rule(
    id="single-region-secret",
    severity=Severity.WARNING,
    title="A secret of one region belongs to what is replicated",
    why="Without ReplicaRegions the secret is in one region only, or each region makes up another: after a failover "
    "nobody can log in to the data.",
    fix="define it in one region (ReferenceRegion), with ReplicaRegions for all the others",
)
NAME_COLLIDES = Rule(
    id="name-collides",
    severity=Severity.WARNING,
    title="A name that must be unique is the same in several regions or accounts",
    why="Names of buckets are taken for all accounts; those of dashboards, CloudFront's things and records for all "
    "regions of an account. The second region cannot be made, or overwrites the first.",
    fix="put ${AWS::Region} (for buckets also ${AWS::AccountId}) into the name, or define it in one region only",
)
ROLE_WITHOUT_REGION = Rule(
    id="role-without-region",
    severity=Severity.WARNING,
    title="The name of an IAM role or policy has no region in it",
    why="IAM is global: the stack of the second region finds the name taken, and its creation fails.",
    fix="put ${AWS::Region} into the name, or leave the name out",
)

RULES = (
    FOREIGN_REGION,
    FOREIGN_CODE,
    TABLE_PER_REGION,
    SINGLE_REGION_KEY,
    SINGLE_REGION_SECRET,
    NAME_COLLIDES,
    ROLE_WITHOUT_REGION,
)

_REGION = r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-[a-z]+)+-[0-9]"
_PLACES = re.compile(
    rf"arn:(?:[^:\s$]+|\$\{{[^}}]*\}}):[a-z0-9-]+:({_REGION}):"
    rf"|\b({_REGION})\.(?:[a-z0-9-]+\.)*(?:amazonaws\.com|\$\{{AWS::URLSuffix\}})"
    rf"|\b[a-z0-9-]+\.({_REGION})\.(?:amazonaws\.com|on\.aws)|\bs3-({_REGION})\."
    rf"|(?:\bs3://|:s3:::)[^/\s]*-({_REGION})(?:/|$)"
)
# Buckets are told apart by the region at the end of their names.
_BUCKET_NAME = re.compile(rf".*-({_REGION})")
_BUCKET_PATH = re.compile(r"bucket[^.]*$", re.IGNORECASE)

# What shows other regions, or names them because replication is its business.
_SHOWING = ("AWS::CloudWatch::Dashboard", "AWS::CloudWatch::CompositeAlarm")
# CloudFront takes certificates and web ACLs of us-east-1 and of no other region.
_CLOUDFRONT = re.compile(r"ViewerCertificate\.AcmCertificateArn$|WebACLId$|LambdaFunctionARN$")
_REPLICATION = re.compile(r"\.Replicas?\.|\.ReplicaRegions\.|ReplicationConfiguration\.")

# Type -> property that names it, and whether the name is taken for all accounts.
_GLOBAL_NAMES = {
    "AWS::S3::Bucket": ("BucketName", True),
    "AWS::CloudWatch::Dashboard": ("DashboardName", False),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig.Name", False),
    "AWS::CloudFront::Function": ("Name", False),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig.Name", False),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig.Name", False),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig.Name", False),
    "AWS::RDS::GlobalCluster": ("GlobalClusterIdentifier", False),
}
_IAM_NAMES = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
_PER_STACK = ("AWS::StackId", "AWS::StackName")
_CODE = {"AWS::Lambda::Function": ("Code", "S3Bucket"), "AWS::Lambda::LayerVersion": ("Content", "S3Bucket")}


def independence(document: Document, setting: Setting) -> Iterator[Hit]:
    """Hits of one template. `setting.regions` are those of the application."""
    yield from _foreign(document, setting)
    yield from _names(document, setting)
    yield from _code(document)
    yield from _tables(document)
    yield from _secrets(document)


def regions_in(said: str) -> frozenset[str]:
    """The regions whose ARNs or endpoints a text holds."""
    return frozenset(region for found in _PLACES.findall(said) for region in found if region)


def _foreign(document: Document, setting: Setting) -> Iterator[Hit]:
    for one in document.resources:
        if one.somewhere_only or one.type in _SHOWING:
            continue
        of_iam = one.type.startswith("AWS::IAM::")
        named = {path: found for path, said in one.texts if (found := regions_in(said) | _of_bucket(path, said))}
        # A grant for every region of the application depends on none of them.
        if of_iam and frozenset(setting.regions) <= frozenset().union(*named.values()):
            continue
        for path, found in named.items():
            if not _is_meant(one, path):
                yield Hit(FOREIGN_REGION, one.layer, one.name, path, f"names {', '.join(sorted(found))}")


def _of_bucket(path: str, said: str) -> frozenset[str]:
    """The region at the end of a bucket's name, where a bucket is named."""
    found = _BUCKET_NAME.fullmatch(said) if _BUCKET_PATH.search(path) else None
    return frozenset({found[1]} if found else ())


def _is_meant(one: Resource, path: str) -> bool:
    if one.type.startswith("AWS::CloudFront::"):
        return bool(_CLOUDFRONT.search(path))
    return bool(_REPLICATION.search(path))


def _names(document: Document, setting: Setting) -> Iterator[Hit]:
    for one in document.resources:
        path, for_all_accounts = _GLOBAL_NAMES.get(one.type, ("", False))
        named = one.at(*path.split(".")) if path else None
        if named is not None:
            lacking = _lacking(document, one, named, setting, for_all_accounts=for_all_accounts)
            if lacking:
                message = f"{text(named)} has no {lacking} in it"
                yield Hit(NAME_COLLIDES, one.layer, one.name, f"Properties.{path}", message)
        name = one.at(_IAM_NAMES.get(one.type, ""))
        if name is not None and not one.somewhere_only and not _differs(document, name, "AWS::Region"):
            path = f"Properties.{_IAM_NAMES[one.type]}"
            yield Hit(ROLE_WITHOUT_REGION, one.layer, one.name, path, f"{text(name)} is the same in every region")
        if one.type == "AWS::Route53::RecordSet" and one.at("SetIdentifier") is None:
            message = f"every region makes the record {one.text('Name')}"
            if not one.somewhere_only and not _differs(document, one.at("Name"), "AWS::Region"):
                yield Hit(NAME_COLLIDES, one.layer, one.name, "Properties.Name", message)


def _lacking(document: Document, one: Resource, named: Value, setting: Setting, *, for_all_accounts: bool) -> str:
    """`region`, `account` or both; "" when the name collides with nothing."""
    lacking = []
    if not one.somewhere_only and len(setting.regions) > 1 and not _differs(document, named, "AWS::Region"):
        lacking.append("region")
    if for_all_accounts and setting.accounts > 1 and not _differs(document, named, "AWS::AccountId"):
        lacking.append("account")
    return " and no ".join(lacking)


def _differs(document: Document, value: Value, by: str) -> bool:
    """Whether a value holds something that differs by it: itself, the stack, or another resource's name."""
    written = json.dumps(value)
    if any(name in written for name in (by, *_PER_STACK)):
        return True
    referred = re.findall(r"\$\{(\w+)[.}]", text(value))
    return any(name in document.by_name for name in referred)


def _code(document: Document) -> Iterator[Hit]:
    for one in document.resources:
        path = _CODE.get(one.type)
        bucket = one.at(*path) if path else None
        if path and isinstance(bucket, str):
            yield Hit(FOREIGN_CODE, one.layer, one.name, f"Properties.{'.'.join(path)}", f"{bucket} is in one region")


def _tables(document: Document) -> Iterator[Hit]:
    for one in document.of_type("AWS::DynamoDB::GlobalTable"):
        replicas = listed(one.at("Replicas"))
        if len(replicas) > 1 and not one.somewhere_only:
            message = f"its {len(replicas)} replicas are defined by every instance of the stack set"
            yield Hit(TABLE_PER_REGION, one.layer, one.name, "Properties.Replicas", message)
        keys = [text(at(replica, "SSESpecification", "KMSMasterKeyId")) for replica in replicas]
        for place, key in enumerate(keys):
            if key and keys.index(key) != place:
                path = f"Properties.Replicas.{place}.SSESpecification.KMSMasterKeyId"
                yield Hit(SINGLE_REGION_KEY, one.layer, one.name, path, f"{key} is the key of another replica as well")
    yield from _bucket_keys(document)


def _bucket_keys(document: Document) -> Iterator[Hit]:
    for one in document.of_type("AWS::S3::Bucket"):
        for place, rule in enumerate(listed(one.at("ReplicationConfiguration", "Rules"))):
            key = text(at(rule, "Destination", "EncryptionConfiguration", "ReplicaKmsKeyID"))
            found = document.by_name.get(key.removeprefix("${").removesuffix("}").removesuffix(".Arn"))
            if found is not None and found.type == "AWS::KMS::Key":
                path = f"Properties.ReplicationConfiguration.Rules.{place}.Destination.EncryptionConfiguration"
                message = f"{found.name} is the key of the source's region"
                yield Hit(SINGLE_REGION_KEY, one.layer, one.name, path, message)


def _secrets(document: Document) -> Iterator[Hit]:
    shared_data = any(document.of_type("AWS::RDS::GlobalCluster", "AWS::DocDB::GlobalCluster"))
    for one in document.of_type("AWS::SecretsManager::Secret"):
        if one.at("ReplicaRegions") is not None:
            continue
        if one.somewhere_only:
            yield Hit(SINGLE_REGION_SECRET, one.layer, one.name, "", "exists in one region, without replicas")
        elif shared_data and mapping(one.at("GenerateSecretString")):
            yield Hit(SINGLE_REGION_SECRET, one.layer, one.name, "", "each region makes up another, for one database")
