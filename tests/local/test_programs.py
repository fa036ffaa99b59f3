"""Programs in the place of containers: which services have none, said before anything is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.app.container_programs import ensure_played, with_unplayed_services
from orchestrator.core.errors import Refused, UsageError
from orchestrator.core.plan import Plan
from orchestrator.local import PROGRAMS, programs, take_along, unplayed
from tests.blueprints.container_samples import COMPUTE
from tests.blueprints.templates import synthesized

WEB = {"command": ["python", "web.py"]}


@pytest.fixture(scope="module")
def compute() -> str:
    """`web`, whose rule leads to it, and `worker`, which nobody asks: both of the repository `web`."""
    return synthesized("compute", **COMPUTE).body


def service(task: object, image: object = "a/b:1") -> str:
    """A service with this task definition, which may not be in the template."""
    resources = {
        "S": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": task}},
        "T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [{"Image": image}]}},
    }
    return json.dumps({"Resources": resources})


def name(folder: Path, **named: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PROGRAMS).write_text(json.dumps(named))
    return folder


def test_the_services_that_nothing_stands_in_for_are_told(compute: str) -> None:
    found = [(one.service, one.repository, one.asked) for one in unplayed(compute, {"other"})]

    assert found == [("ServiceWeb", "web", True), ("ServiceWorker", "web", False)]
    assert unplayed(compute, {"web"}) == ()


@pytest.mark.parametrize(
    ("body", "repositories"),
    [
        (service({"Ref": "T"}), ["b"]),
        (service({"Ref": "T"}, {"Ref": "Image"}), []),
        (service({"Ref": "Parameter"}), []),
        (service("arn:of:another"), []),
        ("{}", []),
    ],
)
def test_what_a_template_does_not_say_is_not_guessed(body: str, repositories: list[str]) -> None:
    assert [one.repository for one in unplayed(body, ())] == repositories


def test_a_plan_for_the_embedded_aws_says_which_services_answer_503(compute: str, tmp_path: Path) -> None:
    empty = Plan(
        application="sample",
        environment="production",
        verb="deploy",
        release="",
        changes=(),
        steps=(),
        findings=(),
        basis=(),
        fingerprint="",
    )

    told = with_unplayed_services(empty, compute, tmp_path).findings

    assert [(one.rule, one.where) for one in told] == [
        ("containers-not-run", "compute: Resources.ServiceWeb"),
        ("containers-not-run", "compute: Resources.ServiceWorker"),
    ]
    assert str(tmp_path / "containers.json") in told[0].fix
    assert with_unplayed_services(empty, compute, name(tmp_path, web=WEB)) == empty


def test_users_are_not_led_to_a_service_that_nothing_stands_in_for(compute: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no program is named for images of web: the load balancer answers 503"):
        ensure_played(compute, tmp_path)

    ensure_played(service({"Ref": "T"}), tmp_path)  # nobody asks that one
    ensure_played(compute, name(tmp_path, web=WEB))


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_file_that_names_nothing_is_told_by_its_path(text: str, compute: str, tmp_path: Path) -> None:
    (tmp_path / PROGRAMS).write_text(text)

    with pytest.raises(UsageError, match=r"containers\.json is no JSON"):
        ensure_played(compute, tmp_path)


def test_a_rehearsal_takes_programs_along_to_be_started_where_they_were_named(tmp_path: Path) -> None:
    mine = name(tmp_path / "mine", web=WEB, api={**WEB, "folder": "/srv/api"})
    its = name(tmp_path / "its", web={"command": ["old"]}, kept={"command": ["kept"]})

    take_along(mine, its)

    assert programs(its) == {
        "web": {**WEB, "folder": str(mine)},
        "api": {**WEB, "folder": "/srv/api"},
        "kept": {"command": ["kept"]},
    }


def test_where_nothing_is_named_nothing_is_taken_along(tmp_path: Path) -> None:
    take_along(tmp_path, tmp_path / "never made")

    assert list(tmp_path.iterdir()) == []
