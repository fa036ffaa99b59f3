"""`containers.json`: which program runs in the place of a service's containers, and which services have none."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.core.analysis.document import Document, Resource, read_document
from orchestrator.core.analysis.values import at, listed, text

PROGRAMS = Path("containers.json")
"""Below the folder in which the embedded AWS runs."""

_SERVICE = "AWS::ECS::Service"


@dataclass(frozen=True, slots=True)
class Unplayed:
    """A service without a program, by its logical id. `asked`: a load balancer leads to it, and answers 503."""

    service: str
    repository: str
    asked: bool


def programs(folder: Path) -> dict[str, Any]:
    """Repository -> program, as `containers.json` of the folder says; {} without one. Raises ValueError."""
    file = folder / PROGRAMS
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(f"{file.absolute()} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{file.absolute()} is no JSON object")
    return found


def take_along(folder: Path, into: Path) -> None:
    """What is named in one folder also holds in the other, started from where it was named. Raises ValueError."""
    named = programs(folder)
    placed = {key: {**one, "folder": str((folder / one.get("folder", ".")).absolute())} for key, one in named.items()}
    if placed:
        (into / PROGRAMS).write_text(json.dumps({**programs(into), **placed}))


def repository(image: str) -> str:
    """`shop` of `111111111111.dkr.ecr.us-east-1.amazonaws.com/shop-production/shop@sha256:...`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def unplayed(body: str, named: Collection[str]) -> tuple[Unplayed, ...]:
    """Services of a template whose repository is not among `named`, sorted. Others are left out."""
    return tuple(_unplayed(read_document("compute", body), named))


def _unplayed(document: Document, named: Collection[str]) -> Iterator[Unplayed]:
    for service in document.of_type(_SERVICE):
        found = repository(_image(document, service))
        if found and "$" not in found and found not in named:
            yield Unplayed(service.name, found, bool(listed(service.at("LoadBalancers"))))


def _image(document: Document, service: Resource) -> str:
    """Of the first container: that which is played."""
    task = document.by_name.get(str(service.at("TaskDefinition", "Ref")))
    containers = listed(task.at("ContainerDefinitions")) if task else []
    return text(at(containers[0], "Image")) if containers else ""
