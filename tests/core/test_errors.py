"""Errors say where, what, and what to do next."""

from __future__ import annotations

import pytest

from orchestrator.core.errors import AwsError, ConfigurationError, Interrupted, OrchestratorError, Problem, Throttled


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OrchestratorError("it broke"), "it broke"),
        (OrchestratorError("it broke", where="here", fix="mend it"), "here: it broke (mend it)"),
        (AwsError("it broke", where="S3", code="NoSuchBucket"), "S3: it broke"),
    ],
)
def test_an_error_reads_as_a_sentence(error, text):
    assert str(error) == text


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            Problem("regions.yaml", 14, 7, "regions.x.role", "is odd", "write primary"),
            "regions.yaml:14:7: regions.x.role: is odd; write primary",
        ),
        (Problem("regions.yaml", 0, 0, "", "is empty"), "regions.yaml: is empty"),
    ],
)
def test_a_problem_points_into_its_file(problem, text):
    assert str(problem) == text


def test_a_configuration_error_carries_every_problem():
    problems = (Problem("f", 1, 1, "a", "x"), Problem("f", 2, 1, "b", "y"))

    error = ConfigurationError(problems)

    assert error.problems == problems
    assert str(error) == "f:1:1: a: x\nf:2:1: b: y"


def test_an_interruption_names_the_run_that_may_go_on():
    error = Interrupted("left at once", fix="go on", run="20261121T120000Z-deploy-a1b2c3")

    assert (error.run, error.exit_code, str(error)) == ("20261121T120000Z-deploy-a1b2c3", 130, "left at once (go on)")
    assert Interrupted("left").run == ""


def test_a_throttled_call_carries_the_time_that_aws_names():
    error = Throttled("Rate exceeded", where="route53", fix="wait", code="Throttling", retry_after_s=7.0)

    assert (str(error), error.code, error.retry_after_s) == ("route53: Rate exceeded (wait)", "Throttling", 7.0)
    assert Throttled("Rate exceeded").retry_after_s is None
