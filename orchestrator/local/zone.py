"""The public hosted zone of the configuration: on AWS it is there before this tool, here it has to be made."""

from __future__ import annotations

from orchestrator.core.tokens import request_token
from orchestrator.local.lifecycle import LocalAws


def ensure_zone(running: LocalAws, name: str, *, account: str) -> None:
    """Make the hosted zone of that name in that account ("" is home) unless it exists."""
    from botocore.session import Session

    client = Session().create_client(
        "route53",
        region_name="us-east-1",
        endpoint_url=running.endpoint_url,
        aws_access_key_id=account or running.home_account,
        # What the emulator wants for an account's own key once IAM is enforced.
        aws_secret_access_key="test",
    )
    zones = client.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    if not any(zone["Name"].rstrip(".") == name for zone in zones):
        client.create_hosted_zone(Name=name, CallerReference=request_token("zone", name))
