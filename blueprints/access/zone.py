"""What may be changed in the hosted zone: the application's own names, nothing else."""

from __future__ import annotations

from blueprints.access.grants import Grant
from blueprints.context import ACCOUNT, Context


def zone_grants(context: Context, zone_id: str) -> tuple[Grant, ...]:
    """Read the zone; change records of the shared name and below it (certificates are proven there too).

    Empty `zone_id`: any zone, still only those names.
    """
    zone = f"route53:::hostedzone/{zone_id or '*'}"
    host = context.host.lower().replace(ACCOUNT, "*")
    names = (("route53:ChangeResourceRecordSetsNormalizedRecordNames", (host, f"*.{host}")),)
    return (
        Grant("Zones", ("route53:GetChange", "route53:ListHostedZonesByName"), ("*",)),
        Grant("Zone", ("route53:GetHostedZone", "route53:ListResourceRecordSets"), (zone,)),
        Grant("OwnNames", ("route53:ChangeResourceRecordSets",), (zone,), (("ForAllValues:StringLike", names),)),
    )
