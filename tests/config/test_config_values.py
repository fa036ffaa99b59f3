"""What a usable file becomes."""

from __future__ import annotations

import pytest

from orchestrator.core.gates import Gates
from orchestrator.core.json_values import JsonObject
from orchestrator.core.topology import (
    AbortLimits,
    Access,
    BlockedWindow,
    CodeSource,
    Drills,
    Environment,
    Failover,
    Health,
    HostedZone,
    Objectives,
    Region,
    RegionRole,
    Rollout,
    StackSetConfig,
    Topology,
    TrafficSettings,
)

FULL = """\
application: shop
partition: aws-us-gov
home_region: us-gov-east-1
reference_region: us-gov-west-1
regions:
  us-gov-west-1: {role: secondary}
  us-gov-east-1:
    role: primary
environments:
  staging:
    organizational_units: [ou-ab12-34567890, r-ab12]
    host: "{account}.staging.fed.dev"
    hosted_zone: {name: fed.dev, account: "012345670123"}
  production:
    accounts: ["111111111111", "222222222222"]
    host: "shop-{account}.fed.dev"
    hosted_zone: {name: fed.dev}
code:
  app: {path: ../app}
  libs: {path: /opt/libs.zip, kind: layer}
stack_sets:
  infra: {blueprint: "./mine/infra.py:Mine"}
  compute:
    blueprint: "a.b:C"
health: {path: "/health?deep=1", interval: 30, failure_threshold: 10}
failover: {policy: failover, ttl: 0}
rollout: {replication_deadline: 1, operation_deadline: 86400, gate_deadline: 2}
gates:
  probes: 3
  interval: 0
  alarms: [errors, "arn:aws-us-gov:cloudwatch:us-gov-west-1:111111111111:alarm:slow"]
  bake: 600
  health_check: true
  command: [./smoke, -v, -v]
  function: judge:live
objectives: {rto: 90, longest_gap: 40, availability: 99}
traffic: {rate: 0, resolvers: 16, path: /orders}
drills:
  hold: 0
  min_distance: 24
  blocked: [Fri 16:00 - Mon 08:00, "Tue,Wed 22:00-06:00"]
  abort: {error_rate: 5, latency: 900, window: 10, alarms: [too-slow]}
access: {role: Deployer, bootstrap_role: Enter}
"""


def test_a_short_file_gets_every_default(good, read):
    loaded = read(good)

    assert loaded.warnings == ()
    assert loaded.topology == Topology(
        application="sample",
        partition="aws",
        home_region="us-west-2",
        reference_region="us-west-2",
        regions=(Region("us-east-1", RegionRole.PRIMARY), Region("us-west-2", RegionRole.SECONDARY)),
        environments=(
            Environment("production", ("111111111111",), (), "sample.fed.dev", HostedZone("fed.dev", account="")),
        ),
        code=(CodeSource("app", "sample/app", "code"),),
        stack_sets=(
            StackSetConfig("infra", "blueprints.infra:Infra"),
            StackSetConfig("compute", "blueprints.compute:Compute"),
        ),
        health=Health(),
        failover=Failover(),
        rollout=Rollout(),
        gates=Gates(),
        objectives=Objectives(),
        traffic=TrafficSettings(),
        drills=Drills(),
        access=Access(),
        base_dir=".",
        source="regions.yaml",
    )


def test_a_full_file_is_read_as_written(read):
    loaded = read(FULL)

    # The home region is the primary here.
    assert [warning.path for warning in loaded.warnings] == ["home_region"]
    assert loaded.topology == Topology(
        application="shop",
        partition="aws-us-gov",
        home_region="us-gov-east-1",
        reference_region="us-gov-west-1",
        regions=(Region("us-gov-west-1", RegionRole.SECONDARY), Region("us-gov-east-1", RegionRole.PRIMARY)),
        environments=(
            Environment(
                "staging",
                (),
                ("ou-ab12-34567890", "r-ab12"),
                "{account}.staging.fed.dev",
                HostedZone("fed.dev", "012345670123"),
            ),
            Environment(
                "production",
                ("111111111111", "222222222222"),
                (),
                "shop-{account}.fed.dev",
                HostedZone("fed.dev", ""),
            ),
        ),
        code=(CodeSource("app", "../app", "code"), CodeSource("libs", "/opt/libs.zip", "layer")),
        stack_sets=(
            StackSetConfig("infra", "./mine/infra.py:Mine", (), line=22),
            StackSetConfig("compute", "a.b:C", (), line=24),
        ),
        health=Health(path="/health?deep=1", interval_s=30, failure_threshold=10),
        failover=Failover(ttl_s=0),
        rollout=Rollout(replication_deadline_s=1, operation_deadline_s=86400, gate_deadline_s=2),
        gates=Gates(
            probes=3,
            interval_s=0,
            alarms=("errors", "arn:aws-us-gov:cloudwatch:us-gov-west-1:111111111111:alarm:slow"),
            bake_s=600,
            health_check=True,
            command=("./smoke", "-v", "-v"),
            function="judge:live",
        ),
        objectives=Objectives(rto_s=90, longest_gap_s=40, availability_percent=99),
        traffic=TrafficSettings(rate_per_s=0, resolvers=16, path="/orders"),
        drills=Drills(
            hold_s=0,
            min_distance_h=24,
            blocked=(
                BlockedWindow(6720, 480, "Fri 16:00 - Mon 08:00"),
                BlockedWindow(2760, 3240, "Tue,Wed 22:00-06:00"),
                BlockedWindow(4200, 4680, "Tue,Wed 22:00-06:00"),
            ),
            abort=AbortLimits(error_rate_percent=5, latency_ms=900, window_s=10, alarms=("too-slow",)),
        ),
        access=Access(role="Deployer", bootstrap_role="Enter"),
        base_dir=".",
        source="regions.yaml",
    )


