"""A plan as a pull-request comment: what is open, what is folded, and that it always fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import Finding, Plan, Severity
from orchestrator.core.run import StepStatus
from orchestrator.report import plan_markdown, run_markdown
from tests.report.samples import (
    EMPTY,
    ERROR,
    FAILED_RUN,
    RECORD,
    REPLACING,
    UPDATE,
    UPDATE_STEPS,
    instance,
    large_plan,
    plan,
    record,
    run,
)

LIMIT = 65_536


def test_the_summary_is_the_first_thing_after_the_heading() -> None:
    drawn = plan_markdown(UPDATE).splitlines()

    assert drawn[0] == "## deploy sample production, release bbbb"
    assert drawn[2] == "**0 to create, 6 to update, 0 to replace, 0 to delete; 1 unchanged**"


def test_findings_and_replaced_resources_are_open_and_stand_before_the_folded_details() -> None:
    drawn = plan_markdown(plan(REPLACING, steps=UPDATE_STEPS, findings=(ERROR,)))

    assert (
        drawn.index("- **error** `zone-missing` `fed.dev`")
        < drawn.index("REPLACED: deleted and made anew")
        < drawn.index("- **`Table`** (stack-set infra) because of `Resources.Table.Properties.KeySchema`")
        < drawn.index("<details>")
    )


def test_each_region_is_one_folded_diff() -> None:
    drawn = plan_markdown(UPDATE)

    assert "<details><summary><b>us-west-2</b>: 2 changes, 0 unchanged</summary>\n\n```diff\n" in drawn
    assert "\n-     Parameters.Release: aaaa\n+     Parameters.Release: bbbb\n```\n\n</details>\n" in drawn


def test_an_update_is_amber_and_a_record_is_red_and_green() -> None:
    drawn = plan_markdown(UPDATE)

    assert "\n! stack set compute: the template changed\n" in drawn
    assert "\n- sample.fed.dev. A ALIAS old.example [PRIMARY]\n+ sample.fed.dev. A ALIAS new.example\n" in drawn


def test_the_order_is_a_table_with_reason_plane_and_wait() -> None:
    drawn = plan_markdown(UPDATE)

    row = "| 2 | `gate:{account}:us-west-2` in 111111111111, 222222222222 | 1 | data us-west-2 | 5 min |"
    assert f"{row} us-west-2 comes next |\n" in drawn


def test_an_empty_plan_is_short_and_says_why_it_is_empty() -> None:
    drawn = plan_markdown(EMPTY)

    assert "**Nothing will change**\nRead back from AWS and as they should be: 1 stack set.\n" in drawn
    assert "<details>" not in drawn


@pytest.mark.parametrize(
    "large",
    [
        large_plan(accounts=600, regions=3),
        plan(*(replace(RECORD, id=f"record:{n}:A", reason=f"own {n}") for n in range(3000))),
        plan(findings=tuple(Finding("r", Severity.ERROR, f"w{n}", "m" * 500) for n in range(500)), complete=False),
        plan(*(replace(REPLACING, id=f"stack-set:{n}") for n in range(2000)), steps=UPDATE_STEPS),
        plan(replace(RECORD, reason="é€𝄞" * 60_000)),
        plan(*(replace(instance("1" * 12, f"r{'@' * 200}{n}"), reason=f"{n}") for n in range(400))),
    ],
    ids=["instances", "records", "findings", "replaced", "one long text", "many regions"],
)
def test_a_comment_fits_however_large_the_plan_and_says_at_the_top_what_was_left_out(large: Plan) -> None:
    drawn = plan_markdown(large)

    assert len(drawn) <= len(drawn.encode()) <= LIMIT
    head = drawn[: drawn.index("**Left out, because a comment has no room for it:**")]
    assert len(head.splitlines()) <= 12
    assert "`--format html` has more and `--format json` everything" in drawn
    assert drawn.count("<details>") == drawn.count("</details>")
    assert drawn.count("```") % 2 == 0


def test_a_plan_that_fits_leaves_nothing_out() -> None:
    drawn = plan_markdown(UPDATE)

    assert "Left out" not in drawn
    assert drawn.endswith("Fingerprint `f1f2f3`\n")


def test_foreign_text_cannot_leave_its_code_block() -> None:
    hostile = "```\n</details><img src=x onerror=alert(1)>\n```"
    drawn = plan_markdown(plan(replace(RECORD, reason=hostile)))

    opened = [line for line in drawn.splitlines() if line.endswith("diff")]
    assert opened == ["````diff"]
    assert "\n```" not in drawn.replace("\n````", "")


def test_foreign_text_mentions_nobody_links_nowhere_and_is_no_markup() -> None:
    hostile = "@everyone see https://evil.example <script>x</script> **bold** [a](b) |cell|"
    drawn = plan_markdown(plan(findings=(replace(ERROR, message=hostile),)))

    assert "@everyone" not in drawn
    assert "https://" not in drawn
    assert "<script" not in drawn
    assert "**bold**" not in drawn
    assert "[a](b)" not in drawn


def test_foreign_text_cannot_add_a_cell_to_a_table() -> None:
    drawn = run_markdown(run(record("a|b", StepStatus.SUCCEEDED, reason="x | y")))

    assert "| `a\\|b` | succeeded | 1.0 s | x \\| y |\n" in drawn


def test_a_failed_run_begins_with_its_verdict_and_its_failures() -> None:
    drawn = run_markdown(FAILED_RUN)

    assert drawn.startswith(
        "## deploy of sample production failed in 1 min 15 s: release d527736e1713, 3 steps, 1 failed"
    )
    failure = "- **`update:compute:us-west-2`** (account 111111111111, us-west-2): Function: Resource handler"
    assert drawn.index(failure) < drawn.index("**Next:** ") < drawn.index("<details>")


def test_a_run_of_thousands_of_steps_fits_a_comment() -> None:
    steps = tuple(record(f"gate:{n}", StepStatus.FAILED, reason="handler returned: " + "x" * 300) for n in range(5000))
    drawn = run_markdown(run(*steps))

    assert len(drawn.encode()) <= LIMIT
    assert "**Left out, because a comment has no room for it:** failures (" in drawn
