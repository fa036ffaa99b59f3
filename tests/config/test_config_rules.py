# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""Faults between keys: regions, names, accounts, hosts."""

from __future__ import annotations

import pytest

from orchestrator.core.topology import RoutingPolicy

HOST = "environments.production.host"
LABEL = "write 1 to 63 letters, digits and dashes between dots, no dash first or last"

REGION_CASES = [
    ("role: secondary", "role: primary", ["5:21: regions.us-west-2.role: us-east-1 is primary already; write secondary"]),
    ("role: primary", "role: secondary", ["3:1: regions: no region is primary; write role: primary for one of us-east-1 or us-west-2"]),
    ("  us-west-2: {role: secondary}\n", "", [
        "3:1: regions: holds 1 region; add a second region: something must take over when the first one fails",
    ]),
    ("  us-west-2: {role: secondary}\n", "  us-gov-west-1: {role: secondary}\n", [
        "5:3: regions.us-gov-west-1: us-gov-west-1 lies in partition aws-us-gov, and the partition is aws; "
        "write a region such as us-east-1, or partition: aws-us-gov",
    ]),
    ("home_region: us-west-2", "home_region: us-gov-east-1", [
        "2:14: home_region: us-gov-east-1 lies in partition aws-us-gov, and the partition is aws; "
        "write a region such as us-east-1, or partition: aws-us-gov",
    ]),
    ("home_region: us-west-2", "partition: aws-us-gov\nhome_region: us-gov-east-1", [
        f"{at}: {path}: {name} lies in partition aws, and the partition is aws-us-gov; "
        "write a region such as us-gov-west-1, or partition: aws"
        for at, path, name in [
            ("5:3", "regions.us-east-1", "us-east-1"),
            ("6:3", "regions.us-west-2", "us-west-2"),
        ]
    ]),
    ("regions:\n", "reference_region: eu-west-1\nregions:\n", [
        "3:19: reference_region: eu-west-1 is not one of the regions; write us-east-1 or us-west-2",
    ]),
    ("regions:\n", "reference_region: us-gov-west-1\nregions:\n", [
        "3:19: reference_region: us-gov-west-1 is not one of the regions; write us-east-1 or us-west-2",
        "3:19: reference_region: us-gov-west-1 lies in partition aws-us-gov, and the partition is aws; "
        "write a region such as us-east-1, or partition: aws-us-gov",
    ]),
]  # fmt: skip

HOST_CASES = [
    ("Sample.fed.dev", "'Sample.fed.dev' holds capitals; write 'sample.fed.dev'"),
    ("sample.fed.dev.", "'sample.fed.dev.' ends with a dot; write 'sample.fed.dev'"),
    ("https://sample.fed.dev", "'https://sample.fed.dev' is not a bare name; write the name alone, without scheme, path or user"),
    ("exämple.fed.dev", "'exämple.fed.dev' is not ASCII; write the name in its xn-- form"),
    ("a_b.fed.dev", f"'a_b.fed.dev' holds 'a_b', which is no DNS label; {LABEL}"),
    ("'*.fed.dev'", f"'*.fed.dev' holds '*', which is no DNS label; {LABEL}"),
    ("a..fed.dev", f"'a..fed.dev' holds '', which is no DNS label; {LABEL}"),
    (".", f"'.' holds '', which is no DNS label; {LABEL}"),
    ("-a.fed.dev", f"'-a.fed.dev' holds '-a', which is no DNS label; {LABEL}"),
    ("a-.fed.dev", f"'a-.fed.dev' holds 'a-', which is no DNS label; {LABEL}"),
    (f"{'a' * 64}.fed.dev", f"'{'a' * 60}…' holds '{'a' * 60}…', which is no DNS label; {LABEL}"),
    (f"{'a' * 57}.fed.dev", "has 65 characters, a certificate takes 64; write a shorter name"),
    (f"'{{account}}.{'a.' * 118}fed.dev'", f"'000000000000.{'a.' * 23}a…' has 256 characters, DNS takes 253; write a shorter name"),
    ("localhost", "'localhost' has one part only; write a full name such as sample.example.com"),
    ("sample.fed.com", "sample.fed.com is not inside the hosted zone fed.dev; write a name that ends with .fed.dev, or another hosted_zone"),
    ("samplefed.dev", "samplefed.dev is not inside the hosted zone fed.dev; write a name that ends with .fed.dev, or another hosted_zone"),
    ("'{region}.fed.dev'", "'{region}' is not a placeholder; write {account}, the only one there is; regions are put in front"),
    ("'{account.fed.dev'", "'{' is not a placeholder; write {account}, the only one there is; regions are put in front"),
    (f"'{'a' * 52}{{account}}.fed.dev'", f"'{'a' * 52}00000000…' holds '{'a' * 52}00000000…', which is no DNS label; {LABEL}"),
    (f"'{{account}}.{'a' * 44}.fed.dev'", "has 65 characters, a certificate takes 64; write a shorter name"),
]  # fmt: skip

