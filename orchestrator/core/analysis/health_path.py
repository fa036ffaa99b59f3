"""Whether what is asked from outside is answered: the health path of regions.yaml, and what canaries ask for."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.analysis.document import Document
from orchestrator.core.analysis.routes import Front, fronts
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.setting import Setting
from orchestrator.core.plan import Severity

HEALTH = Rule(
    id="health-path-unanswered",
    severity=Severity.ERROR,
    title="Nothing answers the path by which regions are judged",
    why="Route 53 and the gates ask `health.path` without any credentials. A region that does not answer it never goes "
    "into service, and the release stops there.",
    fix="add a route for it that needs no authorization (one such as `GET /health` with `authorizer: none`), or change "
    "`health.path`",
)
CANARY = Rule(
    id="canary-unanswered",
    severity=Severity.WARNING,
    title="A canary asks for what nothing answers",
    why="It fails from its first run on, and so does the alarm on it.",
    fix="correct the path (`canaries.path`), or add a route for it that needs no authorization",
)
RULES = (HEALTH, CANARY)


def health_path(infra: Document, compute: Document, setting: Setting) -> Iterator[Hit]:
    """Only of what is certain: every route is written down, and none takes the path from everybody."""
    if infra.is_opaque or compute.is_opaque:
        return
    found = tuple(fronts(infra, compute, setting))
    for front in found:
        if fault := front.fault(setting.health_path):
            yield Hit(HEALTH, compute.layer, front.resource.name, "", f"health.path {setting.health_path}: {fault}")
    yield from _canaries(compute, setting, found)


def _canaries(compute: Document, setting: Setting, found: tuple[Front, ...]) -> Iterator[Hit]:
    """Canaries of the blueprints have what they ask for in a variable."""
    if len(found) != 1:
        return
    for one in compute.of_type("AWS::Synthetics::Canary"):
        path = ("RunConfig", "EnvironmentVariables", "ADDRESS")
        host, slash, asked = one.text(*path).removeprefix("https://").partition("/")
        if host in setting.hosts and (fault := found[0].fault(f"{slash}{asked}".split("?")[0] or "/")):
            yield Hit(CANARY, compute.layer, one.name, f"Properties.{'.'.join(path)}", fault)
