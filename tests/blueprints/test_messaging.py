"""Queues, topics and buses of infra."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.shards import overlap, shard_name, shards_of
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.shop import MESSAGING
from tests.blueprints.templates import at, body

JOBS = "QueueJobs/Properties"
FIFO = "QueueOrdersFifo/Properties"


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    return body("infra", **MESSAGING)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{JOBS}/QueueName", "sample-production-jobs"),
        (f"{JOBS}/VisibilityTimeout", 120),
        (f"{JOBS}/SqsManagedSseEnabled", True),
        (
            f"{JOBS}/RedrivePolicy",
            {"deadLetterTargetArn": {"Fn::GetAtt": ["QueueJobsDead", "Arn"]}, "maxReceiveCount": 5},
        ),
        ("QueueJobs/DeletionPolicy", "RetainExceptOnCreate"),
        ("QueueJobsDead/Properties/MessageRetentionPeriod", 14 * 86400),
        ("QueueJobsDead/Properties/RedriveAllowPolicy/redrivePermission", "byQueue"),
        ("QueueJobsPriority/Properties/QueueName", "sample-production-jobs-priority"),
        ("QueueJobsSurge/Properties/VisibilityTimeout", 120),
        (f"{FIFO}/QueueName", "sample-production-orders.fifo"),
        (f"{FIFO}/FifoQueue", True),
        (f"{FIFO}/DeduplicationScope", "messageGroup"),
        (f"{FIFO}/FifoThroughputLimit", "perMessageGroupId"),
        (f"{FIFO}/ContentBasedDeduplication", True),
        (f"{FIFO}/DelaySeconds", 5),
        ("QueueOrdersDeadFifo/Properties/QueueName", "sample-production-orders-dead.fifo"),
        ("QueueTenants2/Properties/QueueName", "sample-production-tenants-2"),
        ("QueueJobsPolicy/Properties/PolicyDocument/Statement/0/Effect", "Deny"),
        ("TopicNews/Properties/KmsMasterKeyId", "alias/aws/sns"),
        ("TopicNewsToJobs/Properties/FilterPolicy", {"kind": ["big"]}),
        ("TopicNewsToJobs/Properties/RawMessageDelivery", True),
        ("TopicNewsToJobs/DependsOn", ["QueueJobsPolicy", "QueueNewsUndeliveredPolicy"]),
        (
            "TopicNewsToJobs/Properties/RedrivePolicy/deadLetterTargetArn",
            {"Fn::GetAtt": ["QueueNewsUndelivered", "Arn"]},
        ),
        ("TopicOrderedFifo/Properties/FifoTopic", True),
        ("TopicOrderedFifo/Properties/TopicName", "sample-production-ordered.fifo"),
        ("QueueOrderedUndeliveredFifo/Properties/FifoQueue", True),
        ("BusShop/Properties/Name", "sample-production-shop"),
        ("BusShopArchive/Properties/RetentionDays", 7),
        ("BusShopRulePlaced/Properties/EventPattern/detail/total/0/numeric", [">", 10]),
        ("BusShopRulePlaced/Properties/Targets/1/Arn", {"Fn::GetAtt": ["QueueTenants0", "Arn"]}),
        (
            "BusShopRulePlaced/Properties/Targets/0/DeadLetterConfig/Arn",
            {"Fn::GetAtt": ["QueueShopUndelivered", "Arn"]},
        ),
    ],
)
def test_messaging_says(shop: dict[str, Any], path: str, expected: object) -> None:
    assert at(shop, f"Resources/{path}") == expected


def test_a_sharded_queue_is_its_shards_only(shop: dict[str, Any]) -> None:
    assert "QueueTenants" not in shop["Resources"]
    assert {f"QueueTenants{shard}" for shard in range(3)} <= set(shop["Resources"])


def test_a_queue_lets_in_who_sends_to_it_and_nobody_else(shop: dict[str, Any]) -> None:
    def senders(queue: str) -> dict[str, list[str]]:
        statements = at(shop, f"Resources/{queue}Policy/Properties/PolicyDocument/Statement")[1:]
        return {
            one["Principal"]["Service"]: [
                arn["Fn::Sub"].rpartition("${AWS::AccountId}:")[2]
                for arn in one["Condition"]["ArnLike"]["aws:SourceArn"]
            ]
            for one in statements
        }

    assert senders("QueueJobs") == {
        "events.amazonaws.com": ["rule/sample-production-shop/*"],
        "sns.amazonaws.com": ["sample-production-news"],
    }
    assert senders("QueueTenants0") == {"events.amazonaws.com": ["rule/sample-production-shop/*"]}
    assert senders("QueueNewsUndelivered") == {"sns.amazonaws.com": ["sample-production-news"]}


def test_every_queue_is_closed_to_requests_without_tls(shop: dict[str, Any]) -> None:
    queues = {name for name, one in shop["Resources"].items() if one["Type"] == "AWS::SQS::Queue"}
    policies = [one["Properties"] for one in shop["Resources"].values() if one["Type"] == "AWS::SQS::QueuePolicy"]

    closed = [queue["Ref"] for one in policies for queue in one["Queues"]]

    assert sorted(closed) == sorted(queues)
    assert {one["PolicyDocument"]["Statement"][0]["Sid"] for one in policies} == {"TlsOnly"}
    assert len(policies[0]["PolicyDocument"]["Statement"][0]["Condition"]) == 1


def test_a_queue_with_senders_leaves_the_common_policy_before_it_gets_its_own(shop: dict[str, Any]) -> None:
    common = at(shop, "Resources/QueuesPolicy/Properties/Queues")

    assert {"Ref": "QueueJobs"} not in common
    assert {"Ref": "QueueJobsDead"} in common
    assert shop["Resources"]["QueueJobsPolicy"]["DependsOn"] == ["QueuesPolicy"]
    assert shop["Resources"]["QueueJobsPolicy"]["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"queues": {"Jobs": None}}, r"options\.queues\.Jobs: 'Jobs' is no name.*\.fifo"),
        ({"queues": {"a": {"high_throughput": True}}}, r"options\.queues\.a\.high_throughput: is for FIFO queues only"),
        (
            {"queues": {"a": {"content_based_deduplication": True}}},
            r"options\.queues\.a\.content_based_deduplication: is for FIFO queues only",
        ),
        ({"queues": {"a": {"shards": 1}}}, r"options\.queues\.a\.shards: 1 is too small"),
        ({"queues": {"a": {"surge": True}, "a-surge": None}}, r"options\.queues\.a-surge: makes a queue 'a-surge'"),
        ({"queues": {"a": {"consumer_timeout": 901}}}, r"options\.queues\.a\.consumer_timeout: 901 is too large"),
        ({"topics": {"a": {"queues": {"b": None}}}}, r"options\.topics\.a\.queues\.b: there is no queue 'b'"),
        (
            {"topics": {"a": {"queues": {"b.fifo": None}}}, "queues": {"b.fifo": None}},
            r"options\.topics\.a\.queues\.b\.fifo: one of topic and queue keeps the order",
        ),
        (
            {"topics": {"a": {"content_based_deduplication": True}}},
            r"options\.topics\.a\.content_based_deduplication: is for FIFO topics only",
        ),
        ({"topics": {"a": None}, "queues": {"a-undelivered": None}}, r"options\.topics\.a: makes a queue"),
        ({"buses": {"a": None}, "queues": {"a-undelivered": None}}, r"options\.buses\.a: makes a queue"),
        (
            {"buses": {"a": {"rules": {"r": {"pattern": {}, "queues": []}}}}},
            r"options\.buses\.a\.rules\.r\.pattern: matches nothing",
        ),
        (
            {"buses": {"a": {"rules": {"r": {"pattern": {"source": ["x"]}, "queues": []}}}}},
            r"options\.buses\.a\.rules\.r\.queues: 0 queues",
        ),
        (
            {"buses": {"a": {"rules": {"r": {"pattern": {"source": ["x"]}, "queues": ["q"]}}}}},
            r"options\.buses\.a\.rules\.r\.queues\[0\]: there is no queue 'q'",
        ),
        (
            {
                "queues": {"q.fifo": None},
                "buses": {"a": {"rules": {"r": {"pattern": {"source": ["x"]}, "queues": ["q.fifo"]}}}},
            },
            r"options\.buses\.a\.rules\.r\.queues\[0\]: events have no message group",
        ),
    ],
)
def test_messaging_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", **options)


def test_a_topic_and_a_bus_of_one_name_would_share_what_is_undelivered() -> None:
    with pytest.raises(ConfigurationError, match=r"options\.buses\.news: makes a queue 'news-undelivered'"):
        body("infra", topics={"news": None}, buses={"news": None})


def test_a_tenant_has_the_same_shards_for_ever() -> None:
    assert shards_of("tenant-7", count=8, each=2) == (6, 5)


def test_tenants_are_spread_over_all_sets_of_shards() -> None:
    chosen = [frozenset(shards_of(f"tenant-{number}", count=8, each=2)) for number in range(2800)]

    assert len(set(chosen)) == 28
    assert max(chosen.count(one) for one in set(chosen)) < 160


def test_one_shard_more_moves_a_tenant_only_to_the_new_one() -> None:
    for number in range(200):
        before, after = (set(shards_of(f"t{number}", count=count, each=2)) for count in (8, 9))

        assert after - before <= {8}


@pytest.mark.parametrize(("count", "each"), [(4, 0), (4, 5)])
def test_more_shards_than_there_are_cannot_be_chosen(count: int, each: int) -> None:
    with pytest.raises(ValueError, match=f"{each} of 4 shards"):
        shards_of("a", count=count, each=each)


def test_shards_have_the_names_of_queues() -> None:
    assert (shard_name("jobs", 3), shard_name("jobs.fifo", 0)) == ("jobs-3", "jobs-0.fifo")
    assert overlap(8, 2) == 1 / 28