ZONE_CASES = [
    ("Fed.dev", "'Fed.dev' holds capitals; write 'fed.dev'"),
    ("{name: dev}", "'dev' has one part only; write a full name such as sample.example.com"),
    ("'{account}.dev'", "a zone cannot depend on the account; write the name of one zone"),
]


def with_environments(good: str, **hosts: str) -> str:
    """The good file with other environments: name to the YAML inside the braces."""
    rest = good[good.index("code:") :]
    entries = "".join(f"  {name}: {{hosted_zone: fed.dev, {inside}}}\n" for name, inside in hosts.items())
    return f"{good[: good.index('environments:')]}environments:\n{entries}{rest}"


@pytest.mark.parametrize(("old", "new", "said"), REGION_CASES)
def test_regions_must_go_together(good, complaints, old, new, said):
    assert good.count(old) == 1

    assert complaints(good.replace(old, new)) == [f"regions.yaml:{line}" for line in said]


@pytest.mark.parametrize(("host", "said"), HOST_CASES)
def test_a_host_must_be_a_name_that_dns_and_certificates_take(good, complaints, host, said):
    assert complaints(good.replace("host: sample.fed.dev", f"host: {host}")) == [f"regions.yaml:9:11: {HOST}: {said}"]


@pytest.mark.parametrize(("zone", "said"), ZONE_CASES)
def test_a_zone_must_be_a_domain_name(good, complaints, zone, said):
    lines = complaints(good.replace("hosted_zone: fed.dev", f"hosted_zone: {zone}"))

    assert [line.split(": ", 1)[1] for line in lines] == [f"environments.production.hosted_zone: {said}"]


def test_a_host_that_is_its_zone_needs_the_ttl_of_an_alias(good, complaints):
    apex = good.replace("host: sample.fed.dev", "host: fed.dev")

    assert complaints(apex) == []
    assert complaints(apex + "failover: {ttl: 60}\n") == []
    assert complaints(apex + "failover: {ttl: 30}\n") == [
        "regions.yaml:13:17: failover.ttl: fed.dev is the top of its zone, where only alias records can stand, "
        "and these have a ttl of 60; write 60"
    ]
    assert complaints(good + "failover: {ttl: 30}\n") == []


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("accounts: ['111111111111'], host: a.fed.dev", "accounts: ['222222222222'], host: a.fed.dev", True),
        ("accounts: ['111111111111'], host: a.fed.dev", "accounts: ['111111111111'], host: b.fed.dev", False),
        ("accounts: ['111111111111'], host: '{account}.fed.dev'", "accounts: ['222222222222'], host: '{account}.fed.dev'", True),
        ("accounts: ['111111111111'], host: '{account}.fed.dev'", "accounts: ['222222222222'], host: 111111111111.fed.dev", True),
        ("accounts: ['111111111111'], host: a.fed.dev", "accounts: ['222222222222'], host: us-east-1.a.fed.dev", True),
        ("accounts: ['111111111111'], host: us-east-1.a.fed.dev", "accounts: ['222222222222'], host: a.fed.dev", True),
        ("accounts: ['111111111111'], host: a.fed.dev", "accounts: ['222222222222'], host: eu-west-1.a.fed.dev", False),
        ("organizational_units: [r-ab12], host: '{account}.fed.dev'", "accounts: ['222222222222'], host: '{account}.fed.dev'", True),
        ("organizational_units: [r-ab12], host: '{account}.fed.dev'", "accounts: ['222222222222'], host: '{account}.a.fed.dev'", False),
    ],
)  # fmt: skip
def test_two_environments_must_not_answer_under_one_name(good, complaints, first, second, clash):
    said = complaints(with_environments(good, one=first, two=second))

    host = second.split("host: ")[1].strip("'")
    message = f"{host} and its regional names are used by 'one' already; give each environment names of its own"
    assert [line.split(": ", 1)[1] for line in said] == ([f"environments.two.host: {message}"] if clash else [])


