"""The blocks for data and events at work, in two regions of the embedded AWS: what is sent arrives, and where."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from orchestrator.core.template_size import as_sent
from orchestrator.packaging import package
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import synthesized
from tests.embedded import Embedded, embedded_aws

pytestmark = pytest.mark.emulator
pytest.importorskip("ministack")

ACCOUNT = "111111111111"
STANDBY, PRIMARY = "us-west-2", "us-east-1"  # in the order of a rollout; the standby is the reference region
PREFIX = "sample-production"

# Notes in the table `data` what called it; fails for the part of a batch that says so.
WORKER = """
import os

import boto3


def handler(event, context):
    seen = boto3.client("dynamodb").put_item
    records = event.get("Records") or [event]
    failed = []
    for record in records:
        source = record.get("eventSource") or record.get("EventSource") or record.get("source") or "direct"
        text = record.get("body") or record.get("Sns", {}).get("Message") or str(record.get("dynamodb", {}).get("Keys"))
        item = {"pk": {"S": source}, "sk": {"S": text}, "region": {"S": os.environ["AWS_REGION"]}}
        seen(TableName=os.environ["TABLE_NAME"], Item=item)
        if text == "bad":
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed, "done": True}
"""
INFRA: dict[str, Any] = {
    "tables": {"orders": None},
    "buckets": {"uploads": None},
    "site": {"errors": {}},
    "keys": {"records": None},
    "secrets": {"partner": {"username": "shop"}},
    "parameters": {"limits/most": "10"},
    "queues": {"jobs": {"consumer_timeout": 1, "max_receives": 2}, "copies": None, "failures": None},
    "topics": {"news": {"queues": {"copies": None}}},
    "buses": {"shop": {"rules": {"placed": {"pattern": {"source": ["orders"]}, "queues": ["copies"]}}}},
    "alarm_topic": {"elsewhere": True},
}
COMPUTE: dict[str, Any] = {
    "handler": "app.handler",
    "functions": {"worker": {}},
    "sources": {
        "queues": {"jobs": {"function": "worker"}},
        "streams": {"orders": {"function": "worker", "failures": "failures"}},
        "topics": {"news": {"function": "worker"}},
        "rules": {
            "placed": {"function": "worker", "bus": "shop", "pattern": {"source": ["orders"]}},
            "big": {"workflow": "fulfil", "bus": "shop", "pattern": {"source": ["wholesale"]}},
        },
    },
    "workflows": {
        "fulfil": {
            "definition": {
                "StartAt": "Both",
                "States": {
                    "Both": {
                        "Type": "Parallel",
                        "End": True,
                        "Branches": [
                            {
                                "StartAt": "Work",
                                "States": {"Work": {"Type": "Task", "Resource": "${worker}", "End": True}},
                            },
                            {"StartAt": "Rest", "States": {"Rest": {"Type": "Pass", "End": True}}},
                        ],
                    }
                },
            }
        }
    },
    "schedules": {"nightly": {"expression": "cron(0 3 * * ? *)", "workflow": "fulfil"}},
    "monitoring": {
        "notify": "region",
        "dashboard": True,
        "alarms": {"worker-error-rate": {"periods": 1, "threshold": 1}},
    },
}


@dataclass(frozen=True)
class Shop:
    """The deployed blocks."""

    aws: Embedded

    def client(self, service: str, region: str = PRIMARY) -> Any:
        return self.aws.client(service, region, ACCOUNT)

    def queue(self, name: str, region: str = PRIMARY) -> str:
        url: str = self.client("sqs", region).get_queue_url(QueueName=f"{PREFIX}-{name}")["QueueUrl"]
        return url

    def seen(self, source: str, text: str) -> bool:
        key = {"pk": {"S": source}, "sk": {"S": text}}
        return "Item" in self.client("dynamodb").get_item(TableName=f"{PREFIX}-data", Key=key)

    def visited(self, path: str) -> tuple[int, bytes]:
        """What a visitor of the site gets: status and body."""
        made = self.client("cloudfront").list_distributions()["DistributionList"]["Items"][0]
        place = urlsplit(self.aws.aws.endpoint_url).netloc
        connection = HTTPConnection(place, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": made["DomainName"]})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def received(self, name: str) -> list[str]:
        url = self.queue(name)
        found = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [one["Body"] for one in found]


def until(what: Callable[[], Any], limit_s: float = 30) -> Any:
    deadline = time.monotonic() + limit_s
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(WORKER)
    app = package(folder / "code", name="app", into=folder)
    context = replace(CONTEXT, home_account=ACCOUNT, artifacts={"app": app.sha256})
    with embedded_aws(folder / "state") as aws:
        made = Shop(aws)
        given = {"ArtifactBucketPrefix": "code", "Release": context.release, "CodeAppKey": "app.zip"}
        for region in (STANDBY, PRIMARY):
            given["CodeAppVersion"] = _upload(made, region, app.path)
            given["ReferenceRegion"] = str(region == STANDBY).lower()
            given["RegionRole"] = "primary" if region == PRIMARY else "secondary"
            for layer, options in (("infra", INFRA), ("compute", COMPUTE)):
                _deploy(made, region, layer, synthesized(layer, context, **options), given)
        yield made


def _upload(shop: Shop, region: str, path: Path) -> str:
    s3 = shop.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=f"code-{region}", **where)
    s3.put_bucket_versioning(Bucket=f"code-{region}", VersioningConfiguration={"Status": "Enabled"})
    version: str = s3.put_object(Bucket=f"code-{region}", Key="app.zip", Body=path.read_bytes())["VersionId"]
    return version


def _deploy(shop: Shop, region: str, name: str, template: Any, given: dict[str, str]) -> None:
    api = shop.client("cloudformation", region)
    parameters = [
        {"ParameterKey": key, "ParameterValue": value}
        for key, value in given.items()
        if key in template.parameter_names
    ]
    api.create_stack(
        StackName=name,
        TemplateBody=as_sent(template.body),
        Parameters=parameters,
        Capabilities=list(template.capabilities),
    )

    def ended() -> Any:
        stack = api.describe_stacks(StackName=name)["Stacks"][0]
        return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

    status = until(ended, 120)["StackStatus"]
    assert status == "CREATE_COMPLETE", [
        (one["LogicalResourceId"], one.get("ResourceStatusReason"))
        for one in api.describe_stack_events(StackName=name)["StackEvents"]
        if one["ResourceStatus"].endswith("FAILED")
    ]


@pytest.mark.parametrize(("here", "there"), [(STANDBY, PRIMARY), (PRIMARY, STANDBY)])
def test_an_object_is_copied_either_way(shop: Shop, here: str, there: str) -> None:
    source, target = (f"{PREFIX}-uploads-{ACCOUNT}-{region}" for region in (here, there))
    shop.client("s3", here).put_object(Bucket=source, Key=f"from-{here}", Body=b"tea")

    copy = until(lambda: shop.client("s3", there).list_objects_v2(Bucket=target, Prefix=f"from-{here}").get("Contents"))

    assert [one["Key"] for one in copy] == [f"from-{here}"]


def test_the_region_made_last_wrote_the_rules_of_both(shop: Shop) -> None:
    rules = {
        region: shop.client("s3", region).get_bucket_replication(Bucket=f"{PREFIX}-uploads-{ACCOUNT}-{region}")
        for region in (STANDBY, PRIMARY)
    }

    roles = {region: one["ReplicationConfiguration"]["Role"] for region, one in rules.items()}

    assert all(role.endswith(f"/{PREFIX}-bucket-replication-{region}") for region, role in roles.items())


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node to run CloudFront's code")


@needs_node
def test_the_site_is_served_from_the_second_region_while_the_first_one_fails(shop: Shop) -> None:
    name = f"{PREFIX}-site-{ACCOUNT}-{{}}"
    shop.client("s3", STANDBY).put_object(Bucket=name.format(STANDBY), Key="index.html", Body=b"<h1>Shop</h1>")
    until(lambda: shop.client("s3").list_objects_v2(Bucket=name.format(PRIMARY)).get("Contents"))

    before = shop.visited("/")
    with shop.aws.fault(kind="blackhole", region=STANDBY, service="s3"):
        silent = shop.visited("/")
    with shop.aws.fault(kind="outage", region=STANDBY, service="s3"):
        during = shop.visited("/")
        with shop.aws.fault(kind="outage", region=PRIMARY, service="s3"):
            neither = shop.visited("/")

    assert before == silent == during == (200, b"<h1>Shop</h1>")
    assert neither[0] == 503


@needs_node
def test_the_page_is_told_where_the_api_is(shop: Shop) -> None:
    status, body = shop.visited("/config.json")

    assert status == 200
    assert json.loads(body)["api"] == "https://sample.fed.dev"


@needs_node
def test_a_file_that_is_not_there_is_refused_like_one_that_is_forbidden(shop: Shop) -> None:
    assert shop.visited("/nothing.js")[0] == 403


def test_a_batch_is_worked_on_and_only_the_failed_part_comes_back(shop: Shop) -> None:
    sqs, url = shop.client("sqs"), shop.queue("jobs")
    entries = [{"Id": text, "MessageBody": text} for text in ("good", "bad")]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)

    until(lambda: shop.seen("aws:sqs", "good") and shop.seen("aws:sqs", "bad"))
    dead = until(lambda: shop.received("jobs-dead"), 90)

    assert dead == ["bad"]


def test_a_message_of_a_topic_reaches_the_queue_and_the_function(shop: Shop) -> None:
    arn = f"arn:aws:sns:{PRIMARY}:{ACCOUNT}:{PREFIX}-news"
    shop.client("sns").publish(TopicArn=arn, Message="read all about it")

    until(lambda: shop.seen("aws:sns", "read all about it"))

    assert "read all about it" in until(lambda: shop.received("copies"))


def test_an_event_reaches_the_queue_and_the_function(shop: Shop) -> None:
    entry = {"EventBusName": f"{PREFIX}-shop", "Source": "orders", "DetailType": "placed", "Detail": '{"id": 7}'}
    shop.client("events").put_events(Entries=[entry])

    until(lambda: shop.seen("orders", "None"))
    copy = until(lambda: [one for one in shop.received("copies") if one.startswith("{")])

    assert json.loads(copy[0])["detail"] == {"id": 7}


def test_a_change_of_a_table_calls_the_function_in_the_primary_region_only(shop: Shop) -> None:
    shop.client("dynamodb").put_item(TableName=f"{PREFIX}-orders", Item={"pk": {"S": "o"}, "sk": {"S": "1"}})
    change = str({"pk": {"S": "o"}, "sk": {"S": "1"}})

    until(lambda: shop.seen("aws:dynamodb", change))
    key = {"pk": {"S": "aws:dynamodb"}, "sk": {"S": change}}
    noted = shop.client("dynamodb").get_item(TableName=f"{PREFIX}-data", Key=key)["Item"]

    assert noted["region"]["S"] == PRIMARY


def test_a_workflow_calls_its_function(shop: Shop) -> None:
    states = shop.client("stepfunctions")
    arn = f"arn:aws:states:{PRIMARY}:{ACCOUNT}:stateMachine:{PREFIX}-fulfil"
    execution = states.start_execution(stateMachineArn=arn, input='{"source": "workflow"}')["executionArn"]

    def ended() -> Any:
        found = states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    end = until(ended)

    assert end["status"] == "SUCCEEDED"
    assert [one.get("done") for one in json.loads(end["output"])] == [True, None]


def test_an_event_starts_a_workflow(shop: Shop) -> None:
    entry = {"EventBusName": f"{PREFIX}-shop", "Source": "wholesale", "DetailType": "placed", "Detail": "{}"}
    shop.client("events").put_events(Entries=[entry])

    until(lambda: shop.seen("wholesale", "None"))


def test_a_schedule_is_on_in_the_primary_region_only(shop: Shop) -> None:
    states = {
        region: shop.client("scheduler", region).get_schedule(Name=f"{PREFIX}-nightly", GroupName=PREFIX)["State"]
        for region in (STANDBY, PRIMARY)
    }

    assert states == {STANDBY: "DISABLED", PRIMARY: "ENABLED"}


def test_a_secret_has_the_same_value_in_both_regions(shop: Shop) -> None:
    values = {
        shop.client("secretsmanager", region).get_secret_value(SecretId=f"{PREFIX}-partner")["SecretString"]
        for region in (STANDBY, PRIMARY)
    }

    assert len(values) == 1
    assert json.loads(values.pop())["username"] == "shop"


def test_a_setting_is_there_in_both_regions(shop: Shop) -> None:
    values = [
        shop.client("ssm", region).get_parameter(Name=f"/{PREFIX}/limits/most")["Parameter"]["Value"]
        for region in (STANDBY, PRIMARY)
    ]

    assert values == ["10", "10"]


def test_what_the_embedded_aws_lacks_is_listed(shop: Shop) -> None:
    skipped = {(one["type"], one["region"]) for one in shop.aws.admin("GET", "skipped")}

    assert skipped == {("AWS::KMS::ReplicaKey", PRIMARY), ("AWS::RUM::AppMonitor", STANDBY)}


def test_a_function_that_fails_rings_the_alarm_of_its_region_and_the_topic_tells(shop: Shop) -> None:
    url = shop.client("sqs").create_queue(QueueName="ears")["QueueUrl"]
    topic = f"arn:aws:sns:{PRIMARY}:{ACCOUNT}:{PREFIX}-alarms"
    ears = f"arn:aws:sqs:{PRIMARY}:{ACCOUNT}:ears"
    shop.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=ears)
    shop.client("lambda").invoke(FunctionName=f"{PREFIX}-worker", Qualifier="live", Payload=b'{"Records": [1]}')

    def told() -> Any:
        found = shop.client("sqs").receive_message(QueueUrl=url).get("Messages", [])
        return [json.loads(json.loads(one["Body"])["Message"]) for one in found]

    names = [f"{PREFIX}-worker-error-rate", f"{PREFIX}-compute-region"]
    message = until(told)[0]
    alarms = shop.client("cloudwatch").describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    other = shop.client("cloudwatch", STANDBY).describe_alarms(AlarmNames=names, AlarmTypes=["CompositeAlarm"])

    assert (message["AlarmName"], message["NewStateValue"]) == (names[1], "ALARM")
    assert [one["StateValue"] for one in (*alarms["MetricAlarms"], *alarms["CompositeAlarms"])] == ["ALARM", "ALARM"]
    assert [one["StateValue"] for one in other["CompositeAlarms"]] == ["OK"]
