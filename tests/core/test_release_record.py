"""A release's record: what it holds, whether it is whole, and what is deployed from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.desired import artifact_version, needs_upload
from orchestrator.core.plan import Severity
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.release import (
    RELEASE_STEP,
    ReleaseRecord,
    declared_parameters,
    pinned_inputs,
    repinned,
    same_code,
)
from orchestrator.core.release_json import release_json, release_record_of
from orchestrator.core.state import KeptRelease, ObjectHead, ReplicaRead, ReplicaStatus
from orchestrator.simulation.stand_ins import template
from tests.core.landed import landed
from tests.sample_world import TAKEN, WEST, Sample, artifact, compute_body, topology

SAMPLE = Sample(topology())
OLD = artifact("old")
RECORD = ReleaseRecord(
    release="0123456789ab",
    application="sample",
    environment="production",
    made_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    run="20261121T120000Z-deploy-a1b2c3",
    template=template("compute", compute_body(memory=128)),
    parameters=(("CodeAppKey", OLD.key), ("CodeAppVersion", "v7"), ("Release", "0123456789ab")),
    artifacts=(replace(OLD, file="", version="v7"),),
)


def test_a_record_comes_back_as_it_was():
    assert release_record_of(release_json(RECORD)) == RECORD


@pytest.mark.parametrize(
    ("meant", "found"),
    [
        ({}, ""),
        ({"release": "ba9876543210"}, "it is that of release 0123456789ab"),
        ({"application": "shop"}, "it is of sample production"),
        ({"environment": "staging"}, "it is of sample production"),
    ],
)
def test_a_whole_record_under_anothers_name_is_not_taken_for_it(meant, found):
    asked = {"application": "sample", "environment": "production", "release": "0123456789ab", **meant}

    assert RECORD.foreign_to(**asked) == found


def told(**changes):
    """The record with other content, and the checksum that belongs to it."""
    content = {**json.loads(release_json(RECORD)), **changes}
    del content["checksum"]
    return json.dumps({**content, "checksum": digest(canonical_json(content))})


TEXT = release_json(RECORD)
BROKEN = {
    "empty": ("", "damaged"),
    "cut": (TEXT[:-20], "damaged"),
    "no object": ("[]", "damaged"),
    "nested too deeply": ("[" * 100_000, "damaged"),
    "of a later version": (told(format=2), "format 2, this version reads 1"),
    "edited": (TEXT.replace("v7", "v8"), "checksum"),
    "without a checksum": (json.dumps({"format": 1}), "damaged"),
    "without a time zone": (told(made_at="2026-11-21T12:00:00"), "time zone"),
    "of another template": (told(template={**json.loads(TEXT)["template"], "digest": "0" * 64}), "template"),
    "without a name": (told(release=""), "no release"),
}


@pytest.mark.parametrize(("text", "why"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_record_says_why(text, why):
    with pytest.raises(ValueError, match=why):
        release_record_of(text)


def test_two_records_of_one_release_say_the_same_whoever_made_them_and_under_whatever_version():
    later = replace(RECORD, run="another", artifacts=(replace(RECORD.artifacts[0], version="v9"),))
    other = replace(RECORD, template=template("compute", compute_body(memory=64)))

    assert RECORD.says_the_same(later)
    assert not RECORD.says_the_same(other)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('{"Parameters": {"B": {}, "A": {}}}', ("A", "B")),
        ("{}", ()),
        ("no JSON", ()),
        ("[]", ()),
        ('{"Parameters": 1}', ()),
    ],
)
def test_declared_parameters_are_those_of_a_template(body, names):
    assert declared_parameters(body) == names


def test_an_earlier_release_brings_its_own_compute_and_code_and_leaves_infra():
    inputs = pinned_inputs(SAMPLE.inputs, RECORD)

    assert (inputs.release, inputs.compute, inputs.artifacts) == (RECORD.release, RECORD.template, RECORD.artifacts)
    assert inputs.infra == SAMPLE.inputs.infra


def test_a_pinned_version_is_the_one_that_is_used_and_never_uploaded_again():
    pinned, nothing = RECORD.artifacts[0], landed(SAMPLE)

    assert artifact_version(pinned, nothing) == "v7"
    assert not needs_upload(pinned, nothing)


def pinned_plan(*statuses):
    reads = tuple(
        ReplicaRead("app", region.name, status)
        for region, status in zip(SAMPLE.topology.regions, statuses, strict=True)
    )
    observed = replace(landed(SAMPLE), replicas=reads)
    desired = replace(SAMPLE.desired(observed), artifacts=RECORD.artifacts, release=RECORD.release)
    return plan_deploy(desired, observed, {})


@pytest.mark.parametrize("status", [ReplicaStatus.MISSING, ReplicaStatus.DIFFERENT, ReplicaStatus.FAILED])
def test_a_release_whose_code_is_gone_from_a_region_is_refused_by_name(status):
    plan = pinned_plan(ReplicaStatus.PROVEN, status)

    errors = [one for one in plan.findings if one.severity is Severity.ERROR]
    assert [one.rule for one in errors] == ["release-code-gone"]
    assert "version v7 of app" in errors[0].message
    assert WEST in errors[0].message
    assert plan.steps == ()


@pytest.mark.parametrize("status", [ReplicaStatus.PROVEN, ReplicaStatus.PENDING, ReplicaStatus.UNREACHABLE])
def test_code_that_may_still_be_there_is_waited_for(status):
    plan = pinned_plan(ReplicaStatus.PROVEN, status)

    assert not any(one.rule == "release-code-gone" for one in plan.findings)


def test_compute_waits_for_the_record_and_a_record_that_is_kept_is_not_made_again():
    edited = SAMPLE.edited(code="second")
    observed = landed(SAMPLE)
    kept = replace(observed, releases=(KeptRelease(edited.inputs.release, TAKEN),))

    plan = plan_deploy(edited.desired(observed), observed, {})
    again = plan_deploy(edited.desired(kept), kept, {})
    same = plan_deploy(SAMPLE.desired(observed), observed, {})

    steps = {step.id: step for step in plan.steps}
    first = next(step for step in plan.steps if step.id.startswith("update:compute:"))
    assert steps[RELEASE_STEP].needs == ("upload:app",)
    assert RELEASE_STEP in first.needs
    assert steps[RELEASE_STEP].action.places[0][0] == SAMPLE.topology.home_region
    assert RELEASE_STEP not in {step.id for step in (*again.steps, *same.steps)}


def head(version, sha256=OLD.sha256):
    return ObjectHead(region=WEST, bucket="b", key=OLD.key, version=version, sha256=sha256, size_bytes=3)


@pytest.mark.parametrize(
    ("heads", "version"),
    [
        ([head("v3"), head("v3")], "v3"),
        ([head("v3"), head("v4")], ""),
        ([head("v3"), None], ""),
        ([head("v3", "f" * 64), head("v3")], ""),
        ([], ""),
    ],
)
def test_the_same_code_is_there_when_every_region_has_it_under_one_version(heads, version):
    assert same_code(OLD, heads) == version


def test_code_that_was_put_again_is_taken_under_its_newer_version():
    found = repinned(RECORD, {"app": "v9"})

    assert dict(found.parameters) == {**dict(RECORD.parameters), "CodeAppVersion": "v9"}
    assert [one.version for one in found.artifacts] == ["v9"]
    assert repinned(RECORD, {}) == RECORD
