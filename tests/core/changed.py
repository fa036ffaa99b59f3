"""A world in which a run has changed some regions to another release: what a rollback starts from."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.former import before_of
from orchestrator.core.state import InstanceStatus
from tests.core.landed import landed
from tests.sample_world import NAMES, Sample, compute_body, topology

OLD = Sample(topology())
NEW = OLD.edited(code="second", compute=compute_body(memory=512))
BEFORE = landed(OLD)
OLD_RELEASE, NEW_RELEASE = OLD.inputs.release, NEW.inputs.release


def stood(sample=OLD, observed=BEFORE):
    """What stood before the run."""
    return before_of(observed, sample.desired(observed).stack_sets)


def changed(*places, sample=NEW, before=BEFORE, layers=("compute",)):
    """The world of before, in which the run has updated these regions (and the stack sets) to the sample."""
    after = {(one.stack_set, one.account, one.region): one for one in landed(sample).instances}
    sets = {one.name: one for one in landed(sample).stack_sets}
    names = {NAMES.stack_set(layer) for layer in layers}
    instances = []
    for one in before.instances:
        if one.stack_set in names and one.region in places:
            new = after[(one.stack_set, one.account, one.region)]
            instances.append(replace(new, last_operation="op-2", status=InstanceStatus.CURRENT))
        elif one.stack_set in names:
            instances.append(replace(one, status=InstanceStatus.OUTDATED))
        else:
            instances.append(one)
    changed_sets = tuple(sets[one.name] if one.name in names else one for one in before.stack_sets)
    return replace(before, instances=tuple(instances), stack_sets=changed_sets)
