"""AWS itself: the only importer of its SDK. One file per service; `aws_ports` puts them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orchestrator.aws.sessions import Sessions
    from orchestrator.core.topology import ClusterEndpoint
    from orchestrator.journal_store import JournalStore
    from orchestrator.lock_store import LockStore
    from orchestrator.ports import (
        Alarms,
        Buckets,
        Certificates,
        Clock,
        Dns,
        DrillLog,
        Functions,
        Identity,
        Levers,
        Organization,
        Quotas,
        Releases,
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
    functions: Functions
    quotas: Quotas
    drill_log: DrillLog
    releases: Releases
    journals: JournalStore
    lock: LockStore


def aws_ports(
    sessions: Sessions,
    *,
    home_region: str,
    clock: Clock,
    zone_account: str = "",
    route53_pace: float = 1.0,
    template_bucket: Callable[[str], str] | None = None,
    cluster: Sequence[ClusterEndpoint] = (),
) -> AwsPorts:
    """Every gateway over one Sessions. Makes no call and no client.

    `zone_account` holds the hosted zone ("": home). `route53_pace`: how many seconds of Route 53's pass in one of
    `clock`, where it is asked that much more often. `template_bucket(home account)` names the bucket of the home
    region that takes templates over 51,200 bytes; without it CloudFormation refuses them. `cluster` are the endpoints
    behind routing controls.
    """
    from random import randrange

    from orchestrator.aws.alarms import AwsAlarms
    from orchestrator.aws.buckets import AwsBuckets
    from orchestrator.aws.certificates import AwsCertificates
    from orchestrator.aws.dns import AwsDns
    from orchestrator.aws.drill_log import AwsDrillLog
    from orchestrator.aws.functions import AwsFunctions
    from orchestrator.aws.identity import AwsIdentity
    from orchestrator.aws.journals import AwsJournals
    from orchestrator.aws.levers import AwsLevers
    from orchestrator.aws.lock_store import AwsLockStore
    from orchestrator.aws.organization import AwsOrganization
    from orchestrator.aws.quotas import AwsQuotas
    from orchestrator.aws.recovery_cluster import RecoveryCluster
    from orchestrator.aws.releases import AwsReleases
    from orchestrator.aws.stack_sets import AwsStackSets
    from orchestrator.aws.stacks import AwsStacks
    from orchestrator.aws.template_upload import TemplateUploader

    uploader = template_bucket and TemplateUploader(sessions, region=home_region, bucket_of=template_bucket)
    dns = AwsDns(sessions, clock, zone_account=zone_account, pace=route53_pace)
    return AwsPorts(
        stack_sets=AwsStackSets(sessions, home_region=home_region, uploader=uploader),
        stacks=AwsStacks(sessions),
        buckets=AwsBuckets(sessions),
        dns=dns,
        certificates=AwsCertificates(sessions),
        identity=AwsIdentity(sessions),
        organization=AwsOrganization(sessions),
        # Not everybody begins at the same endpoint, so that none is asked by all.
        levers=AwsLevers(sessions, RecoveryCluster(sessions, cluster, start=randrange(max(1, len(cluster))))),
        alarms=AwsAlarms(sessions),
        functions=AwsFunctions(sessions),
        quotas=AwsQuotas(sessions, route53_rate=dns.rate),
        drill_log=AwsDrillLog(sessions),
        releases=AwsReleases(sessions),
        journals=AwsJournals(sessions),
        lock=AwsLockStore(sessions),
    )
