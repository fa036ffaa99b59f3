"""What lets too many in, or shows what must not be seen: policies, buckets, stores, secrets, security groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.policies import (
    Statement,
    allowed_actions,
    identity_policies,
    is_anyone,
    resource_policies,
)
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.values import Value, at, is_false, is_true, listed, mapping, text
from orchestrator.core.plan import Severity

POLICY_WILDCARD = Rule(
    id="policy-wildcard",
    severity=Severity.WARNING,
    title="A policy allows everything of a service, or everything there is",
    why="Whoever gets hold of the role gets all of it: other applications' tables, functions, secrets.",
    fix="name the actions that the code calls, and the ARNs of what it works with",
)
POLICY_PUBLIC = Rule(
    id="policy-public",
    severity=Severity.ERROR,
    title="A resource policy lets everybody in",
    why="Principal `*` without a condition that says who is every AWS account, and with S3 everybody without one.",
    fix="name the accounts or services, or restrict it by aws:SourceAccount, aws:SourceArn or aws:PrincipalOrgID",
)
BUCKET_PUBLIC = Rule(
    id="bucket-public",
    severity=Severity.ERROR,
    title="A bucket's ACL lets everybody read or write",
    why="The objects are on the Internet the moment they are put.",
    fix="take AccessControl out, and serve public files through CloudFront with an origin access control",
)
BUCKET_UNGUARDED = Rule(
    id="bucket-unguarded",
    severity=Severity.WARNING,
    title="A bucket may become public",
    why="Without all four settings of its public access block, one wrong policy or ACL later is enough.",
    fix="set all four properties of PublicAccessBlockConfiguration to true",
)
STORE_UNENCRYPTED = Rule(
    id="store-unencrypted",
    severity=Severity.WARNING,
    title="A store is not encrypted at rest",
    why="What AWS does not encrypt by itself is readable on its disks and in its snapshots.",
    fix="turn its encryption on: many types can only be replaced to get it later",
)
PLAIN_SECRET = Rule(
    id="plain-secret",
    severity=Severity.ERROR,
    title="A secret stands in the template",
    why="Templates, environments and plain parameters are read by whoever may describe a stack or a function, and stay "
    "in its history.",
    fix="keep it in Secrets Manager and give the code its name, or refer to it by {{resolve:secretsmanager:...}}; and "
    "change this one, it is known by now",
)
SECURITY_GROUP_OPEN = Rule(
    id="security-group-open",
    severity=Severity.WARNING,
    title="A security group is open to the Internet beyond HTTP and HTTPS",
    why="Databases, caches and shells that answer everybody are found within minutes.",
    fix="name the security group or the address range of the callers",
)

RULES = (
    POLICY_WILDCARD,
    POLICY_PUBLIC,
    BUCKET_PUBLIC,
    BUCKET_UNGUARDED,
    STORE_UNENCRYPTED,
    PLAIN_SECRET,
    SECURITY_GROUP_OPEN,
)

# Actions that know no resource: `*` is all that can be written. Reading what there is gives nothing away.
_WITHOUT_RESOURCE = re.compile(
    r"xray:(PutTelemetryRecords|PutTraceSegments|GetSampling\w+)|cloudwatch:PutMetricData|ecr:GetAuthorizationToken"
    r"|ec2:(Create|Delete)NetworkInterface|ec2:(Una|A)ssignPrivateIpAddresses|sts:GetCallerIdentity"
    r"|logs:(Create|Get|Update|Delete|List)LogDeliver(y|ies)|logs:PutResourcePolicy|cloudwatch:GetMetricData"
    r"|(ssmmessages|ssm):(Create|Open)\w+Channel|[\w-]+:(Describe|List)\w*"
)
_KINDS = (
    "alarm|alias|cluster|dashboard|event-bus|execution|function|index|key|layer|log-group|parameter|policy|repository"
    "|role|rule|secret|stateMachine|stream|table|task|task-definition|topic|user"
)
# A kind of resource and no name. What stands before a slash in other ARNs is a name: a bucket's, an API's.
_EVERYTHING = re.compile(rf"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:(({_KINDS})[:/])?\*(/\*)?")
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_ALL_OF_A_SERVICE = re.compile(r"\*|[\w-]+:\*")
_PUBLIC_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

# Type -> what must be there (or true). S3, DynamoDB, SQS and log groups are encrypted unless told otherwise.
_ENCRYPTION: dict[str, tuple[str, ...]] = {
    "AWS::DocDB::DBCluster": ("StorageEncrypted",),
    "AWS::EC2::Volume": ("Encrypted",),
    "AWS::EFS::FileSystem": ("Encrypted",),
    "AWS::ElastiCache::ReplicationGroup": ("AtRestEncryptionEnabled",),
    "AWS::Kinesis::Stream": ("StreamEncryption",),
    "AWS::Neptune::DBCluster": ("StorageEncrypted",),
    "AWS::OpenSearchService::Domain": ("EncryptionAtRestOptions", "Enabled"),
    "AWS::RDS::DBCluster": ("StorageEncrypted",),
    "AWS::RDS::DBInstance": ("StorageEncrypted",),
    "AWS::RDS::GlobalCluster": ("StorageEncrypted",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
}
# Their storage is that of what they belong to, or come from.
_INHERITED = ("DBClusterIdentifier", "SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDBInstanceIdentifier")

_SECRET_NAME = re.compile(r".*(password|passwd|passphrase|secret|token|credentials?|(api|access|private)_?key)", re.I)
_SECRET_PROPERTY = re.compile(r"\w*Password|SecretString|AuthToken|O[Aa]uthToken|ClientSecret|client_secret")
_SECRET_TEXT = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_\w{36}\b")
_NO_SECRET = re.compile(r"|true|false|arn:.*|https?://.*|/.*|.*\$\{.*|.*\{\{resolve:.*", re.I | re.S)
_WORLD = ("0.0.0.0/0", "::/0")
_WEB_PORTS = ("80", "443")


def security(document: Document, prefix: str = "") -> Iterator[Hit]:
    """Hits of one template. What begins with `prefix` is a name of this application: that of a secret is none."""
    for one in document.resources:
        yield from _policies(one)
        yield from _bucket(one)
        yield from _encryption(one)
        yield from _secrets(one, prefix)
        yield from _security_group(one)
    yield from _defaults(document)


def _policies(one: Resource) -> Iterator[Hit]:
    for path, statement in identity_policies(one):
        wide = _wide(statement)
        if wide:
            yield Hit(POLICY_WILDCARD, one.layer, one.name, path, wide)
    for path, statement in resource_policies(one):
        if is_anyone(statement):
            yield Hit(POLICY_PUBLIC, one.layer, one.name, path, "everybody is allowed")


def _wide(statement: Statement) -> str:
    """What a statement allows too much of, in words; "" for nothing."""
    if statement.get("Effect") == "Allow" and "NotAction" in statement:
        return "everything but NotAction is allowed"
    actions = allowed_actions(statement)
    services = [action for action in actions if _ALL_OF_A_SERVICE.fullmatch(action)]
    if services:
        return f"allows {', '.join(services)}"
    if mapping(statement.get("Condition")):
        return ""
    with_resource = [action for action in actions if not _WITHOUT_RESOURCE.fullmatch(action)]
    named = [text(one) for one in listed(statement.get("Resource"))]
    # The colons of ${AWS::Region} are none of the ARN's.
    everything = [one for one in named if _EVERYTHING.fullmatch(_PLACEHOLDER.sub("x", one))]
    return f"allows {', '.join(with_resource)} on {everything[0]}" if with_resource and everything else ""


def _bucket(one: Resource) -> Iterator[Hit]:
    if one.type != "AWS::S3::Bucket":
        return
    if one.text("AccessControl") in _PUBLIC_ACLS:
        message = f"AccessControl is {one.text('AccessControl')}"
        yield Hit(BUCKET_PUBLIC, one.layer, one.name, "Properties.AccessControl", message)
    path = "PublicAccessBlockConfiguration"
    off = [name for name in _BLOCKS if not is_true(one.at(path, name))]
    if off:
        yield Hit(BUCKET_UNGUARDED, one.layer, one.name, f"Properties.{path}", f"not true: {', '.join(off)}")


def _encryption(one: Resource) -> Iterator[Hit]:
    path = _ENCRYPTION.get(one.type)
    if path and not any(one.at(name) is not None for name in _INHERITED):
        value = one.at(*path)
        if value is None or is_false(value):
            yield Hit(
                STORE_UNENCRYPTED, one.layer, one.name, f"Properties.{'.'.join(path)}", f"{'.'.join(path)} is not set"
            )
    if one.type == "AWS::SQS::Queue" and is_false(one.at("SqsManagedSseEnabled")) and one.at("KmsMasterKeyId") is None:
        yield Hit(
            STORE_UNENCRYPTED, one.layer, one.name, "Properties.SqsManagedSseEnabled", "SqsManagedSseEnabled is false"
        )


def _secrets(one: Resource, prefix: str) -> Iterator[Hit]:
    """Never with the value: findings are posted as comments."""
    found = {path: "holds a key" for path, said in one.texts if _SECRET_TEXT.search(said)}
    for path, said in one.texts:
        if _SECRET_PROPERTY.fullmatch(path.rpartition(".")[2]) and not _is_no_secret(said, prefix):
            found[path] = "is a secret, written down"
    for path, name, value in _named(one):
        if isinstance(value, str) and _SECRET_NAME.fullmatch(name) and not _is_no_secret(value, prefix):
            found[path] = f"{name} is a secret, written down"
    for path, message in found.items():
        yield Hit(PLAIN_SECRET, one.layer, one.name, path, message)


def _named(one: Resource) -> Iterator[tuple[str, str, Value]]:
    """Path, name and value of what code is told: environments and plain parameters."""
    match one.type:
        case "AWS::Lambda::Function":
            for name, value in mapping(one.at("Environment", "Variables")).items():
                yield f"Properties.Environment.Variables.{name}", name, value
        case "AWS::ECS::TaskDefinition":
            for place, container in enumerate(listed(one.at("ContainerDefinitions"))):
                for number, pair in enumerate(listed(at(container, "Environment"))):
                    path = f"Properties.ContainerDefinitions.{place}.Environment.{number}"
                    yield path, text(at(pair, "Name")), at(pair, "Value")
        case "AWS::SSM::Parameter":
            yield "Properties.Value", one.text("Name"), one.at("Value")
        case _:
            return


def _is_no_secret(said: str, prefix: str) -> bool:
    return bool(_NO_SECRET.fullmatch(said)) or bool(prefix and said.startswith(prefix))


def _defaults(document: Document) -> Iterator[Hit]:
    """Parameters that are hidden, and whose default anybody can read."""
    for name, parameter in sorted(mapping(document.body.get("Parameters")).items()):
        said = text(at(parameter, "Default"))
        if is_true(at(parameter, "NoEcho")) and not _NO_SECRET.fullmatch(said):
            yield Hit(PLAIN_SECRET, document.layer, name, "Default", "NoEcho hides it, this shows it", "Parameters")


def _security_group(one: Resource) -> Iterator[Hit]:
    if one.type == "AWS::EC2::SecurityGroup":
        written = listed(one.at("SecurityGroupIngress"))
        rules = [(f"Properties.SecurityGroupIngress.{place}", rule) for place, rule in enumerate(written)]
    elif one.type == "AWS::EC2::SecurityGroupIngress":
        rules = [("Properties", one.properties)]
    else:
        return
    for path, rule in rules:
        ports = [_number(at(rule, name)) for name in ("FromPort", "ToPort")]
        open_to = [at(rule, name) for name in ("CidrIp", "CidrIpv6")]
        web = ports[0] == ports[1] and ports[0] in _WEB_PORTS
        if any(said in _WORLD for said in open_to if isinstance(said, str)) and not web:
            yield Hit(SECURITY_GROUP_OPEN, one.layer, one.name, path, f"ports {'-'.join(ports)} are open to everybody")


def _number(value: Value) -> str:
    """`443` of 443 and of "443"; `?` for what is neither."""
    return str(value) if isinstance(value, str | int) else "?"
