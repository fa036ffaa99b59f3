"""Every mutating call of the gateways loses its request or its answer on the wire: one effect, and success.

The embedded AWS is the server, botocore the client, with its own second try and without; the steps are carried out by
the executor. What AWS itself would say to a second delivery is our reading of its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.aws.sessions import changes_something
from tests.embedded import Embedded
from tests.local import lost_names, lost_objects, lost_stacks
from tests.local.lossy import HOME, WEST, LossySessions, Lost, ports_of
from tests.local.lost_stage import Stagehand

SCENES = lost_stacks.SCENES | lost_objects.SCENES | lost_names.SCENES
ROOT = Path(__file__).parents[2]
_CALL = re.compile(r"calling\(([^)]*)\)")
_OPERATION = re.compile(r'"([A-Z][A-Za-z0-9]+)"')


@pytest.fixture(scope="module")
def hand(embedded: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stagehand]:
    sessions = LossySessions(embedded.aws.endpoint_url)
    large = "lost-large-templates"
    embedded.client("s3", WEST, HOME).create_bucket(
        Bucket=large, CreateBucketConfiguration={"LocationConstraint": WEST}
    )
    embedded.client("s3", WEST, HOME).put_bucket_versioning(Bucket=large, VersioningConfiguration={"Status": "Enabled"})
    yield Stagehand(embedded, ports_of(embedded, sessions), tmp_path_factory.mktemp("code"), large)
    sessions.close()


@pytest.fixture(scope="module")
def doors(embedded: Embedded) -> Iterator[dict[int, LossySessions]]:
    """By how often the SDK tries."""
    made = {attempts: LossySessions(embedded.aws.endpoint_url, attempts=attempts) for attempts in (1, 2)}
    yield made
    for one in made.values():
        one.close()


def mutating() -> set[str]:
    """Every operation that a gateway names and that does not only read."""
    found = set[str]()
    for file in sorted((ROOT / "orchestrator" / "aws").glob("*.py")):
        named = {name for call in _CALL.findall(file.read_text()) for name in _OPERATION.findall(call)}
        found |= {f"{file.stem}.{name}" for name in named if changes_something(name)}
    return found


def test_every_mutating_call_of_the_gateways_has_a_scene() -> None:
    assert {name.partition(":")[0] for name in SCENES} == mutating()


@pytest.mark.parametrize(("lost", "attempts"), [(Lost.ANSWER, 2), (Lost.ANSWER, 1), (Lost.REQUEST, 1)])
@pytest.mark.parametrize("name", SCENES)
def test_what_is_lost_on_the_wire_is_made_good_with_one_effect(
    hand: Stagehand, doors: dict[int, LossySessions], name: str, lost: Lost, attempts: int
) -> None:
    scene, operation, door = SCENES[name](hand), name.partition(":")[0].partition(".")[2], doors[attempts]

    door.lose(operation, lost)
    scene.does(ports_of(hand.embedded, door, template_bucket=hand.large_bucket))

    assert door.lost == 1
    assert operation in door.delivered
    assert scene.effects() == scene.expected
