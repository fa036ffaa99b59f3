"""The names under which everything is found in AWS again."""

from __future__ import annotations

import pytest

from orchestrator.core.names import TAG_APPLICATION, TAG_ENVIRONMENT, Names

NAMES = Names("sample", "production", "111111111111")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (NAMES.prefix, "sample-production"),
        (NAMES.stack_set("control"), "sample-production-control"),
        (NAMES.artifact_bucket_prefix, "sample-production-111111111111"),
        (NAMES.artifact_bucket("us-east-1"), "sample-production-111111111111-us-east-1"),
        (NAMES.replication_role, "sample-production-replication"),
        (NAMES.administration_role, "sample-production-stackset-admin"),
        (NAMES.execution_role, "sample-production-stackset-exec"),
        (NAMES.access_role(""), "sample-production-orchestrator"),
        (NAMES.access_role("Deployer"), "Deployer"),
        (NAMES.access_stack, "sample-production-access"),
        (NAMES.artifact_key("app", "0a1b"), "artifacts/app/0a1b.zip"),
    ],
)
def test_a_name_is_as_documented(name, expected):
    assert name == expected


def test_tags_say_whose_it_is():
    assert NAMES.tags == {TAG_APPLICATION: "sample", TAG_ENVIRONMENT: "production"}
