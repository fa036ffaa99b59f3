"""Templates too large for a call lie in the artifact bucket of the home region, named by their digest."""

from __future__ import annotations

from orchestrator.aws.sessions import Sessions
from orchestrator.core.canonical import digest

_SUFFIX = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}


class TemplateUploader:
    """Called with a body, answers the URL that CloudFormation reads it from (with the caller's permissions)."""

    def __init__(self, sessions: Sessions, *, region: str, bucket: str) -> None:
        self._sessions, self._region, self._bucket = sessions, region, bucket

    def __call__(self, body: str) -> str:
        """Put the body; writing the same body again changes nothing that anybody reads."""
        key = f"templates/{digest(body)}.json"
        owner = self._sessions.home_account()
        with self._sessions.calling("s3", "PutObject", region=self._region) as s3:
            s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body.encode(),
                ContentType="application/json",
                ExpectedBucketOwner=owner,
            )
        return f"{self._base()}/{key}"

    def _base(self) -> str:
        if self._sessions.endpoint_url is not None:
            return f"{self._sessions.endpoint_url.rstrip('/')}/{self._bucket}"
        return f"https://{self._bucket}.s3.{self._region}.{_SUFFIX[self._sessions.partition]}"