@pytest.mark.parametrize(
    ("targets", "host", "fine"),
    [
        ("accounts: ['111111111111', '222222222222']", "'{account}.fed.dev'", True),
        ("accounts: ['111111111111', '222222222222']", "a.fed.dev", False),
        ("accounts: ['111111111111']", "'{account}.fed.dev'", True),
        ("organizational_units: [ou-ab12-34567890]", "'x-{account}.fed.dev'", True),
        ("organizational_units: [ou-ab12-34567890]", "a.fed.dev", False),
    ],
)
def test_several_accounts_need_a_host_each(good, complaints, targets, host, fine):
    said = complaints(with_environments(good, one=f"{targets}, host: {host}"))

    expected = "is the same for all accounts; write '{account}.a.fed.dev', so that each has its own"
    assert [line.split("host: ", 1)[1] for line in said] == ([] if fine else [expected])


@pytest.mark.parametrize(("length", "over"), [(35, 0), (36, 1), (80, 45)])
def test_derived_names_must_fit_with_the_longest_region(good, complaints, length, over):
    # The bucket is {application}-{environment}-{12 digits}-ap-southeast-2, at most 63 characters.
    name = "a" * (length - len("-production"))
    text = good.replace("application: sample", f"application: {name}").replace("us-east-1", "ap-southeast-2")

    expected = [
        f"regions.yaml:7:3: environments.production: the name of its bucket would have {63 + over} characters, "
        f"AWS takes 63; shorten the application's or the environment's name by {over}"
    ]
    assert complaints(text) == (expected if over else [])


def test_the_home_region_counts_for_the_length_of_names(good, complaints):
    text = good.replace("application: sample", f"application: {'a' * 27}")

    assert complaints(text) == []
    assert len(complaints(text.replace("home_region: us-west-2", "home_region: ap-southeast-2"))) == 1


def test_names_that_s3_keeps_for_itself_are_refused(good, complaints):
    assert complaints(good.replace("application: sample", "application: sthree-x")) == [
        "regions.yaml:1:14: application: S3 keeps bucket names that begin like sthree-x-production for itself; "
        "choose another name for the application"
    ]


def test_two_environments_must_not_make_one_role_in_one_account(good, complaints):
    text = with_environments(
        good,
        one="accounts: ['111111111111'], host: a.fed.dev",
        two="accounts: ['222222222222', '111111111111'], host: '{account}.fed.dev'",
    )

    assert complaints(text) == []
    assert complaints(text + "access: {role: Deployer}\n") == [
        "regions.yaml:8:58: environments.two.accounts[1]: 111111111111 belongs to 'one' too, and both would make the "
        "role named by access.role; delete access.role or one of the two"
    ]


