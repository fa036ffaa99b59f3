"""AWS itself: the only importer of its SDK. One file per service; `aws_ports` puts them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.aws.sessions import Sessions
    from orchestrator.lock_store import LockStore
    from orchestrator.ports import (
        Alarms,
        Buckets,
        Certificates,
        Clock,
        Dns,
        DrillLog,
        Identity,
        Levers,
        Organization,
        Stacks,
        StackSets,
    )


class AwsPorts(NamedTuple):
    """What AWS implements of ports.Ports."""

    stack_sets: StackSets
    stacks: Stacks
    buckets: Buckets
    dns: Dns
    certificates: Certificates
    identity: Identity
    organization: Organization
    levers: Levers
    alarms: Alarms
    drill_log: DrillLog
    lock: LockStore


def aws_ports(
    sessions: Sessions,
    *,
    home_region: str,
    clock: Clock,
    zone_account: str = "",
    template_bucket: Callable[[str], str] | None = None,
) -> AwsPorts:
    """Every gateway over one Sessions. Makes no call and no client.

    `zone_account` holds the hosted zone ("": home). `template_bucket(home account)` names the bucket of the home
    region that takes templates over 51,200 bytes; without it CloudFormation refuses them.
    """
    from orchestrator.aws.alarms import AwsAlarms
    from orchestrator.aws.buckets import AwsBuckets
    from orchestrator.aws.certificates import AwsCertificates
    from orchestrator.aws.dns import AwsDns
    from orchestrator.aws.drill_log import AwsDrillLog
    from orchestrator.aws.identity import AwsIdentity
    from orchestrator.aws.levers import AwsLevers
    from orchestrator.aws.lock_store import AwsLockStore
    from orchestrator.aws.organization import AwsOrganization
    from orchestrator.aws.stack_sets import AwsStackSets
    from orchestrator.aws.stacks import AwsStacks
    from orchestrator.aws.template_upload import TemplateUploader

    uploader = template_bucket and TemplateUploader(sessions, region=home_region, bucket_of=template_bucket)
    return AwsPorts(
        stack_sets=AwsStackSets(sessions, home_region=home_region, uploader=uploader),
        stacks=AwsStacks(sessions),
        buckets=AwsBuckets(sessions),
        dns=AwsDns(sessions, clock, zone_account=zone_account),
        certificates=AwsCertificates(sessions),
        identity=AwsIdentity(sessions),
        organization=AwsOrganization(sessions),
        levers=AwsLevers(sessions),
        alarms=AwsAlarms(sessions),
        drill_log=AwsDrillLog(sessions),
        lock=AwsLockStore(sessions),
    )
