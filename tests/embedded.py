"""The embedded AWS for tests: started on free ports, with clients for any service, region and account."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.local import LocalAws, down, up


@dataclass(frozen=True)
class Embedded:
    """A running embedded AWS, seen by a test."""

    aws: LocalAws

    def client(
        self, service: str, region: str = "us-west-2", account: str = "000000000000", secret: str = "anything"
    ) -> Any:
        """A boto3 client; the account is chosen by the access key."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.aws.endpoint_url,
            aws_access_key_id=account,
            aws_secret_access_key=secret,
            config=Config(
                retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20, s3={"addressing_style": "path"}
            ),
        )

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """A call to the administration endpoint."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.aws.endpoint_url}/_orchestrator/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    @contextlib.contextmanager
    def fault(self, **fields: Any) -> Iterator[None]:
        """A fault that is there for the length of a block."""
        made = self.admin("POST", "faults", fields)
        try:
            yield
        finally:
            self.admin("DELETE", f"faults/{made['id']}")


@contextlib.contextmanager
def embedded_aws(state_dir: Path, **options: Any) -> Iterator[Embedded]:
    """A private embedded AWS that ends with the block."""
    running = up(state_dir, **options)
    try:
        yield Embedded(running)
    finally:
        down(state_dir)
