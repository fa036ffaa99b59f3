"""Services in containers: the load balancer of infra, and what compute puts behind it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from blueprints.compute.service import wait_for_service_alarms
from orchestrator.core.errors import ConfigurationError
from orchestrator.synth import lint
from tests.blueprints.container_samples import COMPUTE, DIGEST, IMAGE, INFRA, LEAST_COMPUTE, LEAST_INFRA
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body, synthesized, types
from tests.blueprints.test_monitoring import alarms

GOVCLOUD = replace(
    CONTEXT,
    partition="aws-us-gov",
    regions=("us-gov-west-1", "us-gov-east-1"),
    home_region="us-gov-west-1",
    reference_region="us-gov-west-1",
)
REGISTRY = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"
BALANCER = "/orchestrator/sample-production/load-balancer"


@pytest.fixture(scope="module")
def infra() -> dict[str, Any]:
    return body("infra", **INFRA)


@pytest.fixture(scope="module")
def compute() -> dict[str, Any]:
    return body("compute", **COMPUTE)


@pytest.fixture(scope="module")
def least() -> dict[str, Any]:
    return body("compute", **LEAST_COMPUTE)


def attributes(template: dict[str, Any], path: str) -> dict[str, object]:
    return {one["Key"]: one["Value"] for one in at(template, f"Resources/{path}")}


# -- infra --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Resources/Cluster/Properties/ClusterName", "sample-production"),
        ("Resources/LoadBalancer/Properties/Scheme", "internet-facing"),
        ("Resources/LoadBalancer/Properties/Subnets", [{"Ref": f"NetworkPublic{zone}"} for zone in (1, 2, 3)]),
        ("Resources/LoadBalancer/DependsOn", ["Certificate", "AccessLogsPolicy", "NetworkInternetAttachment"]),
        ("Resources/LoadBalancerHttps/Properties/Certificates", [{"CertificateArn": {"Ref": "Certificate"}}]),
        ("Resources/LoadBalancerHttps/Properties/SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
        ("Resources/LoadBalancerHttps/Properties/DefaultActions/0/FixedResponseConfig/StatusCode", "404"),
        ("Resources/LoadBalancerListenerParameter/Properties/Name", f"{BALANCER}/listener"),
        ("Resources/AccessLogs/Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", True),
        ("Outputs/SharedTarget/Value", {"Fn::GetAtt": ["LoadBalancer", "DNSName"]}),
        ("Outputs/RegionalTarget/Value", {"Fn::GetAtt": ["LoadBalancer", "DNSName"]}),
        ("Outputs/SharedTargetZoneId/Value", {"Fn::GetAtt": ["LoadBalancer", "CanonicalHostedZoneID"]}),
        ("Outputs/RegionalTargetZoneId/Value", {"Fn::GetAtt": ["LoadBalancer", "CanonicalHostedZoneID"]}),
    ],
)
def test_the_load_balancer_says(infra: dict[str, Any], path: str, expected: object) -> None:
    assert at(infra, path) == expected


def test_the_load_balancer_is_protected_and_logs(infra: dict[str, Any]) -> None:
    found = attributes(infra, "LoadBalancer/Properties/LoadBalancerAttributes")

    assert found["deletion_protection.enabled"] == "true"
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["access_logs.s3.enabled"] == "true"


def test_both_names_lead_to_the_load_balancer_or_to_apis_never_to_both() -> None:
    service, api = types(body("infra", **LEAST_INFRA)), types(body("infra", network={}, containers={}))

    assert "AWS::ApiGatewayV2::DomainName" not in service
    assert "AWS::ElasticLoadBalancingV2::LoadBalancer" not in api
    assert "AWS::ApiGatewayV2::DomainName" in api


def test_who_asks_by_http_is_sent_to_https_or_finds_the_port_closed(infra: dict[str, Any]) -> None:
    closed = body("infra", **{**LEAST_INFRA, "containers": {"load_balancer": {"redirect": False}}})

    ports = [
        [one["FromPort"] for one in at(template, "Resources/LoadBalancerGroup/Properties/SecurityGroupIngress")]
        for template in (infra, closed)
    ]

    assert ports == [[443, 80], [443]]
    assert at(infra, "Resources/LoadBalancerHttp/Properties/DefaultActions/0/Type") == "redirect"
    assert "LoadBalancerHttp" not in closed["Resources"]


def test_only_the_load_balancer_comes_to_the_services(infra: dict[str, Any]) -> None:
    entering = infra["Resources"]["LoadBalancerToServicesIn"]["Properties"]

    assert entering["SourceSecurityGroupId"] == {"Ref": "LoadBalancerGroup"}
    assert entering["GroupId"] == {"Ref": "NetworkServicesGroup"}


def test_in_govcloud_logs_are_written_by_the_account_of_the_region() -> None:
    options = {**LEAST_INFRA, "containers": {"load_balancer": {"access_logs": {}}}}

    template = body("infra", GOVCLOUD, **options)

    assert sorted(template["Mappings"]["LoadBalancerAccounts"]) == ["us-gov-east-1", "us-gov-west-1"]
    writer = at(template, "Resources/AccessLogsPolicy/Properties/PolicyDocument/Statement/1/Principal/AWS/Fn::Sub")
    assert writer[0] == "arn:${AWS::Partition}:iam::${Account}:root"
    assert lint([synthesized("infra", GOVCLOUD, **options)], GOVCLOUD.regions) == ()


def test_the_key_encrypts_what_services_log_only_where_there_are_some() -> None:
    said = [str(at(body("infra", **one), "Resources/Key/Properties/KeyPolicy")) for one in (LEAST_INFRA, {})]

    assert ["/aws/ecs/" in one for one in said] == [True, False]


# -- compute ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ServiceWeb/Properties/Cluster", "sample-production"),
        ("ServiceWeb/Properties/LaunchType", "FARGATE"),
        (
            "ServiceWeb/Properties/DeploymentConfiguration",
            {
                "MinimumHealthyPercent": 100,
                "MaximumPercent": 200,
                "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
                "Alarms": {"AlarmNames": ["sample-production-web-target-errors"], "Enable": True, "Rollback": True},
            },
        ),
        ("ServiceWeb/Properties/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp", "DISABLED"),
        ("ServiceWeb/DependsOn", ["ServiceWebHeld", "AlarmWebTargetErrors"]),
        ("ServiceWeb/Properties/LoadBalancers/0/TargetGroupArn", {"Ref": "ServiceWebTargets"}),
        ("ServiceWebRoute/Properties/ListenerArn", {"Fn::GetAtt": ["LoadBalancerListener", "Value"]}),
        ("LoadBalancerListener/Properties/Value", f"{{{{resolve:ssm:{BALANCER}/listener}}}}"),
        ("ServiceWebRoute/Properties/Conditions/0/PathPatternConfig/Values", ["/web/*", "/health"]),
        ("ServiceWebTargets/Properties/TargetType", "ip"),
        ("ServiceWebTargets/Properties/HealthCheckPath", "/health"),
        ("ServiceWebTask/Properties/RuntimePlatform/CpuArchitecture", "ARM64"),
        ("ServiceWorkerTask/Properties/RuntimePlatform/CpuArchitecture", "X86_64"),
        (
            "ServiceWebTask/Properties/ContainerDefinitions/0/Image",
            {"Fn::Sub": f"{REGISTRY}/sample-production/web@{DIGEST}"},
        ),
        ("ServiceWebTask/Properties/ContainerDefinitions/0/ReadonlyRootFilesystem", True),
        (
            "ServiceWebTask/Properties/ContainerDefinitions/0/MountPoints",
            [{"ContainerPath": "/tmp", "SourceVolume": "Tmp"}],
        ),
        ("ServiceWorkerTask/Properties/ContainerDefinitions/0/User", "1000"),
        ("ServiceWorkerTask/Properties/ContainerDefinitions/0/Command", ["work"]),
        ("ServiceWebLogGroup/Properties/RetentionInDays", 30),
        ("ServiceWebRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal/Service", "ecs-tasks.amazonaws.com"),
        ("ServiceWebScaling/Properties/MinCapacity", 2),
        ("ServiceWebScaling/Properties/MaxCapacity", {"Fn::If": ["IsPrimaryRegion", 10, 5]}),
        ("ServiceWorkerScaling/Properties/MinCapacity", {"Fn::If": ["IsPrimaryRegion", 2, 0]}),
        (
            "ServiceWebByRequests/Properties/TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification",
            {
                "PredefinedMetricType": "ALBRequestCountPerTarget",
                "ResourceLabel": {"Fn::Sub": "${LoadBalancerName.Value}/${ServiceWebTargets.TargetGroupFullName}"},
            },
        ),
    ],
)
def test_a_service_says(compute: dict[str, Any], path: str, expected: object) -> None:
    assert at(compute, f"Resources/{path}") == expected


def test_a_standby_idles_small_by_default(least: dict[str, Any]) -> None:
    limits = least["Resources"]["ServiceWebScaling"]["Properties"]

    assert limits["MinCapacity"] == {"Fn::If": ["IsPrimaryRegion", 2, 1]}
    assert limits["MaxCapacity"] == 10


def test_no_release_sets_the_number_of_tasks_back(compute: dict[str, Any]) -> None:
    services = [one for one in compute["Resources"].values() if one["Type"] == "AWS::ECS::Service"]

    assert len(services) == 2
    assert all("DesiredCount" not in one["Properties"] for one in services)


def test_every_service_is_watched_and_those_that_are_asked_by_their_answers(compute: dict[str, Any]) -> None:
    of_tasks = {"missing-tasks", "service-cpu", "service-memory"}
    of_answers = {"target-errors", "latency", "unhealthy-hosts", "no-healthy-host"}

    assert {name for name in alarms(compute) if not name.startswith("report-")} == {
        *(f"web-{kind}" for kind in of_tasks | of_answers),
        *(f"worker-{kind}" for kind in of_tasks),
        *("balancer-5xx", "balancer-rejected-connections"),
    }


LOAD_BALANCER = {"Name": "LoadBalancer", "Value": {"Fn::Sub": "${LoadBalancerName.Value}"}}


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("web-unhealthy-hosts", "Dimensions/0", LOAD_BALANCER),
        (
            "web-unhealthy-hosts",
            "Dimensions/1",
            {"Name": "TargetGroup", "Value": {"Fn::Sub": "${ServiceWebTargets.TargetGroupFullName}"}},
        ),
        ("web-target-errors", "Metrics/1/MetricStat/Metric/Dimensions/1/Name", "TargetGroup"),
        ("web-latency", "Threshold", 5),  # of 5000 ms
        ("web-no-healthy-host", "ComparisonOperator", "LessThanThreshold"),
        ("worker-missing-tasks", "Metrics/2/Expression", "wanted - FILL(running, 0)"),
        ("worker-missing-tasks", "Metrics/0/MetricStat/Metric/Namespace", "ECS/ContainerInsights"),
        ("worker-service-cpu", "Namespace", "AWS/ECS"),
        ("balancer-5xx", "Metrics/2/Expression", "100 * errors / (FILL(requests, 0) + errors)"),
        ("balancer-5xx", "Metrics/0/MetricStat/Metric/Dimensions", [LOAD_BALANCER]),
        ("balancer-rejected-connections", "Dimensions", [LOAD_BALANCER]),
    ],
)
def test_an_alarm_of_services_says(compute: dict[str, Any], name: str, path: str, expected: object) -> None:
    assert at(alarms(compute)[name], path) == expected


@pytest.mark.parametrize("options", [COMPUTE, LEAST_COMPUTE, {"entry": "service", "waiting": True}])
def test_services_where_nobody_comes_make_no_noise(options: dict[str, Any]) -> None:
    missing = {one["TreatMissingData"] for one in alarms(body("compute", **options)).values()}

    assert missing <= {"notBreaching", "ignore"}


def test_the_load_balancer_is_watched_before_the_first_service_comes() -> None:
    template = body("compute", entry="service", waiting=True)

    assert set(alarms(template)) == {"balancer-5xx", "balancer-rejected-connections"}
    assert at(template, "Resources/LoadBalancerName/Properties/Value") == f"{{{{resolve:ssm:{BALANCER}/full-name}}}}"


def test_an_alarm_of_services_can_be_set_and_silenced_like_any_other() -> None:
    said = {"latency": {"threshold": 800}, "web-service-cpu": {"enabled": False}, "balancer-5xx": {"threshold": 1}}
    found = alarms(body("compute", **LEAST_COMPUTE, monitoring={"alarms": said}))

    assert found["web-latency"]["Threshold"] == 0.8
    assert found["balancer-5xx"]["Threshold"] == 1
    assert "web-service-cpu" not in found


def test_the_dashboard_has_the_load_balancer_as_front_door_and_a_row_of_services(compute: dict[str, Any]) -> None:
    found = json.loads(at(compute, "Resources/Dashboard/Properties/DashboardBody/Fn::Sub"))["widgets"]
    titles = [one["properties"].get("markdown") or one["properties"]["title"] for one in found]
    requests = next(one["properties"] for one in found if one["properties"].get("title") == "Requests")

    assert titles[: titles.index("## Functions")] == [
        *("Alarms", "## Front door", "Requests", "Answers 4xx and 5xx", "Latency, s", "Refused connections"),
        *("## Services", "Requests of services", "Answers 5xx of services", "Latency p99 of services, s"),
        *("Tasks that can be asked", "Tasks", "Processor, %", "Memory, %"),
    ]
    assert requests["metrics"][0][:4] == [
        *("AWS/ApplicationELB", "RequestCount", "LoadBalancer", "${LoadBalancerName.Value}")
    ]


def test_the_dashboard_of_all_regions_shows_services_by_names_that_are_the_same_everywhere(
    compute: dict[str, Any],
) -> None:
    text = at(compute, "Resources/AllRegionsDashboard/Properties/DashboardBody/Fn::Sub")
    tasks = next(one["properties"] for one in json.loads(text)["widgets"] if one["properties"].get("title") == "Tasks")

    assert [(line[-1]["region"], line[5]) for line in tasks["metrics"]] == [
        (region, f"sample-production-{name}") for region in ("us-east-1", "us-west-2") for name in ("web", "worker")
    ]
    assert "LoadBalancerName" not in text


def test_canaries_ask_both_names_whatever_they_lead_to() -> None:
    monitoring = {"canaries": {"bucket": "visits"}, "dashboard": True}
    template = body("compute", **LEAST_COMPUTE, monitoring=monitoring)

    assert {"regional-canary", "shared-canary"} <= set(alarms(template))
    assert "Canaries, % good" in at(template, "Resources/Dashboard/Properties/DashboardBody/Fn::Sub")


def test_many_services_stay_below_the_names_that_cloudformation_looks_up() -> None:
    services = {f"s{at}": {"image": IMAGE, "priority": at + 1, "paths": [f"/{at}"]} for at in range(10)}
    template = body("compute", entry="service", services=services, monitoring={"dashboard": True})

    assert json.dumps(template).count("{{resolve:") <= 60


def test_a_service_is_made_after_the_alarms_of_its_template_that_turn_it_back() -> None:
    from troposphere import Template
    from troposphere.cloudwatch import Alarm
    from troposphere.ecs import DeploymentAlarms, DeploymentConfiguration, Service

    template = Template()
    alarms = DeploymentAlarms(AlarmNames=["late", "elsewhere"], Enable=True, Rollback=True)
    service = Service("S", DependsOn=["Route"], DeploymentConfiguration=DeploymentConfiguration(Alarms=alarms))
    template.add_resource(service)
    template.add_resource(Alarm("Late", AlarmName="late", ComparisonOperator="x", EvaluationPeriods=1))

    wait_for_service_alarms(template)

    assert service.DependsOn == ["Route", "Late"]


def test_a_service_that_nobody_asks_has_no_place_behind_the_load_balancer(compute: dict[str, Any]) -> None:
    worker = compute["Resources"]["ServiceWorker"]

    assert "LoadBalancers" not in worker["Properties"]
    assert "DependsOn" not in worker
    assert "ServiceWorkerRoute" not in compute["Resources"]
    assert "ServiceWorkerByCpu" not in compute["Resources"]


def test_without_an_api_there_is_neither_one_nor_a_function(least: dict[str, Any]) -> None:
    assert not {one for one in types(least) if one.startswith(("AWS::ApiGateway", "AWS::Lambda"))}
    assert set(least["Outputs"]) == {"Release"}


def test_a_container_is_told_the_release_and_what_it_uses(compute: dict[str, Any]) -> None:
    found = at(compute, "Resources/ServiceWebTask/Properties/ContainerDefinitions/0/Environment")
    told = {one["Name"]: one["Value"] for one in found}

    assert told["RELEASE"] == {"Ref": "Release"}
    assert told["PORT"] == "8080"
    assert told["LEVEL"] == "debug"
    assert told["TABLE_DATA"] == told["TABLE_NAME"] == "sample-production-data"
    assert {"QUEUE_JOBS", "DATABASE_HOST", "AWS_REGION"} <= told.keys()


def test_secrets_are_handed_over_by_ecs_and_read_by_the_role_that_starts_the_task(compute: dict[str, Any]) -> None:
    secrets = at(compute, "Resources/ServiceWebTask/Properties/ContainerDefinitions/0/Secrets")
    running, starting = (
        str(at(compute, f"Resources/ServiceWeb{role}/Properties/Policies")) for role in ("Role", "StartRole")
    )

    assert [one["Name"] for one in secrets] == ["PARTNER", "SESSION"]
    assert secrets[0]["ValueFrom"]["Fn::Sub"][0] == "${Arn}:username::"
    assert "secretsmanager:GetSecretValue" in starting
    assert "secretsmanager:GetSecretValue" not in running
    assert "repository/sample-production/web" in starting


def test_before_the_first_image_the_load_balancer_answers_with_the_release() -> None:
    template = body("compute", entry="service", waiting=True)
    answer = at(template, "Resources/WaitingRoute/Properties/Actions/0/FixedResponseConfig")

    assert answer["StatusCode"] == "200"
    assert answer["MessageBody"] == {"Fn::Sub": '{"waiting": "for the first service", "release": "${Release}"}'}
    assert "AWS::ECS::Service" not in types(template)


def service(**options: object) -> dict[str, object]:
    return {"entry": "service", "services": {"web": {"image": IMAGE, **options}}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (service(memory=3000), r"services\.web\.memory: Fargate has no task of 256 CPU units and 3000 MiB"),
        (service(port=80), r"services\.web\.port: 80 is too small"),
        (service(paths=["health"]), r"services\.web\.paths\[0\]: 'health' is no pattern"),
        (service(paths=["/a", "/b", "/c", "/d", "/e", "/f"]), r"services\.web\.paths: 6 paths"),
        (service(scaling={"standby": 0}), r"services\.web\.scaling\.standby: 0 tasks answer no health check"),
        (service(paths=[], scaling={"requests": 10}), r"services\.web\.scaling\.requests: nobody asks"),
        (service(scaling={"minimum": 11}), r"services\.web\.scaling\.maximum: 10 is less than the minimum of 11"),
        (service(scaling={"standby": 11}), r"services\.web\.scaling\.standby: a standby has 11 tasks at least"),
        (service(scaling={"standby_maximum": 0}), r"services\.web\.scaling\.standby_maximum: a standby has 1"),
        (service(health={"path": "health"}), r"services\.web\.health\.path: 'health' is no path"),
        (service(health={"timeout": 10}), r"services\.web\.health\.timeout: 10 is not less than the interval"),
        (service(environment={"RELEASE": "x"}), r"services\.web\.environment\.RELEASE: is given already"),
        (service(environment={"A-B": "x"}), r"services\.web\.environment\.A-B: is no name for a variable"),
        (
            service(environment={"A": "x"}, secrets={"A": "session"}),
            r"services\.web\.secrets\.A: is given already",
        ),
        (service(writable=["tmp"]), r"services\.web\.writable\[0\]: 'tmp' is no directory"),
        (service(uses={"websocket": True}), r"services\.web\.uses\.websocket: there is no WebSocket API"),
        ({"entry": "service"}, r"entry: no service has paths"),
        ({"entry": "service", "services": {"w": {"image": IMAGE, "paths": []}}}, r"entry: no service has paths"),
        ({**service(), "waiting": True}, r"options\.waiting: there is nothing to wait for: a service answers"),
        ({"waiting": True}, r"options\.waiting: there is nothing to wait for: both host names"),
        ({"services": {"web": {"image": IMAGE}}}, r"services\.web\.paths: no load balancer leads to it"),
        ({**service(), "api": {}}, r"options\.api: no host name leads to an API"),
        ({**service(), "api_function": "app"}, r"options\.api_function: no host name leads to an API"),
        (
            {"entry": "service", "services": {"a": {"image": IMAGE}, "b": {"image": IMAGE}}},
            r"services\.b\.priority: 100 is also that of 'a'",
        ),
        (
            {**service(), "functions": {"service-web": {}}},
            r"services\.web: has the name of a function's role",
        ),
        ({"entry": "service", "services": {"We": {"image": IMAGE}}}, r"services\.We: 'We' is no name"),
    ],
)
def test_a_service_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entry": "service"}, r"options\.entry: there is no cluster"),
        (
            {"network": {}, "containers": {"load_balancer": {"redirect": False}}},
            r"options\.containers\.load_balancer: nobody comes through it",
        ),
        (
            {**LEAST_INFRA, "containers": {"load_balancer": {"allow": []}}},
            r"load_balancer\.allow: is empty",
        ),
        (
            {**LEAST_INFRA, "containers": {"load_balancer": {"allow": ["home"]}}},
            r"load_balancer\.allow\[0\]: 'home' is no range",
        ),
        (
            {**LEAST_INFRA, "containers": {"load_balancer": {"access_logs": {}}}, "buckets": {"access-logs": None}},
            r"options\.buckets\.access-logs: is the name of the bucket for access logs",
        ),
    ],
)
def test_a_load_balancer_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", **options)


OF_TASKS = {"service-cpu", "service-memory", "missing-tasks"}


@pytest.mark.parametrize(
    ("paths", "kinds"),
    [
        (["/*"], {*OF_TASKS, "target-errors", "latency", "unhealthy-hosts", "no-healthy-host"}),
        ([], OF_TASKS),
    ],
)
def test_a_service_has_alarms_on_its_tasks_and_on_its_answers_if_anybody_asks(
    paths: list[str], kinds: set[str]
) -> None:
    options = {"image": IMAGE, "paths": paths} | ({} if paths else {"scaling": {"standby": 1}})
    answering = {"other": {"image": IMAGE, "priority": 1, "paths": ["/other"]}}
    template = body("compute", entry="service", services={"web": options, **answering})

    names = {
        one["Properties"]["AlarmName"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Alarm" and "-web-" in one["Properties"]["AlarmName"]
    }
    assert names == {f"sample-production-web-{kind}" for kind in kinds}
