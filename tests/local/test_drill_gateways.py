"""Notes of drills and the user's alarms against the emulator's S3 and CloudWatch."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.aws.alarms import AwsAlarms
from orchestrator.aws.buckets import AwsBuckets
from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.drill_log import AwsDrillLog
from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import DrillMode, DrillRecord
from tests.embedded import Embedded
from tests.servers import eventually

HOME, TARGET, PLACE, OTHER = "000000000000", "181818181818", "us-west-2", "eu-west-1"
STARTED = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOTE = DrillRecord(run="20261101T120000Z-a", region="us-east-1", mode=DrillMode.SWITCH, started_at=STARTED, by="ana")


@pytest.fixture
def sessions(embedded: Embedded) -> Iterator[Sessions]:
    made = Sessions("aws", credentials=LocalAccounts(HOME), endpoint_url=embedded.aws.endpoint_url)
    yield made
    made.close()


@pytest.fixture
def buckets(embedded: Embedded, sessions: Sessions) -> dict[str, str]:
    """Two artifact buckets that replicate everything to each other."""
    made = {region: f"drills-{uuid.uuid4().hex[:8]}-{region}" for region in (PLACE, OTHER)}
    for region, name in made.items():
        s3 = embedded.client("s3", region)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for region, other in ((PLACE, OTHER), (OTHER, PLACE)):
        role = f"arn:aws:iam::{HOME}:role/replication"
        AwsBuckets(sessions).replicate(region, made[region], destinations={other: made[other]}, role_arn=role)
    return made


def test_a_note_is_replaced_by_its_end_and_read_where_it_was_written_only(
    embedded: Embedded, sessions: Sessions, buckets: dict[str, str]
) -> None:
    log, own = AwsDrillLog(sessions), replace(NOTE, run="20261102T120000Z-b", region=PLACE)
    key = f"drills/{PLACE}/{NOTE.run}.ended.json"

    log.write(PLACE, buckets[PLACE], NOTE)
    log.write(OTHER, buckets[OTHER], own)
    log.write(PLACE, buckets[PLACE], NOTE.ended(STARTED))
    there = AwsBuckets(sessions)
    assert eventually(lambda: (head := there.head(OTHER, buckets[OTHER], key)) and head.replication == "REPLICA")

    assert log.read(PLACE, buckets[PLACE], ended=9) == (NOTE.ended(STARTED),)
    assert log.read(OTHER, buckets[OTHER], ended=9) == (own,)


def test_a_copy_of_a_note_tells_another_region_of_a_drill_that_has_not_ended(
    sessions: Sessions, buckets: dict[str, str]
) -> None:
    log, begun = AwsDrillLog(sessions), replace(NOTE, run="20261103T120000Z-c")

    log.write(PLACE, buckets[PLACE], NOTE)
    log.write(PLACE, buckets[PLACE], NOTE.ended(STARTED))
    log.write(PLACE, buckets[PLACE], begun)

    assert eventually(lambda: log.copies(OTHER, buckets[OTHER], PLACE) == (begun,))
    assert log.read(OTHER, buckets[OTHER], ended=9) == ()


def test_a_bucket_that_is_not_there_holds_no_notes(sessions: Sessions) -> None:
    assert AwsDrillLog(sessions).read(PLACE, f"absent-{uuid.uuid4().hex}", ended=9) == ()


def test_alarms_that_are_on_are_found_in_their_own_account_and_region(embedded: Embedded, sessions: Sessions) -> None:
    names = tuple(f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("on", "quiet", "composite"))
    on, quiet, composite = names
    cloudwatch = embedded.client("cloudwatch", PLACE, TARGET)
    for name, state in ((on, "ALARM"), (quiet, "OK")):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="users-own",
            MetricName=name,
            Statistic="Maximum",
            Period=3600,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")
    cloudwatch.put_composite_alarm(AlarmName=composite, AlarmRule=f'ALARM("{on}")')
    cloudwatch.set_alarm_state(AlarmName=composite, StateValue="ALARM", StateReason="test")
    alarms = AwsAlarms(sessions)

    found = {
        place: alarms.in_alarm(*place, (*names, "nobody's"))
        for place in ((TARGET, PLACE), (TARGET, OTHER), (HOME, PLACE))
    }

    assert alarms.missing(TARGET, PLACE, (*names, "nobody's")) == ("nobody's",)
    assert found == {(TARGET, PLACE): (on, composite), (TARGET, OTHER): (), (HOME, PLACE): ()}
