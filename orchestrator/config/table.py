"""Every key of regions.yaml: its type, limits, default and what it is for. The only place where a key is described.

Those about traffic and drills stand in table_drills.py, about gates in table_gates.py, about rolling out in
table_rollout.py, about the safety analysis in table_analysis.py.
"""

from __future__ import annotations

from orchestrator.config.partitions import ALL_REGIONS, PARTITIONS
from orchestrator.config.spec import Free, Key, ListOf, MapOf, Record, Short, Text, Whole
from orchestrator.config.table_analysis import ANALYSIS
from orchestrator.config.table_drills import DRILLS, OBJECTIVES, TRAFFIC
from orchestrator.config.table_gates import GATES
from orchestrator.config.table_rollout import ROLLOUT
from orchestrator.config.values import URL_PATH, seconds

_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_NAME_RULE = "lower-case letters, digits and single dashes, a letter first"
_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]*"

REGION = Text(what="the name of an AWS region", choices=ALL_REGIONS)

ACCOUNT = Text(what="the 12 digits of an account in quotes", pattern=r"^[0-9]{12}$")

UNIT = Text(
    what="the id of an organizational unit (ou-ab12-34567890) or of a root (r-ab12)",
    pattern=r"^(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32})$",
)

DOMAIN = Text(what="a domain name such as sample.example.com")

ROLE_NAME = Text(
    what="the name of an IAM role (not its ARN): letters, digits and +=,.@_-",
    pattern=r"^[A-Za-z0-9_+=,.@-]+$",
    longest=64,
)

ROUTING_CONTROL = Text(
    what="the ARN of a routing control (arn:aws:route53-recovery-control::ACCOUNT:controlpanel/ID/routingcontrol/ID)",
    pattern=r"^arn:aws[a-z-]*:route53-recovery-control::[0-9]{12}:controlpanel/[0-9A-Za-z]+/routingcontrol/[0-9A-Za-z]+$",
)

ENDPOINT = Text(
    what="the URL of a cluster endpoint, such as https://host-aaaaaa.us-east-1.example.com/v1",
    pattern=r"^https://[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?(:[0-9]{1,5})?(/[0-9A-Za-z._-]+)*/?$",
)

HOSTED_ZONE = Short(
    name="name",
    record=Record(
        keys=(
            Key(name="name", spec=DOMAIN, required=True, doc="Name of the public hosted zone."),
            Key(
                name="account",
                spec=ACCOUNT,
                doc="Account that holds the zone.",
                absent="the home account: the one whose credentials the tool starts with",
            ),
        )
    ),
)

ENVIRONMENT = Record(
    keys=(
        Key(
            name="accounts",
            spec=ListOf(item=ACCOUNT),
            doc="Target accounts, in quotes: without them YAML tools read a number, and drop a leading zero.",
        ),
        Key(
            name="organizational_units",
            spec=ListOf(item=UNIT),
            doc="Organizational units whose accounts are the targets, including those that join later.",
        ),
        Key(
            name="host",
            spec=DOMAIN,
            required=True,
            doc="The shared name that users call. Each region also answers under `{region}.` in front of it. "
            "`{account}` stands for the target account and is needed when there can be several.",
        ),
        Key(
            name="hosted_zone",
            spec=HOSTED_ZONE,
            required=True,
            doc="The public Route 53 zone in which the host lies: its name, or its name and account.",
        ),
        Key(
            name="routing_controls",
            spec=MapOf(noun="routing control", key=REGION, value=ROUTING_CONTROL),
            doc="With `failover.lever: arc`: for every region the routing control that takes it out of service. Each "
            "environment has its own.",
            absent="none",
        ),
    ),
    one_of=("accounts", "organizational_units"),
)

CODE = Record(
    keys=(
        Key(
            name="path",
            spec=Text(what="the path of a folder or of a zip file, relative to regions.yaml", longest=1024),
            required=True,
            doc="Folder (or finished zip file) to package, relative to regions.yaml or absolute.",
        ),
        Key(
            name="kind",
            spec=Text(what="the kind of package", choices=("code", "layer")),
            default="code",
            doc="`code` for a function's code, `layer` for a Lambda layer.",
        ),
    )
)

BLUEPRINT = Text(
    what="package.module:Class or path/to/file.py:Class",
    pattern=rf"^({_IDENTIFIER}(\.{_IDENTIFIER})*|[^:]+\.py):{_IDENTIFIER}$",
    longest=1024,
)


def _stack_set(blueprint: str) -> Record:
    return Record(
        keys=(
            Key(
                name="blueprint",
                spec=BLUEPRINT,
                default=blueprint,
                doc="The class that makes the template: `package.module:Class`, or `path/to/file.py:Class` "
                "relative to regions.yaml.",
            ),
            Key(
                name="options",
                spec=Free(what="the options of the blueprint"),
                doc="Options of the blueprint; the blueprint says which there are.",
                absent="the blueprint's own defaults",
            ),
        )
    )


STACK_SETS = Record(
    keys=(
        Key(
            name="infra",
            spec=_stack_set("blueprints.infra:Infra"),
            doc="What changes rarely: keys, tables, certificates, domain names.",
        ),
        Key(
            name="compute",
            spec=_stack_set("blueprints.compute:Compute"),
            doc="What changes with each release: functions and their API.",
        ),
    )
)

HEALTH = Record(
    keys=(
        Key(
            name="path",
            spec=URL_PATH,
            default="/health",
            doc="Path that Route 53 asks on each region's own name; 2xx or 3xx is healthy.",
        ),
        Key(
            name="interval",
            spec=Whole(what="seconds", least=10, most=30, choices=(10, 30)),
            default=10,
            doc="Seconds between two observations of one checker. Route 53 knows no other values.",
        ),
        Key(
            name="failure_threshold",
            spec=Whole(what="observations", least=1, most=10),
            default=3,
            doc="Observations in a row that change the verdict.",
        ),
    )
)

