# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""Faults of single keys: each message says where, what, and what to write instead."""

from __future__ import annotations

import pytest

NAME = "a name of lower-case letters, digits and single dashes, a letter first"
QUOTED = "the 12 digits of an account in quotes"
REGIONS = "write one of the 36 known, such as us-east-1"

# (what to replace in the good file, the replacement, every line that is said)
CASES = [
    # unknown and missing keys
    (
        "code:",
        "cod:",
        ["1:1: code: is missing; write a mapping with one key per package", "11:1: cod: is not a key here; write code"],
    ),
    (
        "role: primary",
        "rol: primary",
        [
            "4:3: regions.us-east-1.role: is missing; write primary or secondary",
            "4:15: regions.us-east-1.rol: is not a key here; write role",
        ],
    ),
    ("path: sample/app", "path: a, mode: 1", ["12:18: code.app.mode: is not a key here; write path or kind"]),
    (
        "application: sample",
        "home_regon: x\napplication: sample",
        ["1:1: home_regon: is not a key here; write home_region"],
    ),
    (
        "    host: sample.fed.dev\n",
        "",
        ["7:3: environments.production.host: is missing; write a domain name such as sample.example.com"],
    ),
    (
        "    hosted_zone: fed.dev\n",
        "",
        ["7:3: environments.production.hosted_zone: is missing; write a domain name such as sample.example.com"],
    ),
    ("home_region: us-west-2\n", "", ["1:1: home_region: is missing; write the name of an AWS region"]),
    ("sample/app", "sample/app, zzzzz: 1", ["12:27: code.app.zzzzz: is not a key here; write path or kind"]),
    # wrong kinds
    (
        "{path: sample/app}",
        "sample/app",
        ["12:8: code.app: is a single value; write a mapping with the keys path, kind"],
    ),
    ("application: sample", "application: [sample]", [f"1:14: application: is a list; write {NAME}"]),
    ("application: sample", "application: {a: b}", [f"1:14: application: is a mapping; write {NAME}"]),
    ("application: sample", "application:", [f"1:13: application: is empty; write {NAME}"]),
    ("application: sample", "application: ~", [f"1:14: application: is empty; write {NAME}"]),
    ("application: sample", 'application: ""', [f"1:14: application: is empty; write {NAME}"]),
    (
        '["111111111111"]',
        '"111111111111"',
        [f"8:15: environments.production.accounts: is a single value; write a list, each item {QUOTED}"],
    ),
    ('["111111111111"]', "[]", [f"8:15: environments.production.accounts: is empty; write {QUOTED}"]),
    ('"111111111111"', "[a]", [f"8:16: environments.production.accounts[0]: is a list; write {QUOTED}"]),
    (
        "hosted_zone: fed.dev",
        "hosted_zone: [fed.dev]",
        ["10:18: environments.production.hosted_zone: is a list; write a domain name such as sample.example.com"],
    ),
    (
        "hosted_zone: fed.dev",
        "hosted_zone: {account: '111111111111'}",
        ["10:5: environments.production.hosted_zone.name: is missing; write a domain name such as sample.example.com"],
    ),
    ("\n  app: {path: sample/app}", "", ["11:6: code: is empty; write a mapping with one key per package"]),
    # text
    ("application: sample", "application: Sample", [f"1:14: application: 'Sample' does not fit; write {NAME}"]),
    ("application: sample", "application: a--b", [f"1:14: application: 'a--b' does not fit; write {NAME}"]),
    ("application: sample", "application: 1.10", [f"1:14: application: '1.10' does not fit; write {NAME}"]),
    (
        "application: sample",
        "application: off",
        ['1:14: application: off is not in quotes: other YAML tools read a boolean; write "off"'],
    ),
    ("production:", "no:", ['7:3: environments.no: no is not in quotes: other YAML tools read a boolean; write "no"']),
    ("production:", "Production:", [f"7:3: environments.Production: 'Production' does not fit; write {NAME}"]),
    (
        "role: secondary",
        "role: standby",
        ["5:21: regions.us-west-2.role: 'standby' is not known; write primary or secondary"],
    ),
    ("role: secondary", "role: Secondery", ["5:21: regions.us-west-2.role: 'Secondery' is not known; write secondary"]),
    ("us-west-2: {", "us-wset-2: {", ["5:3: regions.us-wset-2: 'us-wset-2' is not known; write us-west-2"]),
    ("home_region: us-west-2", "home_region: mars", [f"2:14: home_region: 'mars' is not known; {REGIONS}"]),
    (
        "home_region: us-west-2",
        "home_region: " + "u" * 65,
        [f"2:14: home_region: '{'u' * 60}…' is not known; {REGIONS}"],
    ),
    ("home_region", "partition: aws-gov\nhome_region", ["2:12: partition: 'aws-gov' is not known; write aws-us-gov"]),
    (
        "home_region",
        "partition: azure\nhome_region",
        ["2:12: partition: 'azure' is not known; write aws or aws-us-gov"],
    ),
    ("path: sample/app", "path: x, kind: layers", ["12:24: code.app.kind: 'layers' is not known; write layer"]),
    (
        "sample/app",
        "a" * 1025,
        [
            f"12:15: code.app.path: '{'a' * 60}…' has 1025 characters, at most 1024 are allowed; write the path of a folder or of a zip file, relative to regions.yaml"
        ],
    ),
    # accounts and organizational units
    (
        '"111111111111"',
        "111111111111",
        [
            '8:16: environments.production.accounts[0]: 111111111111 is not in quotes: other YAML tools read a number; write "111111111111"'
        ],
    ),
    (
        '"111111111111"',
        "012345670123",
        [
            '8:16: environments.production.accounts[0]: 012345670123 is not in quotes: other YAML tools read an octal number; write "012345670123"'
        ],
    ),
    (
        '"111111111111"',
        "018345670123",
        [
            '8:16: environments.production.accounts[0]: 018345670123 is not in quotes: other YAML tools read a number; write "018345670123"'
        ],
    ),
    (
        '"111111111111"',
        '"11111111111"',
        [f"8:16: environments.production.accounts[0]: '11111111111' does not fit; write {QUOTED}"],
    ),
    (
        '"111111111111"',
        '"١١١١١١١١١١١١"',
        [f"8:16: environments.production.accounts[0]: '١١١١١١١١١١١١' does not fit; write {QUOTED}"],
    ),
    (
        '"111111111111"',
        '"111111111111\\n"',
        [f"8:16: environments.production.accounts[0]: '111111111111\\n' does not fit; write {QUOTED}"],
    ),
    (
        '"111111111111"',
        '"\\x1b[31m"',
        [f"8:16: environments.production.accounts[0]: '\\x1b[31m' does not fit; write {QUOTED}"],
    ),
    (
        '["111111111111"]',
        '["111111111111", "111111111111"]',
        [
            "8:32: environments.production.accounts[1]: 111111111111 is in the list already; delete one",
            "9:11: environments.production.host: is the same for all accounts; write '{account}.sample.fed.dev', so that each has its own",
        ],
    ),
    (
        'accounts: ["111111111111"]',
        "organizational_units: [ou-1]",
        [
            "8:28: environments.production.organizational_units[0]: 'ou-1' does not fit; "
            "write the id of an organizational unit (ou-ab12-34567890) or of a root (r-ab12)",
            "9:11: environments.production.host: is the same for all accounts; write '{account}.sample.fed.dev', so that each has its own",
        ],
    ),
    (
        '    accounts: ["111111111111"]\n',
        "",
        ["7:3: environments.production: says no target; write accounts or organizational_units"],
    ),
    (
        '    accounts: ["111111111111"]\n',
        '    accounts: ["111111111111"]\n    organizational_units: [r-ab12]\n',
        [
            "9:5: environments.production.organizational_units: cannot stand beside accounts; keep one of the two",
            "10:11: environments.production.host: is the same for all accounts; write '{account}.sample.fed.dev', so that each has its own",
        ],
    ),
]

