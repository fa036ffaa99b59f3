"""Templates too large for a call lie in the artifact bucket of the home region, named by their digest."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.aws.sessions import Sessions
from orchestrator.core.canonical import digest
from orchestrator.core.errors import NotFound, PreconditionFailed

_SUFFIX = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}


class TemplateUploader:
    """Called with a body, answers the URL that CloudFormation reads it from (with the caller's permissions).

    `bucket_of(home account)` names a bucket of `region` in the home account.
    """

    def __init__(self, sessions: Sessions, *, region: str, bucket_of: Callable[[str], str]) -> None:
        self._sessions, self._region, self._bucket_of = sessions, region, bucket_of

    def __call__(self, body: str) -> str:
        """Put the body unless it is there. NotFound when the bucket is not."""
        owner = self._sessions.home_account()
        bucket, key = self._bucket_of(owner), f"templates/{digest(body)}.json"
        try:
            self._put(bucket, key, body, owner)
        except PreconditionFailed:
            pass  # named by its content: what is there is this template
        except NotFound as error:
            fix = "run bootstrap: a template over 51,200 bytes is handed to CloudFormation through this bucket"
            raise NotFound(f"{error.what} ({bucket})", where=error.where, fix=fix, code=error.code) from error
        return f"{self._base(bucket)}/{key}"

    def _put(self, bucket: str, key: str, body: str, owner: str) -> None:
        with self._sessions.calling("s3", "PutObject", region=self._region) as s3:
            s3.put_object(
                Bucket=bucket,
                Key=key,
                Body=body.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
                ExpectedBucketOwner=owner,
            )

    def _base(self, bucket: str) -> str:
        if self._sessions.endpoint_url is not None:
            return f"{self._sessions.endpoint_url.rstrip('/')}/{bucket}"
        return f"https://{bucket}.s3.{self._region}.{_SUFFIX[self._sessions.partition]}"
