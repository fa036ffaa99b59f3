"""Names that the tool will derive must fit into AWS, with the longest region at their end."""

from __future__ import annotations

from orchestrator.config.problems import Problems
from orchestrator.config.walk import Draft
from orchestrator.core.names import LAYERS, Names

BUCKET_LIMIT = 63  # docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
ROLE_LIMIT = 64  # IAM, CreateRole
STACK_SET_LIMIT = 128  # CloudFormation, CreateStackSet
_ANY_ACCOUNT = "0" * 12

# S3 keeps bucket names with these beginnings for itself; ours begin with the application.
_RESERVED = ("sthree-", "amzn-s3-demo-")


def check(draft: Draft, problems: Problems) -> None:
    """Report environments whose derived names are too long, and applications that S3 would refuse."""
    application = draft.text("application")
    if not application:
        return
    regions = (*draft.under("regions"), draft.text("home_region"))
    longest = max(regions, key=len)
    for environment in draft.under("environments"):
        path = ("environments", environment)
        names = Names(application, environment, _ANY_ACCOUNT)
        over, message = max(_excesses(names, longest))
        if over > 0:
            fix = f"shorten the application's or the environment's name by {over}"
            problems.error(draft.key_at(*path), path, message, fix=fix)
        if f"{application}-{environment}".startswith(_RESERVED):
            fix = "choose another name for the application"
            message = f"S3 keeps bucket names that begin like {names.prefix} for itself"
            problems.error(draft.at("application"), ("application",), message, fix=fix)


def _excesses(names: Names, region: str) -> list[tuple[int, str]]:
    roles = (names.replication_role, names.administration_role, names.execution_role, names.access_role(""))
    derived = [
        ("bucket", names.artifact_bucket(region), BUCKET_LIMIT),
        *(("role", role, ROLE_LIMIT) for role in roles),
        *(("stack set", names.stack_set(layer), STACK_SET_LIMIT) for layer in ("control", *LAYERS)),
    ]
    return [
        (len(name) - limit, f"the name of its {kind} would have {len(name)} characters, AWS takes {limit}")
        for kind, name, limit in derived
    ]