def test_traffic_calls_what_the_health_checks_ask_unless_told(read, good):
    loaded = read(good + "health: {path: /alive}\n")

    assert loaded.topology.traffic.path == "/alive"


def test_an_application_of_containers_alone_has_no_packages(read, good):
    loaded = read(good.replace("code:\n  app: {path: sample/app}", "code: {}"))

    assert loaded.topology.code == ()


def test_every_value_keeps_its_place(read, good):
    loaded = read(good + "stack_sets: {compute: {options: {memory: 256, tags: [a, {b: c}]}}}\n")

    places = loaded.positions
    assert places["stack_sets.compute.options.memory"] == (13, 42)
    assert places["stack_sets.compute.options.tags[1].b"] == (13, 61)
    assert places["environments.production.accounts[0]"] == (8, 16)
    assert places["regions.us-east-1.role"] == (4, 21)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("256", 256),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("0x1F", 31),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"256"', "256"),
        ("'true'", "true"),
        ('""', ""),
        ('"null"', "null"),
        ("text", "text"),
        ("v1.2.3", "v1.2.3"),
        ('"${AWS::Region} {{resolve:ssm:x}}"', "${AWS::Region} {{resolve:ssm:x}}"),
        ("[]", ()),
        ("[1, [two, 3.0]]", (1, ("two", 3.0))),
        ("{a: {b: 1}, c: }", JsonObject((("a", JsonObject((("b", 1),))), ("c", None)))),
    ],
)
def test_an_option_is_typed_by_the_core_schema(read, good, written, value):
    loaded = read(f"{good}stack_sets:\n  compute:\n    options:\n      it: {written}\n")

    options = loaded.topology.stack_set("compute").options
    assert options == (("it", value),)
    assert type(options[0][1]) is type(value)
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("written", "reading"),
    [
        ("no", "a boolean"),
        ("On", "a boolean"),
        ("y", "a boolean"),
        ("0777", "an octal number"),
        ("010.5", "a number"),
        ("1_000", "a number"),
        ("0b11", "a number"),
        ("12:30:45", "a number in base 60"),
        ("2012-10-17", "a date"),
        ("2012-10-17T12:00:00Z", "a date"),
    ],
)
def test_an_option_that_yaml_versions_read_differently_stays_text_with_a_warning(read, good, written, reading):
    loaded = read(f"{good}stack_sets: {{compute: {{options: {{it: {written}}}}}}}\n")

    assert loaded.topology.stack_set("compute").plain_options() == {"it": written}
    assert [str(warning) for warning in loaded.warnings] == [
        f"regions.yaml:13:38: stack_sets.compute.options.it: {written!r} is kept as text, "
        f"though other YAML tools read {reading}; put it in quotes"
    ]
    assert loaded.warnings[0].severity == "warning"


def test_warnings_are_bounded(read, good):
    many = ", ".join(["no"] * 150)

    assert len(read(f"{good}stack_sets: {{compute: {{options: {{it: [{many}]}}}}}}\n").warnings) == 100


def test_a_quoted_option_draws_no_warning(read, good):
    loaded = read(f"{good}stack_sets: {{compute: {{options: {{it: 'no'}}}}}}\n")

    assert loaded.warnings == ()


def test_an_identifier_with_the_letters_of_null_in_quotes_is_text(read, good):
    loaded = read(good.replace("application: sample", 'application: "null"'))

    assert loaded.topology.application == "null"


@pytest.mark.parametrize(
    ("regions", "home", "expected"),
    [
        ("{us-east-1: {role: primary}, us-west-2: {role: secondary}}", "us-west-2", "us-west-2"),
        ("{us-east-1: {role: primary}, us-west-2: {role: secondary}}", "us-east-1", "us-east-1"),
        ("{us-east-1: {role: primary}, sa-east-1: {role: secondary}}", "eu-west-1", "sa-east-1"),
    ],
)
def test_the_reference_region_is_home_or_else_the_first_standby(read, good, regions, home, expected):
    before, after = good.split("regions:\n")[0], good[good.index("environments:") :]
    before = before.replace("us-west-2", home)

    assert read(f"{before}regions: {regions}\n{after}").topology.reference_region == expected


def test_windows_line_ends_change_nothing(read, good):
    assert read(good.replace("\n", "\r\n")).topology == read(good).topology
