"""ports.Dns: Route 53's control plane, asked slowly enough for an account that others use too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from orchestrator.aws.dns_records import PAGE, read_names
from orchestrator.aws.dns_shapes import change_element, changeable, check_config, check_of, plain_name
from orchestrator.aws.rate import TokenBucket
from orchestrator.aws.sessions import ONCE, Sessions, TimeOuts
from orchestrator.core.dns import HealthCheck, HostedZone, RecordChange, RecordSet
from orchestrator.core.errors import AwsError, NotFound, Refused
from orchestrator.ports import Clock

_TAGGED_AT_ONCE = 10
# Route 53 takes an endpoint for healthy when more than this share of its checkers does.
_HEALTHY_SHARE = 0.18


class AwsDns:
    """`zone_account` holds the hosted zone ("": the home account); health checks are always in the home account.

    `rate` is for whoever else asks Route 53: its limit is one for all.
    """

    def __init__(self, sessions: Sessions, clock: Clock, *, zone_account: str = "", pace: float = 1.0) -> None:
        self._sessions, self._zone_account = sessions, zone_account
        # In no second more than the five that Route 53 allows a whole account; with the first three in the mean two.
        self.rate = TokenBucket(clock, burst=3, per_second=1.8 * pace)
        self._sizes: dict[str, int] = {}

    # -- zones and records ----------------------------------------------------------------------------------------

    def zone(self, name: str) -> HostedZone | None:
        """The public hosted zone of exactly that name. Refused when several share it."""
        wanted = plain_name(name)
        zones = [one for one in self._zones_from(wanted) if not one.get("Config", {}).get("PrivateZone")]
        if not zones:
            return None
        found = [HostedZone(_bare(one["Id"]), wanted) for one in zones]
        if len(found) > 1:
            ids = ", ".join(one.id for one in found)
            raise Refused(f"several public zones are called {wanted}: {ids}", where="route53", fix="keep one of them")
        self._sizes[found[0].id] = zones[0].get("ResourceRecordSetCount", 0)
        return found[0]

    def records(self, zone_id: str, names: frozenset[str]) -> Sequence[RecordSet]:
        """One call for a zone of up to 300 record sets; for a larger one, per name or page by page."""

        def list_from(start: dict[str, str]) -> Any:
            with self._calling("ListResourceRecordSets", self._zone_account) as route53:
                return route53.list_resource_record_sets(HostedZoneId=zone_id, MaxItems=str(PAGE), **start)

        return read_names(frozenset(map(plain_name, names)), list_from, lambda: self._size(zone_id))

    def change(self, zone_id: str, changes: Sequence[RecordChange], *, comment: str) -> str:
        """Send one atomic batch; the change id, without its prefix."""
        batch = {"Comment": comment[:256], "Changes": [change_element(one) for one in changes]}
        # A batch that took effect is refused when it comes again: what it creates is there.
        with self._calling("ChangeResourceRecordSets", self._zone_account, time_outs=ONCE) as route53:
            answer = route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
        return _bare(answer["ChangeInfo"]["Id"])

    def in_sync(self, change_id: str) -> bool:
        """True when every name server answers the change."""
        with self._calling("GetChange", self._zone_account) as route53:
            return bool(route53.get_change(Id=change_id)["ChangeInfo"]["Status"] == "INSYNC")

    # -- health checks --------------------------------------------------------------------------------------------

    def health_checks(self, *, tags: Mapping[str, str]) -> Sequence[HealthCheck]:
        """The health checks that carry all these tags, by name."""
        found = {one["Id"]: one for one in self._all_checks()}
        theirs = self._tags(list(found))
        ours = [check_of(one, theirs[key]) for key, one in found.items() if tags.items() <= theirs[key].items()]
        return tuple(sorted(ours, key=lambda check: (check.name, check.id)))

    def create_health_check(self, check: HealthCheck, *, tags: Mapping[str, str]) -> str:
        """The id. Tags follow in a second call; after a crash between the two, the same call completes them."""
        with self._calling("CreateHealthCheck") as route53:
            answer = route53.create_health_check(
                CallerReference=check.caller_reference, HealthCheckConfig=check_config(check)
            )
        check_id = str(answer["HealthCheck"]["Id"])
        labels = [{"Key": key, "Value": value} for key, value in sorted({**tags, "Name": check.name}.items())]
        with self._calling("ChangeTagsForResource") as route53:
            route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=check_id, AddTags=labels)
        return check_id

    def update_health_check(self, check: HealthCheck) -> None:
        """Change what Route 53 lets change. PreconditionFailed when `check.version` is not the present one."""
        with self._calling("UpdateHealthCheck") as route53:
            route53.update_health_check(HealthCheckId=check.id, HealthCheckVersion=check.version, **changeable(check))

    def delete_health_check(self, check_id: str) -> None:
        """Silent when it is gone."""
        try:
            with self._calling("DeleteHealthCheck") as route53:
                route53.delete_health_check(HealthCheckId=check_id)
        except NotFound:
            return

    def health(self, check_id: str) -> bool | None:
        """What the checkers say of an endpoint. None without observations, and for kinds that have no checkers."""
        try:
            with self._calling("GetHealthCheckStatus") as route53:
                answer = route53.get_health_check_status(HealthCheckId=check_id)
        except AwsError as error:
            if error.code == "InvalidInput":
                return None
            raise
        reports = [one.get("StatusReport", {}).get("Status", "") for one in answer["HealthCheckObservations"]]
        seen = [text for text in reports if text.startswith(("Success", "Failure"))]
        healthy = sum(text.startswith("Success") for text in seen)
        return healthy / len(seen) > _HEALTHY_SHARE if seen else None

    # -- below ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _calling(self, operation: str, account: str = "", time_outs: TimeOuts | None = None) -> Iterator[Any]:
        self.rate.take()
        region = self._sessions.route53_region
        calling = self._sessions.calling("route53", operation, region=region, account=account, time_outs=time_outs)
        with calling as route53:
            yield route53

    def _zones_from(self, wanted: str) -> Iterator[Any]:
        """The zones of this name: Route 53 lists them first and side by side."""
        start = {"DNSName": wanted}
        while True:
            with self._calling("ListHostedZonesByName", self._zone_account) as route53:
                page = route53.list_hosted_zones_by_name(MaxItems="100", **start)
            same = [one for one in page["HostedZones"] if plain_name(one["Name"]) == wanted]
            yield from same
            if not page["IsTruncated"] or plain_name(page.get("NextDNSName", "")) != wanted:
                return
            start = {"DNSName": page["NextDNSName"], "HostedZoneId": _bare(page["NextHostedZoneId"])}

    def _size(self, zone_id: str) -> int:
        if zone_id not in self._sizes:
            with self._calling("GetHostedZone", self._zone_account) as route53:
                zone = route53.get_hosted_zone(Id=zone_id)["HostedZone"]
            self._sizes[zone_id] = zone.get("ResourceRecordSetCount", 0)
        return self._sizes[zone_id]

    def _all_checks(self) -> Iterator[Any]:
        start: dict[str, str] = {}
        while True:
            with self._calling("ListHealthChecks") as route53:
                page = route53.list_health_checks(MaxItems="100", **start)
            yield from page["HealthChecks"]
            if not page["IsTruncated"]:
                return
            start = {"Marker": page["NextMarker"]}

    def _tags(self, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Tags by health-check id; {} for one that was deleted meanwhile."""
        tags: dict[str, dict[str, str]] = {one: {} for one in ids}
        for first in range(0, len(ids), _TAGGED_AT_ONCE):
            for found in self._tag_sets(ids[first : first + _TAGGED_AT_ONCE]):
                tags[found["ResourceId"]] = {one["Key"]: one["Value"] for one in found.get("Tags", ())}
        return tags

    def _tag_sets(self, ids: Sequence[str]) -> Sequence[Any]:
        try:
            with self._calling("ListTagsForResources") as route53:
                answer = route53.list_tags_for_resources(ResourceType="healthcheck", ResourceIds=list(ids))
        except NotFound:
            # One of them was deleted since the listing, and Route 53 refuses the ten: ask for each.
            if len(ids) == 1:
                return ()
            return [found for one in ids for found in self._tag_sets([one])]
        return tuple(answer["ResourceTagSets"])


def _bare(identifier: str) -> str:
    """`/hostedzone/Z1` and `/change/C1` without the prefix."""
    return identifier.rpartition("/")[2]
