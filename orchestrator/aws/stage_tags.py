"""A stage and its tags, which REST and HTTP APIs have alike but for the spelling of their parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class TaggedStage(ABC):
    """One stage of an API in an account and region.

    `SERVICE` as boto3 and the AWS CLI know it, `COLLECTION` as ARNs do; `CAPITALS` if its parameters begin with one.
    """

    SERVICE: ClassVar[str]
    COLLECTION: ClassVar[str]
    CAPITALS: ClassVar[bool]

    sessions: Sessions
    account: str
    region: str
    api: str
    name: str

    @property
    def arn(self) -> str:
        """As tags know it: without an account."""
        place = f"arn:{self.sessions.partition}:apigateway:{self.region}::"
        return f"{place}/{self.COLLECTION}/{self.api}/stages/{self.name}"

    def exists(self) -> bool:
        """False too for the id of an API of the other kind."""
        try:
            self.look()
        except NotFound:
            return False
        return True

    def tags(self) -> Mapping[str, str]:
        """GetTags."""
        with self.calling("GetTags") as client:
            return dict(client.get_tags(**self._spelled(resourceArn=self.arn)).get(self._spelling("tags"), {}))

    def tag(self, tags: Mapping[str, str]) -> None:
        """All at once."""
        with self.calling("TagResource") as client:
            client.tag_resource(**self._spelled(resourceArn=self.arn, tags=dict(tags)))

    def untag(self, keys: Collection[str]) -> None:
        """All at once."""
        with self.calling("UntagResource") as client:
            client.untag_resource(**self._spelled(resourceArn=self.arn, tagKeys=sorted(keys)))

    def untag_by_hand(self, keys: Collection[str]) -> tuple[str, ...]:
        """The command of the AWS CLI that removes the tags."""
        arn = ("--resource-arn", self.arn, "--tag-keys", *sorted(keys))
        return ("aws", self.SERVICE, "untag-resource", "--region", self.region, *arn)

    @abstractmethod
    def look(self) -> Mapping[str, Any]:
        """What GetStage tells. Raises NotFound."""

    def calling(self, operation: str) -> AbstractContextManager[Any]:
        """A client whose errors are told as those of this operation."""
        return self.sessions.calling(self.SERVICE, operation, region=self.region, account=self.account)

    def _spelled(self, **parameters: object) -> dict[str, object]:
        return {self._spelling(name): value for name, value in parameters.items()}

    def _spelling(self, name: str) -> str:
        return name[0].upper() + name[1:] if self.CAPITALS else name