CASES += [
    ("role: secondary", "role: no", ["5:21: regions.us-west-2.role: 'no' is not known; write primary or secondary"]),
    (
        "hosted_zone: fed.dev",
        "hosted_zone: ''",
        ["10:18: environments.production.hosted_zone: is empty; write a domain name such as sample.example.com"],
    ),
]

# (what to add to the good file, which has 12 lines; every line that is said)
ADDED = [
    ("health: {interval: 20}", ["13:20: health.interval: '20' is not allowed; write 10 or 30 (seconds)"]),
    ("health: {interval: 10.0}", ["13:20: health.interval: '10.0' is not a whole number; write 10 or 30 (seconds)"]),
    (
        "health: {failure_threshold: 11}",
        [
            "13:29: health.failure_threshold: '11' is not allowed; write a whole number of observations from 1 to 10, without quotes"
        ],
    ),
    (
        "health: {failure_threshold: 0}",
        [
            "13:29: health.failure_threshold: '0' is not allowed; write a whole number of observations from 1 to 10, without quotes"
        ],
    ),
    (
        "health: {path: health}",
        ["13:16: health.path: 'health' does not fit; write a path that begins with / and has neither spaces nor #"],
    ),
    (
        "health: {path: '/a b'}",
        ["13:16: health.path: '/a b' does not fit; write a path that begins with / and has neither spaces nor #"],
    ),
    ("health:", ["13:8: health: is empty; write a mapping with the keys path, interval, failure_threshold"]),
    (
        "failover: {ttl: 86401}",
        [
            "13:17: failover.ttl: '86401' is not allowed; write a whole number of seconds from 0 to 86400, without quotes"
        ],
    ),
    (
        "failover: {ttl: -1}",
        ["13:17: failover.ttl: '-1' is not allowed; write a whole number of seconds from 0 to 86400, without quotes"],
    ),
    (
        "failover: {ttl: 12:30:45}",
        [
            "13:17: failover.ttl: '12:30:45' is not a whole number; write a whole number of seconds from 0 to 86400, without quotes"
        ],
    ),
    (
        "failover: {ttl: 060}",
        [
            "13:17: failover.ttl: '060' is not a whole number; write a whole number of seconds from 0 to 86400, without quotes"
        ],
    ),
    (
        "failover: {ttl: '60'}",
        ["13:17: failover.ttl: '60' is text; write a whole number of seconds from 0 to 86400, without quotes"],
    ),
    (
        "failover: {ttl: }",
        ["13:17: failover.ttl: is empty; write a whole number of seconds from 0 to 86400, without quotes"],
    ),
    (
        "failover: {ttl: " + "9" * 5000 + "}",
        [
            f"13:17: failover.ttl: '{'9' * 60}…' is not allowed; write a whole number of seconds from 0 to 86400, without quotes"
        ],
    ),
    ("failover: {ttl: [60]}", ["13:17: failover.ttl: is a list; write a whole number of seconds"]),
    (
        "failover: {policy: fastest}",
        ["13:20: failover.policy: 'fastest' is not known; write failover, weighted or latency"],
    ),
    (
        "rollout: {replication_deadline: 0}",
        [
            "13:33: rollout.replication_deadline: '0' is not allowed; write a whole number of seconds from 1 to 86400, without quotes"
        ],
    ),
    (
        "objectives: {rto: soon}",
        [
            "13:19: objectives.rto: 'soon' is not a whole number; write a whole number of seconds from 1 to 86400, without quotes"
        ],
    ),
    (
        "objectives: {availability: 99.9}",
        [
            "13:28: objectives.availability: '99.9' is not a whole number; write a whole number of percent from 0 to 100, without quotes"
        ],
    ),
    (
        "traffic: {rate: 101, resolvers: 0, path: health}",
        [
            "13:17: traffic.rate: '101' is not allowed; write a whole number of requests per second from 0 to 100, without quotes",
            "13:33: traffic.resolvers: '0' is not allowed; write a whole number of resolvers from 1 to 16, without quotes",
            "13:42: traffic.path: 'health' does not fit; write a path that begins with / and has neither spaces nor #",
        ],
    ),
    (
        "drills: {blocked: [Friday 16:00-17:00, Sat 9:00-10:00]}",
        [
            "13:20: drills.blocked[0]: 'Friday 16:00-17:00' does not fit; write hours of days in UTC such as daily 22:00-06:00, Mon-Thu,Sat 08:00-18:00 or Fri 16:00 - Mon 08:00",
            "13:40: drills.blocked[1]: 'Sat 9:00-10:00' does not fit; write hours of days in UTC such as daily 22:00-06:00, Mon-Thu,Sat 08:00-18:00 or Fri 16:00 - Mon 08:00",
        ],
    ),
    (
        "drills: {abort: {error_rate: 0, alarms: []}}",
        [
            "13:30: drills.abort.error_rate: '0' is not allowed; write a whole number of percent from 1 to 100, without quotes",
            "13:41: drills.abort.alarms: is empty; write the name or ARN of a CloudWatch alarm",
        ],
    ),
    (
        "access: {role: 'arn:aws:iam::1:role/x'}",
        [
            "13:16: access.role: 'arn:aws:iam::1:role/x' does not fit; write the name of an IAM role (not its ARN): letters, digits and +=,.@_-"
        ],
    ),
    (
        f"access: {{role: {'r' * 65}}}",
        [
            f"13:16: access.role: '{'r' * 60}…' has 65 characters, at most 64 are allowed; write the name of an IAM role (not its ARN): letters, digits and +=,.@_-"
        ],
    ),
    ("stack_sets: {control: {}}", ["13:14: stack_sets.control: is not a key here; write infra or compute"]),
    (
        "stack_sets: {infra: {blueprint: Infra}}",
        [
            "13:33: stack_sets.infra.blueprint: 'Infra' does not fit; write package.module:Class or path/to/file.py:Class"
        ],
    ),
    (
        "stack_sets: {infra: {blueprint: 'a/b:C'}}",
        [
            "13:33: stack_sets.infra.blueprint: 'a/b:C' does not fit; write package.module:Class or path/to/file.py:Class"
        ],
    ),
    (
        "stack_sets: {infra: {options: [a]}}",
        ["13:31: stack_sets.infra.options: is a list; write a mapping: the options of the blueprint"],
    ),
    ("health: &h {interval: 10}", ["13:9: health: anchor '&h' is not supported; delete it"]),
    ("health: *h", ["13:9: health: alias '*h' is not supported; write the value out"]),
    (
        "stack_sets: {infra: {options: {a: *h}}}",
        ["13:35: stack_sets.infra.options.a: alias '*h' is not supported; write the value out"],
    ),
    (
        "stack_sets: {infra: {options: {a: .inf}}}",
        ["13:35: stack_sets.infra.options.a: .inf has no value in JSON; write a number, or text in quotes"],
    ),
    (
        "stack_sets: {infra: {options: {a: 9007199254740993}}}",
        [
            "13:35: stack_sets.infra.options.a: '9007199254740993' is too large a number; put it in quotes to keep it as text"
        ],
    ),
    (
        "stack_sets: {infra: {options: {a: 1e999}}}",
        ["13:35: stack_sets.infra.options.a: '1e999' is too large a number; put it in quotes to keep it as text"],
    ),
    (
        "stack_sets: {infra: {options: {a: " + "1" * 5000 + "}}}",
        [
            f"13:35: stack_sets.infra.options.a: '{'1' * 60}…' is too large a number; put it in quotes to keep it as text"
        ],
    ),
    (
        '"\\e[2J": 1',
        [
            "13:1: '\\x1b[2J': is not a key here; write application, partition, home_region, reference_region, regions, "
            "environments, code, stack_sets, health, failover, rollout, gates, objectives, traffic, drills, access or "
            "analysis"
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), CASES, ids=[f"{case[0][:20]!r} -> {case[1][:30]!r}" for case in CASES])
def test_a_fault_is_said_with_its_place_and_what_to_write(good, complaints, old, new, said):
    assert good.count(old) == 1 or old in {"home_region", "code:"}

    assert complaints(good.replace(old, new, 1)) == [f"regions.yaml:{line}" for line in said]


@pytest.mark.parametrize(("added", "said"), ADDED, ids=[case[0][:40] for case in ADDED])
def test_a_fault_of_an_optional_key_is_said_likewise(good, complaints, added, said):
    assert complaints(f"{good}{added}\n") == [f"regions.yaml:{line}" for line in said]


def test_all_faults_are_said_at_once_in_file_order(complaints):
    text = """\
aplication: sample
home_region: us-east-1
regions: {us-east-1: {role: boss}, us-east-1: {role: primary}}
environments: {a: {accounts: [1], host: x.y.z, hosted_zone: a.b, extra: 1}}
code: 7
"""

    places = [line.split(": ")[0] for line in complaints(text)]
    assert places == [
        "regions.yaml:1:1",
        "regions.yaml:1:1",
        "regions.yaml:3:1",
        "regions.yaml:3:29",
        "regions.yaml:3:36",
        "regions.yaml:4:31",
        "regions.yaml:4:41",
        "regions.yaml:4:66",
        "regions.yaml:5:7",
    ]


def test_very_many_faults_are_counted_after_the_first_hundred(good, complaints):
    said = complaints(good + "".join(f"helth{index}: 1\n" for index in range(150)))

    assert len(said) == 101
    assert said[0] == "regions.yaml:13:1: helth0: is not a key here; write health"
    assert said[-1] == "regions.yaml: 50 more problems are not shown; mend the ones above first"
