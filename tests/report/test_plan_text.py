"""What a reviewer sees of a plan on a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import ChangeAction, ChangeKind, FieldChange, Risk
from orchestrator.report import Style, plan_text
from tests.report.samples import (
    ACCOUNTS,
    EMPTY,
    ERROR,
    RECORD,
    REPLACING,
    STANDBY,
    TEMPLATE,
    UPDATE,
    UPDATE_STEPS,
    WARNING,
    large_plan,
    plan,
    step,
)

PLAIN = Style()
CHECK = replace(TEMPLATE, kind=ChangeKind.HEALTH_CHECK, region="x")


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_the_subject_and_the_summary_come_first() -> None:
    drawn = lines(plan_text(UPDATE, PLAIN))

    assert drawn[:2] == [
        "deploy sample production, release bbbb",
        "0 to create, 6 to update, 0 to replace, 0 to delete; 1 unchanged",
    ]
    assert drawn[2] == "Highest risk: medium (5 changes)"


def test_an_empty_plan_says_that_nothing_will_change_and_why_that_is_known() -> None:
    drawn = plan_text(EMPTY, PLAIN)

    assert "Nothing will change:\n  Read back from AWS and as they should be: 1 stack set.\n" in drawn
    assert "Order" not in drawn


def test_an_empty_plan_that_could_not_see_everything_does_not_claim_that_nothing_will_change() -> None:
    drawn = plan_text(plan(complete=False), PLAIN)

    assert "Nothing can be planned yet" in drawn
    assert "Nothing will change" not in drawn


def test_a_plan_of_several_rounds_says_that_it_is_not_the_whole_way() -> None:
    drawn = plan_text(plan(RECORD, steps=UPDATE_STEPS, complete=False), Style(width=200))

    assert "Not the whole way: some things are known only after these steps" in drawn


def test_a_refused_plan_says_so_before_its_findings() -> None:
    drawn = lines(plan_text(plan(findings=(WARNING, ERROR), complete=False), PLAIN))

    assert drawn[2] == "REFUSED: nothing will change until the errors below are gone"
    assert drawn.index("error zone-missing: fed.dev") < drawn.index("warning release-skew: release")
    assert "  next: create the zone" in drawn


def test_findings_stand_before_changes_and_changes_before_the_order_of_steps() -> None:
    drawn = plan_text(plan(RECORD, steps=UPDATE_STEPS, findings=(WARNING,)), PLAIN)

    assert drawn.index("warning release-skew") < drawn.index("Route 53") < drawn.index("Order (5 steps)")


def test_regions_come_in_the_order_in_which_they_are_touched() -> None:
    drawn = lines(plan_text(UPDATE, PLAIN))

    places = [line for line in drawn if line.startswith(("Everywhere", "us-", "Route 53"))]
    assert places == ["Everywhere  (1 unchanged)", "us-west-2", "us-east-1", "Route 53"]


def test_a_property_is_shown_before_and_after() -> None:
    drawn = lines(plan_text(UPDATE, PLAIN))

    assert "      ~ Resources.Function.Properties.MemorySize: 256 → 512" in drawn


def test_a_value_too_long_for_the_line_stands_below_its_path_before_and_after() -> None:
    drawn = lines(plan_text(UPDATE, Style(width=50)))

    at = drawn.index("      ~ Resources.Function.Properties.MemorySize")
    assert drawn[at + 1 : at + 3] == ["          - 256", "          + 512"]


def test_equal_changes_of_several_accounts_are_one_item() -> None:
    drawn = lines(plan_text(UPDATE, PLAIN))

    assert drawn.count("  ~ compute instance in 111111111111, 222222222222  [medium risk]") == 2


def test_records_read_like_the_diff_of_a_zone() -> None:
    drawn = lines(plan_text(UPDATE, PLAIN))

    at = drawn.index("Route 53")
    assert drawn[at + 1 : at + 4] == [
        "  ; its target moved",
        "  - sample.fed.dev. A ALIAS old.example [PRIMARY]",
        "  + sample.fed.dev. A ALIAS new.example",
    ]


def test_equal_records_of_several_accounts_are_one_line_that_names_them() -> None:
    each = [
        replace(RECORD, id=f"record:{one}.x:A", fields=(FieldChange("record", "", f"{one}.x. A 1"),))
        for one in ACCOUNTS
    ]
    instances = [
        replace(CHECK, id=f"instance:infra:{one}:x", kind=ChangeKind.INSTANCE, account=one) for one in ACCOUNTS
    ]

    drawn = plan_text(plan(*each, *instances), Style(width=120))

    assert "  + {account}.x. A 1 ; in 111111111111, 222222222222\n" in drawn


def test_of_more_changes_than_anybody_reads_the_risky_ones_are_shown_and_the_others_counted() -> None:
    low, high = (
        [replace(RECORD, id=f"record:{risk.value}{n}:A", risk=risk, reason=f"{risk.value} {n}.") for n in range(300)]
        for risk in (Risk.LOW, Risk.HIGH)
    )

    drawn = plan_text(plan(*low, *high), PLAIN)

    assert all(f"  ; high {n}." in drawn for n in range(300))
    assert sum(f"  ; low {n}." in drawn for n in range(300)) == 100
    assert "  … and 200 more changes of no higher risk: plan --format json has all" in drawn


def test_replaced_resources_are_loud_and_stand_before_the_details() -> None:
    drawn = plan_text(plan(REPLACING, steps=UPDATE_STEPS), PLAIN)

    assert "REPLACED: deleted and made anew\n  ! Table (stack-set infra)\n" in drawn
    assert "Resources.Table.Properties.KeySchema: id → key REPLACES" in drawn
    assert drawn.index("REPLACED") < drawn.index("HIGH RISK") < drawn.index("Everywhere")


def test_steps_come_after_what_they_need_and_name_only_direct_needs() -> None:
    drawn = lines(plan_text(UPDATE, Style(width=120)))

    assert [line for line in drawn if line[:4].strip().isdigit()] == [
        "   1 update:compute:us-west-2 (control us-west-2, up to 5 min)",
        "   2 gate:{account}:us-west-2 in 111111111111, 222222222222 after 1 (data us-west-2, up to 5 min)",
        "   3 update:compute:us-east-1 after 2 (control us-west-2, up to 5 min)",
        "   4 records after 3 (control us-west-2, up to 5 min)",
    ]


def test_the_order_of_steps_is_that_of_their_needs_however_a_plan_lists_them() -> None:
    chain = [step(f"step{n}", *([f"step{n - 1}"] if n else ())) for n in range(4)]
    ring = [step("ring0", "ring1"), step("ring1", "ring0", "unknown")]

    drawn = [
        plan_text(plan(RECORD, steps=steps), PLAIN) for steps in (tuple(chain), tuple(reversed(chain)), (*ring, *chain))
    ]

    assert drawn[0] == drawn[1]
    assert "   4 step3 after 3 " in drawn[0]
    assert "   6 step3 after 5 " in drawn[2]


def test_steps_that_each_wait_for_their_own_accounts_step_share_a_row() -> None:
    asked = tuple(
        step(f"gate-command:{a}:us-west-2", f"gate:{a}:us-west-2", region=STANDBY, account=a) for a in ACCOUNTS
    )

    drawn = plan_text(plan(RECORD, steps=(*UPDATE_STEPS, *asked)), Style(width=120))

    assert "gate-command:{account}:us-west-2 in 111111111111, 222222222222 after 2 (control" in drawn


def test_a_step_that_waits_for_another_row_has_one_of_its_own() -> None:
    one, other = ACCOUNTS
    asked = (
        step(f"gate-command:{one}:us-west-2", f"gate:{one}:us-west-2", region=STANDBY, account=one),
        step(f"gate-command:{other}:us-west-2", f"watch:{other}", region=STANDBY, account=other),
    )
    first = step(f"watch:{other}", "update:compute:us-west-2", region=STANDBY, account=other)

    drawn = plan_text(plan(RECORD, steps=(*UPDATE_STEPS, first, *asked)), Style(width=120))

    assert f"gate-command:{one}:us-west-2 after 2 (control" in drawn
    assert f"gate-command:{other}:us-west-2 after 3 (control" in drawn


def test_a_plan_names_the_planes_that_it_calls() -> None:
    drawn = plan_text(UPDATE, PLAIN)

    assert "  calls the control plane of us-west-2; the data plane of us-west-2\n" in drawn


def test_plain_text_has_no_escapes_and_colour_only_adds_them() -> None:
    plain, coloured = plan_text(UPDATE, PLAIN), plan_text(UPDATE, Style(colour=True))

    assert "\x1b" not in plain
    assert "\x1b[1;31m" in plan_text(plan(REPLACING), Style(colour=True))
    assert len(lines(coloured)) == len(lines(plain))


def test_without_unicode_everything_is_ascii() -> None:
    drawn = plan_text(UPDATE, Style(unicode=False))

    assert drawn.isascii()
    assert "MemorySize: 256 -> 512" in drawn


def test_many_high_risks_are_counted_beyond_the_first_six() -> None:
    drawn = plan_text(plan(*(replace(REPLACING, id=f"stack-set:layer{n}") for n in range(9))), PLAIN)

    assert "  … and 3 more, marked below" in drawn


def test_every_step_of_a_large_plan_is_counted() -> None:
    drawn = plan_text(large_plan(accounts=1000, regions=2), PLAIN)

    assert "Order (2000 steps)" in drawn


@pytest.mark.parametrize(
    ("identity", "kind", "title"),
    [
        ("access:111111111111", ChangeKind.ACCESS, "roles in 111111111111"),
        ("stack-set:control", ChangeKind.CONTROL, "stack set control"),
        ("bucket-replication:us-west-2", ChangeKind.BUCKET_REPLICATION, "replication from us-west-2"),
        ("artifact:app", ChangeKind.ARTIFACT, "artifact app"),
        ("health-check:111111111111:us-west-2", ChangeKind.HEALTH_CHECK, "health check in 111111111111"),
        ("instance:infra:111111111111:us-west-2", ChangeKind.INSTANCE, "infra instance in 111111111111"),
    ],
)
def test_every_kind_of_change_is_named_in_words(identity: str, kind: ChangeKind, title: str) -> None:
    account = "111111111111" if "111111111111" in identity else ""
    change = replace(TEMPLATE, id=identity, kind=kind, account=account)
    drawn = lines(plan_text(plan(change), PLAIN))

    assert f"  ~ {title}" in drawn


def test_equal_changes_speak_of_the_account_as_regions_yaml_does_and_a_single_one_names_it() -> None:
    checks = tuple(
        replace(
            TEMPLATE, id=f"health-check:{a}:x", kind=ChangeKind.HEALTH_CHECK, account=a, region="x", reason=f"at {a}"
        )
        for a in ACCOUNTS
    )

    assert "at {account}" in plan_text(plan(*checks), PLAIN)
    assert "at 111111111111" in plan_text(plan(checks[0]), PLAIN)


def test_a_new_resource_begins_with_its_type() -> None:
    body = '{"Properties": {"FunctionName": "f"}, "Type": "AWS::Lambda::Version"}'
    drawn = plan_text(plan(replace(TEMPLATE, fields=(FieldChange("Resources.V", "", body),))), Style(width=200))

    assert '+ Resources.V = AWS::Lambda::Version {"Properties": {"FunctionName": "f"}}\n' in drawn


@pytest.mark.parametrize("value", ['{"Type": 1}', '{"Type": "Mail"}', '{"broken', '{"Ref": "Function"}'])
def test_any_other_value_is_shown_as_it_is(value: str) -> None:
    drawn = plan_text(plan(replace(TEMPLATE, fields=(FieldChange("Outputs.X", "", value),))), PLAIN)

    assert f"+ Outputs.X = {value}\n" in drawn


def test_a_destroy_singles_out_no_change_for_every_one_is_a_risk() -> None:
    drawn = plan_text(plan(replace(REPLACING, action=ChangeAction.DELETE), verb="destroy"), PLAIN)

    assert "HIGH RISK" not in drawn
    assert "[high risk]" in drawn


def test_a_step_that_runs_whatever_happened_says_so() -> None:
    drawn = plan_text(plan(steps=(replace(step("restore"), always=True),)), PLAIN)

    assert "the zone comes next; runs whatever happened before" in drawn


def test_a_broken_plan_whose_steps_wait_for_each_other_is_still_drawn() -> None:
    drawn = plan_text(plan(steps=(step("a", "b"), step("b", "a"), step("c"))), PLAIN)

    assert "Order (3 steps)" in drawn
    assert " a after 2 " in drawn
