"""Repositories of container images: one of each name in every region, filled by pushing to the reference region once.

Lambda and ECS read images from a registry of their own region. What is pushed is copied to the other regions by ECR;
the copy keeps its digest, by which alone functions and services name it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.infra.table import add_reference_condition
from blueprints.naming import repository_name
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.ecr import ReplicationConfiguration, Repository

    from blueprints.context import Context

_NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Images:
    """Repositories by name, and their copies."""

    repositories: tuple[str, ...] = option(doc="Names: `app` becomes `<application>-<environment>/app`.", unique=True)
    replicate: bool = option(
        True, "Copy to all regions. A registry has one such setting: one application per account, unless left off."
    )

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        if not self.repositories:
            yield Fault("repositories", "is empty", "name one, or leave `images` out")
        titles: dict[str, str] = {}
        for at, name in enumerate(self.repositories):
            path = f"repositories[{at}]"
            if _NAME.fullmatch(name) is None:
                yield Fault(
                    path, f"{name!r} is no name of a repository", "use lower-case letters, digits and single dashes"
                )
            elif titles.setdefault(camel(name), name) != name or self.repositories.index(name) != at:
                yield Fault(path, f"becomes the same logical id as {titles[camel(name)]!r}", "rename one of the two")


def add_images(template: Template, context: Context, options: Images) -> None:
    """The repositories of this region and, in the reference region, the rule that copies what is pushed there.

    A repository is made before the rule, and nothing is copied that was pushed before it.
    """
    titles = [template.add_resource(_repository(context, name)).title for name in sorted(options.repositories)]
    if options.replicate and len(context.regions) > 1:
        template.add_resource(_replication(template, context, after=titles))


def _repository(context: Context, name: str) -> Repository:
    from troposphere.ecr import ImageScanningConfiguration, Repository

    return Repository(
        f"Images{camel(name)}",
        RepositoryName=repository_name(context, name),
        # What a tag means does not change; and no image is ever removed by rule: old versions of functions, the target
        # of a roll-back, still need theirs.
        ImageTagMutability="IMMUTABLE",
        ImageScanningConfiguration=ImageScanningConfiguration(ScanOnPush=True),
        RepositoryPolicyText=_policy(context),
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def _policy(context: Context) -> dict[str, object]:
    """Lambda itself reads the image of a function, not the function's role."""
    from troposphere import Sub

    functions = f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{context.prefix}-*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "FunctionsOfThisApplication",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Condition": {"ArnLike": {"aws:SourceArn": Sub(functions)}},
            }
        ],
    }


def _replication(template: Template, context: Context, *, after: list[str]) -> ReplicationConfiguration:
    from troposphere import Ref
    from troposphere.ecr import (
        ReplicationConfiguration,
        ReplicationConfigurationProperty,
        ReplicationDestination,
        ReplicationRule,
        RepositoryFilter,
    )

    # Sorted, so that reordering the standbys in regions.yaml does not touch the rule.
    others = sorted(region for region in context.regions if region != context.reference_region)
    rule = ReplicationRule(
        Destinations=[ReplicationDestination(Region=region, RegistryId=Ref("AWS::AccountId")) for region in others],
        RepositoryFilters=[RepositoryFilter(Filter=f"{context.prefix}/", FilterType="PREFIX_MATCH")],
    )
    return ReplicationConfiguration(
        "ImageReplication",
        Condition=add_reference_condition(template),
        DependsOn=after,
        ReplicationConfiguration=ReplicationConfigurationProperty(Rules=[rule]),
    )