FAILOVER = Record(
    keys=(
        Key(
            name="policy",
            spec=Text(what="the routing policy", choices=("failover", "weighted", "latency")),
            default="failover",
            doc="Routing policy of the shared name: `failover` answers with one region at a time, `weighted` and "
            "`latency` with all healthy ones, by their weight or by their nearness to the user.",
        ),
        seconds(
            "ttl",
            60,
            "How long resolvers keep an answer, in seconds. 60 is what alias records have; any other value makes "
            "ordinary records, which cannot stand at the top of a zone.",
            least=0,
        ),
        Key(
            name="lever",
            spec=Text(what="what failover moves", choices=("metric", "arc")),
            default="metric",
            doc="What failing over moves: `metric`, a CloudWatch metric in another region, or `arc`, a "
            "routing control of Application Recovery Controller, which costs 2.50 dollars an hour for its cluster.",
        ),
        Key(
            name="cluster",
            spec=MapOf(noun="endpoint", key=REGION, value=ENDPOINT),
            doc="With `lever: arc`: the five endpoints of the cluster, each under its region, as "
            "`aws route53-recovery-control-config describe-cluster` tells them.",
            absent="none",
        ),
    )
)

ACCESS = Record(
    keys=(
        Key(
            name="role",
            spec=ROLE_NAME,
            doc="Role that the tool takes in each target account; `bootstrap` makes it.",
            absent="`{application}-{environment}-orchestrator`",
        ),
        Key(
            name="bootstrap_role",
            spec=ROLE_NAME,
            default="OrganizationAccountAccessRole",
            doc="Role by which `bootstrap` enters a target account for the first time.",
        ),
        Key(
            name="managed_policies",
            spec=ListOf(
                item=Text(
                    what="the ARN of an IAM policy, such as arn:aws:iam::aws:policy/NAME",
                    pattern=r"arn:aws(-us-gov)?:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9+=,.@_/-]+",
                    longest=512,
                )
            ),
            doc="Policies that CloudFormation's role in each account has besides its own: for resource types for which "
            "this tool knows no permissions.",
            absent="none",
        ),
    )
)

ROOT = Record(
    keys=(
        Key(
            name="application",
            spec=Text(what=f"a name of {_NAME_RULE}", pattern=_NAME),
            required=True,
            doc="Name of the application: everything the tool makes begins with `{application}-{environment}`.",
        ),
        Key(
            name="partition",
            spec=Text(what="the AWS partition", choices=PARTITIONS),
            default="aws",
            doc="The partition of all regions: `aws`, or `aws-us-gov` for GovCloud.",
        ),
        Key(
            name="home_region",
            spec=REGION,
            required=True,
            doc="Where the stack sets live. Better not the primary: when the home region is impaired, nothing "
            "can be deployed anywhere.",
        ),
        Key(
            name="reference_region",
            spec=REGION,
            doc="The region whose stack defines what may be defined only once (the global table). It must be one of "
            "`regions`, and must not change once deployed.",
            absent="`home_region` if the application runs there, else the first region that is not primary",
        ),
        Key(
            name="regions",
            spec=MapOf(
                noun="region",
                key=REGION,
                least=2,
                value=Record(
                    keys=(
                        Key(
                            name="role",
                            spec=Text(what="the role", choices=("primary", "secondary")),
                            required=True,
                            doc="`primary` (exactly one) serves users; `secondary` stands by. Under `weighted` and "
                            "`latency` all serve, and the primary is only the last to get a release.",
                        ),
                        Key(
                            name="weight",
                            spec=Whole(what="shares", least=0, most=255),
                            default=1,
                            doc="Share of the users under `failover.policy: weighted`. A region of weight 0 gets users "
                            "only while no other is healthy.",
                        ),
                    )
                ),
            ),
            required=True,
            doc="The regions of the application. Standbys take over in the order in which they are written.",
        ),
        Key(
            name="environments",
            spec=MapOf(
                noun="environment",
                key=Text(what=f"a name of {_NAME_RULE}", pattern=_NAME),
                value=ENVIRONMENT,
            ),
            required=True,
            doc="Where the application runs: one entry per environment, such as `production` or `staging`.",
        ),
        Key(
            name="code",
            spec=MapOf(
                noun="package",
                key=Text(what=f"a name of {_NAME_RULE}", pattern=_NAME, longest=64),
                value=CODE,
                least=0,
            ),
            required=True,
            doc="Packages of code and layers by name; blueprints refer to the names. `{}`: all runs in containers.",
        ),
        Key(name="stack_sets", spec=STACK_SETS, doc="The two stack sets of the application."),
        Key(name="health", spec=HEALTH, doc="The endpoint check of each region."),
        Key(name="failover", spec=FAILOVER, doc="How the shared name is answered."),
        Key(
            name="rollout",
            spec=ROLLOUT,
            doc="In which order a release goes out, and how long the tool waits for what before it calls it a failure.",
        ),
        Key(name="gates", spec=GATES, doc="What each region must pass after its release before the next is touched."),
        Key(name="objectives", spec=OBJECTIVES, doc="What drills must reach."),
        Key(name="traffic", spec=TRAFFIC, doc="The requests that are made during every run, as users make them."),
        Key(name="drills", spec=DRILLS, doc="How drills are run, and when they are not."),
        Key(name="access", spec=ACCESS, doc="Names of the roles in the target accounts."),
        Key(name="analysis", spec=ANALYSIS, doc="What the safety analysis of the templates may not object to."),
    )
)
