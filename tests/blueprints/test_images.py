"""Repositories of container images in every region, and the rule that copies from the reference region."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body, types

APP = "Resources/ImagesApp"
RULE = "Resources/ImageReplication"


def images(*names: str, **options: object) -> dict[str, Any]:
    return body("infra", images={"repositories": list(names or ("app",)), **options})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{APP}/Properties/RepositoryName", "sample-production/app"),
        (f"{APP}/Properties/ImageTagMutability", "IMMUTABLE"),
        (f"{APP}/Properties/ImageScanningConfiguration", {"ScanOnPush": True}),
        (f"{APP}/DeletionPolicy", "RetainExceptOnCreate"),
        (f"{APP}/UpdateReplacePolicy", "Retain"),
        (f"{RULE}/Condition", "IsReferenceRegion"),
        (f"{RULE}/DependsOn", ["ImagesApp"]),
        (
            f"{RULE}/Properties/ReplicationConfiguration/Rules",
            [
                {
                    "Destinations": [{"Region": "us-east-1", "RegistryId": {"Ref": "AWS::AccountId"}}],
                    "RepositoryFilters": [{"Filter": "sample-production/", "FilterType": "PREFIX_MATCH"}],
                }
            ],
        ),
    ],
)
def test_a_repository_is_in_every_region_and_copied_from_one(path: str, expected: object) -> None:
    assert at(images(), path) == expected


def test_lambda_reads_images_for_this_application_alone() -> None:
    allow = at(images(), f"{APP}/Properties/RepositoryPolicyText/Statement/0")

    assert allow["Principal"] == {"Service": "lambda.amazonaws.com"}
    source = at(allow, "Condition/ArnLike/aws:SourceArn/Fn::Sub")
    assert source.endswith(":${AWS::AccountId}:function:sample-production-*")


def test_a_function_finds_the_repository_that_infra_made() -> None:
    made = at(images(), f"{APP}/Properties/RepositoryName")
    image = {"repository": "app", "digest": f"sha256:{'a' * 64}"}

    used = at(
        body("compute", functions={"front": {"image": image}}),
        "Resources/FunctionFront/Properties/Code/ImageUri/Fn::Sub",
    )

    assert f"/{made}@" in used


def test_nothing_is_copied_where_nothing_is_to_be() -> None:
    alone = replace(CONTEXT, regions=("us-west-2",))

    assert "AWS::ECR::ReplicationConfiguration" not in types(images(replicate=False))
    assert "AWS::ECR::ReplicationConfiguration" not in types(body("infra", alone, images={"repositories": ["app"]}))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], r"options\.images\.repositories: is empty"),
        (["App"], r"options\.images\.repositories\[0\]: 'App' is no name"),
        (["app", "app"], r"options\.images\.repositories\[1\]: 'app' is in the list already"),
        (["a-b", "a.b"], r"options\.images\.repositories\[1\]: becomes the same logical id as 'a-b'"),
    ],
)
def test_repositories_that_cannot_be_are_refused_where_they_stand(names: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", images={"repositories": names})
