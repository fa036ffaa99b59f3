"""The operator's one screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.status import InstanceCounts
from orchestrator.core.topology import RegionRole
from orchestrator.report import Style, status_text
from tests.report.samples import PRIMARY, STANDBY, WARNING, region_status, status

PLAIN = Style()
HEALTHY = region_status(PRIMARY, RegionRole.PRIMARY)
STANDING_BY = region_status(STANDBY, RegionRole.SECONDARY)


def first_line(text: str) -> str:
    return text.splitlines()[0]


def test_a_healthy_application_fits_one_screen() -> None:
    drawn = status_text(status(), PLAIN).splitlines()

    assert drawn == [
        "sample production: us-east-1 serves; every region is healthy and current",
        "",
        "region     role       release       current  replica  health   traffic",
        "us-east-1  primary    d527736e1713  4/4      proven   healthy  serves",
        "us-west-2  secondary  d527736e1713  4/4      proven   healthy  standby",
        "",
        "regional names",
        "  us-east-1.sample.fed.dev",
        "  us-west-2.sample.fed.dev",
    ]
    assert max(map(len, drawn)) <= 80


def test_a_standby_that_serves_is_said_first() -> None:
    drawn = status_text(status(replace(HEALTHY, healthy=False), STANDING_BY, serving=STANDBY), PLAIN)

    assert first_line(drawn) == (
        "sample production: us-west-2 serves, not the primary us-east-1; us-east-1 is unhealthy"
    )


def test_an_unreachable_region_is_named_and_its_health_is_not_guessed() -> None:
    drawn = status_text(status(replace(HEALTHY, reachable=False, healthy=None), STANDING_BY), PLAIN)

    assert first_line(drawn).endswith("us-east-1 is unreachable")
    assert "  UNREACHABLE  serves" in drawn


def test_health_that_nobody_knows_is_not_called_healthy() -> None:
    drawn = status_text(status(replace(HEALTHY, healthy=None), STANDING_BY), PLAIN)

    assert first_line(drawn).endswith("health is not known everywhere")


def test_outdated_and_inoperable_instances_are_counted() -> None:
    counts = InstanceCounts(current=2, outdated=1, inoperable=1)
    drawn = status_text(status(replace(HEALTHY, instances=counts), STANDING_BY), PLAIN)

    assert first_line(drawn).endswith("not every instance is current")
    assert "  2/4  " in drawn
    assert "\nus-east-1: 1 outdated, 1 inoperable of 4 instances\n" in drawn


def test_an_evacuated_region_says_so() -> None:
    drawn = status_text(status(HEALTHY, replace(STANDING_BY, evacuated=True)), PLAIN)

    assert drawn.splitlines()[4].endswith("evacuated")


def test_the_commands_that_findings_name_are_listed_once_at_the_end() -> None:
    commands = ("orchestrator bootstrap", "orchestrator deploy")
    nothing = Finding("not-deployed", Severity.INFO, "sample", "nothing is deployed yet", "both", commands)
    drawn = status_text(status(findings=(WARNING, nothing)), PLAIN)

    assert drawn.endswith("\nnext\n  orchestrator deploy\n  orchestrator bootstrap\n")


@pytest.mark.parametrize(
    "command",
    [
        f"orchestrator failback --to {PRIMARY}",
        f"orchestrator drill {PRIMARY} --put-back",
        "orchestrator deploy --release 0123456789ab --take-over shop.fed.dev",
    ],
)
def test_a_command_is_listed_whole_and_never_cut_out_of_a_text(command: str) -> None:
    out = Finding("rule", Severity.WARNING, PRIMARY, "said", f"{command} does it, orchestrator plan shows", (command,))

    assert status_text(status(findings=(out,)), PLAIN).endswith(f"\nnext\n  {command}\n")


def test_a_warning_keeps_the_verdict_from_being_all_clear() -> None:
    assert first_line(status_text(status(findings=(WARNING,)), PLAIN)).endswith("something needs a hand")


def test_nothing_deployed_is_not_an_alarm() -> None:
    fresh = tuple(
        replace(one, release="", instances=InstanceCounts(), healthy=None, replica="") for one in (HEALTHY, STANDING_BY)
    )
    drawn = status_text(status(*fresh, serving=""), PLAIN)

    assert first_line(drawn) == "sample production: nothing serves; nothing is deployed"


def test_operations_under_way_are_shown() -> None:
    drawn = status_text(replace(status(), operations=("sample-production-compute: UPDATE op is RUNNING",)), PLAIN)

    assert "\nat work\n  sample-production-compute: UPDATE op is RUNNING\n" in drawn


def test_many_names_of_a_region_are_counted() -> None:
    hosts = tuple(f"h{number}.fed.dev" for number in range(1000))
    drawn = status_text(status(replace(HEALTHY, hosts=hosts), STANDING_BY), PLAIN)

    assert "  … 996 more names of us-east-1: --format json lists them" in drawn


def test_without_unicode_the_screen_is_ascii() -> None:
    drawn = status_text(status(replace(HEALTHY, release=""), STANDING_BY), Style(unicode=False))

    assert drawn.isascii()


def test_long_region_names_fit_80_columns() -> None:
    far = replace(HEALTHY, name="ap-southeast-2", reachable=False, replica="unreachable", hosts=())
    drawn = status_text(status(far, replace(STANDING_BY, evacuated=True), serving=far.name), PLAIN)

    assert max(map(len, drawn.splitlines()[2:5])) <= 80


def test_accounts_served_by_different_regions_and_a_serving_region_that_nobody_knows_are_said() -> None:
    assert "the accounts are served by different regions" in first_line(status_text(status(serving="mixed"), PLAIN))
    assert "nobody knows which region serves" in first_line(status_text(status(serving=""), PLAIN))


def test_only_what_is_behind_is_counted() -> None:
    drawn = status_text(status(replace(HEALTHY, instances=InstanceCounts(3, 1)), STANDING_BY), PLAIN)

    assert "\nus-east-1: 1 outdated of 4 instances\n" in drawn


def test_the_next_commands_repeat_the_options_that_were_given() -> None:
    drawn = status_text(status(findings=(WARNING,)), PLAIN, command="orchestrator --local")

    assert drawn.endswith("\nnext\n  orchestrator --local deploy\n")
