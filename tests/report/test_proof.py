"""The proof of failover in every report."""

from __future__ import annotations

import json
from dataclasses import replace

from orchestrator.core.proof import Proof, ProofRow
from orchestrator.core.proof_subject import desired_subject, proof_of
from orchestrator.core.topology import Failover, RoutingPolicy
from orchestrator.report import (
    Style,
    findings_json,
    findings_text,
    plan_html,
    plan_json,
    plan_markdown,
    plan_text,
    status_json,
    status_text,
)
from tests.report.samples import EMPTY, UPDATE, status
from tests.sample_world import EAST, NAMES, SOUTH, WEST, topology

PLAIN = Style()
REGIONS = (EAST, WEST, SOUTH, "eu-west-1", "eu-central-1")


def proof(*regions: str, policy: RoutingPolicy = RoutingPolicy.FAILOVER) -> Proof:
    """Of dead regions only; see below for evacuated ones."""
    made = replace(topology(*regions), failover=Failover(policy))
    return proof_of(made, replace(desired_subject(made, made.environments[0], NAMES), levers=()))


TWO = proof(EAST, WEST)
MISLED = replace(TWO, rows=(TWO.rows[0], replace(TWO.rows[1], answers=(EAST,)), *TWO.rows[2:]))
TABLE = """\
Failover
  if these regions die  users are sent to
  none                  us-east-1
  us-east-1             us-west-2
  us-west-2             us-east-1
  us-east-1, us-west-2  us-east-1 (none is left)
  By arithmetic users have moved 62 s after an outage in the mean and 94 s at
  worst (10 s x 3 to detect, TTL 60 s); the objective is 180 s
"""


def test_validate_plan_and_status_show_the_same_table() -> None:
    assert findings_text((), PLAIN, TWO).endswith(TABLE)
    assert TABLE in plan_text(replace(UPDATE, proof=TWO), PLAIN)
    assert TABLE in status_text(replace(status(), proof=TWO), PLAIN)


def test_an_empty_plan_shows_it_too() -> None:
    assert plan_text(replace(EMPTY, proof=TWO), PLAIN).endswith(TABLE)


def test_without_a_proof_there_is_no_table() -> None:
    assert "if these regions die" not in plan_text(UPDATE, PLAIN) + plan_markdown(UPDATE) + plan_html(UPDATE)


def test_users_who_are_misled_are_seen_at_once() -> None:
    loud = findings_text((), Style(colour=True), MISLED)

    assert "  us-east-1             us-east-1 (which does not live)\n" in findings_text((), PLAIN, MISLED)
    assert "\x1b[1;31m  us-east-1             us-east-1 (which does not live)\x1b[0m" in loud


def test_nobody_answers() -> None:
    silent = replace(TWO, rows=(replace(TWO.rows[0], answers=()),))

    assert "  none                  nobody\n" in findings_text((), PLAIN, silent)


def test_of_many_regions_each_is_shown_alone_and_the_rest_is_counted() -> None:
    drawn = findings_text((), PLAIN, proof(*REGIONS))
    table = drawn[drawn.index("Failover") :].splitlines()

    assert [line.split()[0] for line in table[2:8]] == ["none", *REGIONS]
    assert table[8].startswith("  13 more combinations (up to two regions")
    assert max(map(len, table)) <= 80


def test_of_many_regions_what_misleads_is_shown_whatever_it_is() -> None:
    many = proof(*REGIONS)
    wrong = ProofRow((EAST, WEST), (), (WEST,), "reason")
    drawn = findings_text((), PLAIN, replace(many, rows=(*many.rows, wrong)))

    assert "  us-east-1, us-west-2  us-west-2 (which does not live)\n" in drawn


def test_many_active_regions_are_counted() -> None:
    drawn = findings_text((), PLAIN, proof(*REGIONS, policy=RoutingPolicy.LATENCY))

    assert "  none                  all 5 that live\n" in drawn
    assert "  us-east-1             all 4 that live\n" in drawn


def test_two_active_regions_are_named() -> None:
    drawn = findings_text((), PLAIN, proof(EAST, WEST, policy=RoutingPolicy.WEIGHTED))

    assert "  none                  us-east-1 and us-west-2\n" in drawn


def test_evacuated_regions_are_told_apart_from_dead_ones() -> None:
    rows = (*TWO.rows, ProofRow((), (EAST,), (WEST,), "reason"), ProofRow((WEST,), (EAST,), (EAST,), "reason"))
    drawn = findings_text((), PLAIN, replace(TWO, rows=rows))

    assert "  us-east-1 evacuated   us-west-2\n" in drawn
    assert "  1 more combination: users are sent to a region that lives, if one does\n" in drawn


def test_a_comment_folds_the_table() -> None:
    drawn = plan_markdown(replace(UPDATE, proof=TWO))

    assert "<details><summary><b>Failover</b>: who answers when regions die</summary>" in drawn
    assert "| us-east-1 | us-west-2 |" in drawn
    assert "the objective is 180 s." in drawn


def test_a_comment_says_when_rows_mislead() -> None:
    drawn = plan_markdown(replace(UPDATE, proof=MISLED))

    assert "<b>Failover</b>: 1 row that must not be" in drawn
    assert "| us-east-1 | **us-east-1 (which does not live)** |" in drawn


def test_a_page_marks_the_rows_that_mislead() -> None:
    drawn = plan_html(replace(UPDATE, proof=MISLED))

    assert "<tr><td>none<td>us-east-1</tr>" in drawn
    assert '<tr class="misleads"><td>us-east-1<td>us-east-1 (which does not live)</tr>' in drawn


def test_programs_get_every_row_and_the_arithmetic() -> None:
    for text in (
        plan_json(replace(UPDATE, proof=TWO)),
        status_json(replace(status(), proof=TWO)),
        findings_json((), TWO),
    ):
        document = json.loads(text)

        assert document["proof"]["regions"] == [EAST, WEST]
        assert document["proof"]["complete"] is True
        assert document["proof"]["rows"][1] == {
            "dead": [EAST],
            "evacuated": [],
            "answers": [WEST],
            "reason": f"SECONDARY sample-production-{WEST} is healthy, the PRIMARY is not",
        }
        assert document["detection"] == {
            "interval_s": 10,
            "threshold": 3,
            "ttl_s": 60,
            "detected_mean_s": 32.2,
            "detected_worst_s": 34.0,
            "moved_mean_s": 62.2,
            "moved_worst_s": 94.0,
            "objective_s": 180,
        }


def test_without_a_proof_programs_get_null() -> None:
    document = json.loads(plan_json(UPDATE))

    assert (document["proof"], document["detection"]) == (None, None)


def test_active_regions_serve_together_on_the_screen() -> None:
    both = replace(status(serving="mixed"), serving_regions=(EAST, WEST))
    drawn = status_text(both, PLAIN)

    assert drawn.startswith("sample production: us-east-1, us-west-2 serve; every region is healthy and current\n")
    assert sum(line.endswith("serves") for line in drawn.splitlines()) == 2


def test_what_is_deployed_shows_each_region_evacuated_and_counts_the_rest() -> None:
    made = topology(EAST, WEST)
    drawn = findings_text((), PLAIN, proof_of(made, desired_subject(made, made.environments[0], NAMES)))

    assert "  us-east-1 evacuated   us-west-2\n  us-west-2 evacuated   us-east-1\n" in drawn
    assert "  6 more combinations: users are sent to a region that lives, if one does\n" in drawn
