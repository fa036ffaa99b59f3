"""What the safety analysis says of the shipped templates: nothing, but where an option asks for less."""

from __future__ import annotations

import pytest

from orchestrator.core.analysis import analyse
from orchestrator.core.topology import Environment, HostedZone, Region, RegionRole, Topology
from tests.blueprints.templates import synthesized
from tests.blueprints.test_all_templates import VARIANTS

LAYERS = ("control", "infra", "compute")
ASKED_FOR = {"deletion_protection": "store-unprotected"}
"""Option -> the rule that rightly objects when it is turned off."""

ENVIRONMENT = Environment("production", ("111111111111", "222222222222"), (), "sample.fed.dev", HostedZone("fed.dev"))
TOPOLOGY = Topology(
    application="sample",
    partition="aws",
    home_region="us-west-2",
    reference_region="us-west-2",
    regions=(Region("us-east-1", RegionRole.PRIMARY), Region("us-west-2", RegionRole.SECONDARY)),
    environments=(ENVIRONMENT,),
    code=(),
    stack_sets=(),
)


@pytest.mark.parametrize(("layer", "options"), [one for one in VARIANTS if one[0] in LAYERS])
def test_the_analysis_finds_only_what_an_option_asks_for(layer: str, options: dict[str, object]) -> None:
    found = analyse(TOPOLOGY, ENVIRONMENT, {layer: synthesized(layer, **options).body})
    asked_for = {rule for option, rule in ASKED_FOR.items() if options.get(option) is False}

    told = [one for one in found if not one.message.startswith("suppressed")]
    assert [one for one in told if one.rule not in asked_for] == []
    assert {one.rule for one in told} == asked_for
