"""The files of a new project: a commented regions.yaml, its JSON Schema for editors, and a function to deploy."""

from __future__ import annotations

import json
from pathlib import Path

from orchestrator.config.reading import parse
from orchestrator.config.schema import json_schema
from orchestrator.core.errors import ConfigurationError, UsageError


def starter(application: str) -> dict[str, str]:
    """Relative path to text. Raises UsageError when `application` cannot be the name of an application."""
    regions = _REGIONS.replace("@application@", application)
    if not _is_usable(regions, application):
        fix = "choose a shorter one of lower-case letters, digits and single dashes, a letter first"
        raise UsageError(f"{application[:60]!r} cannot be the name of an application", fix=fix)
    return {
        "regions.yaml": regions,
        "regions.schema.json": json.dumps(json_schema(), indent=2) + "\n",
        "app/app.py": _APP,
        ".gitignore": ".orchestrator/\n__pycache__/\n",
    }


def _is_usable(regions: str, application: str) -> bool:
    try:
        loaded = parse(regions.encode("utf-8", "replace"), Path("regions.yaml"))
    except ConfigurationError:
        return False
    return loaded.topology.application == application


_REGIONS = """\
# yaml-language-server: $schema=regions.schema.json
#
# What is deployed where. Look at it with `orchestrator validate` and `orchestrator plan`;
# try all of it without an AWS account: orchestrator local up, then add --local to every verb.

application: @application@

# Where the stack sets live. Keep it apart from the primary, so that you can still deploy while that is impaired.
home_region: us-west-2

# Defines what exists only once, such as the global table. Do not change it after the first deployment.
reference_region: us-west-2

# Exactly one primary; any number of standbys, which take over in this order.
regions:
  us-east-1: {role: primary}
  us-west-2: {role: secondary}

environments:
  production:
    # Target accounts, in quotes. For several, write {account} into the host: "{account}.@application@.example.com".
    # Instead of accounts: organizational_units: [ou-ab12-34567890]
    accounts: ["111111111111"]
    # The name that users call, and the public Route 53 zone in which it lies.
    host: @application@.example.com
    hosted_zone: example.com

# Folders to package; the function is app.handler in app/app.py.
code:
  app: {path: app}

stack_sets:
  compute:
    options: {memory: 256}

# Asked on each region's own name: 10 s x 3 finds an outage in about half a minute.
health: {path: /health, interval: 10, failure_threshold: 3}

# What drills are measured against, in seconds.
objectives: {rto: 180}
"""

_APP = '''\
"""The function behind the API: says where it runs, and whether it is well."""

import json
import os


def handler(event, context):
    """Answer one request of an HTTP API (payload format 2.0)."""
    path = event.get("rawPath", "/")
    if path == "/health":
        # Ask here what this region cannot serve without, its table for example, and answer 503 when it fails:
        # Route 53 takes the region out of service.
        return _answer(200, {"healthy": True})
    if path == "/":
        return _answer(200, {"message": "hello"})
    return _answer(404, {"message": "not found"})


def _answer(status, body):
    where = {"region": os.environ.get("AWS_REGION", ""), "release": os.environ.get("RELEASE", "")}
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({**body, **where}),
    }
'''