@pytest.mark.parametrize(
    ("home", "said"),
    [
        ("us-west-2", []),
        (
            "us-east-1",
            [
                "regions.yaml:2:14: home_region: us-east-1 is the primary region: while it is impaired, nothing can be "
                "deployed anywhere; write another region"
            ],
        ),
        (
            "eu-west-1",
            [
                "regions.yaml:2:14: reference_region: is us-west-2 only as long as the roles stay as they are; "
                "write reference_region: us-west-2"
            ],
        ),
    ],
)
def test_a_home_region_that_will_hurt_later_is_warned_about(good, read, home, said):
    loaded = read(good.replace("home_region: us-west-2", f"home_region: {home}"))

    assert [str(warning) for warning in loaded.warnings] == said
    assert {warning.severity for warning in loaded.warnings} <= {"warning"}


def test_a_written_reference_region_needs_no_warning(good, read):
    text = good.replace("home_region: us-west-2", "home_region: eu-west-1\nreference_region: us-east-1")

    loaded = read(text)

    assert loaded.warnings == ()
    assert loaded.topology.reference_region == "us-east-1"


def test_rules_stay_silent_about_what_was_reported_already(complaints):
    said = complaints("regions: {}\nenvironments: {a: {host: [], hosted_zone: {}, accounts: [1, {}]}}\n")

    assert [line.split(": ")[1] for line in said] == [
        "application",
        "code",
        "home_region",
        "regions",
        "environments.a.host",
        "environments.a.hosted_zone.name",
        "environments.a.accounts[0]",
        "environments.a.accounts[1]",
    ]


WEIGHTS = {
    "every region has weight 0": (
        "{role: primary, weight: 0}",
        "{role: secondary, weight: 0}",
        "weighted",
        ["4:38: regions.us-east-1.weight: every region has weight 0; write 1 to 255 for at least one"],
    ),
    "a standby of weight 0": ("{role: primary}", "{role: secondary, weight: 0}", "weighted", []),
    "too much": (
        "{role: primary, weight: 256}",
        "{role: secondary}",
        "weighted",
        [
            "4:38: regions.us-east-1.weight: '256' is not allowed; write a whole number of shares from 0 to 255, without quotes"
        ],
    ),
}


@pytest.mark.parametrize(("first", "second", "policy", "said"), WEIGHTS.values(), ids=WEIGHTS)
def test_weights_must_leave_somebody_to_answer(good, complaints, first, second, policy, said):
    text = good.replace("{role: primary}", first).replace("{role: secondary}", second)

    assert complaints(f"{text}failover: {{policy: {policy}}}\n") == [f"regions.yaml:{line}" for line in said]


@pytest.mark.parametrize("policy", ["failover", "latency"])
def test_a_weight_without_effect_is_told(good, read, policy):
    text = good.replace("{role: primary}", "{role: primary, weight: 2}")
    loaded = read(f"{text}failover: {{policy: {policy}}}\n")

    assert [(one.line, one.path, one.message) for one in loaded.warnings] == [
        (4, "regions.us-east-1.weight", f"has no effect under failover.policy: {policy}")
    ]
    assert loaded.topology.regions[0].weight == 2
    assert loaded.topology.failover.policy is RoutingPolicy(policy)


def test_a_blocked_window_must_have_a_length(good, complaints):
    text = good + "drills: {blocked: [daily 22:00-06:00, Fri 16:00-16:00, no window, Sat 00:00 - Sat 00:00]}\n"

    said = [line for line in complaints(text) if "no window" not in line]

    fix = "write another end; a whole day is 00:00-24:00, the whole week daily 00:00-24:00"
    assert said == [
        f"regions.yaml:13:39: drills.blocked[1]: 'Fri 16:00-16:00' ends at the moment when it begins; {fix}",
        f"regions.yaml:13:67: drills.blocked[3]: 'Sat 00:00 - Sat 00:00' ends at the moment when it begins; {fix}",
    ]
    assert len(complaints(text)) == 3
