"""Everything that can be said of a service in containers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.images import Image
from blueprints.compute.service_scaling import ScalingOptions
from blueprints.compute.uses import Uses, used_names
from blueprints.faults import Fault
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

# Fargate: CPU units (1024 are one processor) -> MiB: the least, the most, the step.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
_MEMORY = {
    256: (512, 2048, 512),
    512: (1024, 4096, 1024),
    1024: (2048, 8192, 1024),
    2048: (4096, 16384, 1024),
    4096: (8192, 30720, 1024),
    8192: (16384, 61440, 4096),
    16384: (32768, 122880, 8192),
}
OWN_VARIABLES = frozenset({"APPLICATION", "ENVIRONMENT", "RELEASE", "PORT", "AWS_REGION"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"/[A-Za-z0-9_.$/~\"'@:+&*?-]*")
_MOST_PATHS = 5
# Of 50,000: as many again are for the rules that hold their target groups, one for the load balancer itself.
MOST_PRIORITY = 24_999


@dataclass(frozen=True, slots=True)
class HealthOptions:
    """A task is asked while its answers are right. Route 53 asks `health.path` of regions.yaml besides."""

    path: str = option("/health", "What is asked.")
    codes: str = option("200", "Codes of a right answer: `200`, `200-299` or `200,204`.")
    interval: int = option(10, "Seconds between two questions.", minimum=5, maximum=300)
    timeout: int = option(5, "Seconds to answer in.", minimum=2, maximum=120)
    healthy: int = option(2, "Right answers in a row that let users in.", minimum=2, maximum=10)
    unhealthy: int = option(3, "Wrong answers in a row that keep them out.", minimum=2, maximum=10)
    drain: int = option(30, "Seconds for which a leaving task may end what was begun.", minimum=0, maximum=3600)

    def faults(self) -> Iterator[Fault]:
        """A path that is none, and an answer that comes after the next question."""
        if not self.path.startswith("/"):
            yield Fault("path", f"{self.path!r} is no path", "begin with /")
        if self.timeout >= self.interval:
            message = f"{self.timeout} is not less than the interval of {self.interval}"
            yield Fault("timeout", message, "give less time to answer, or ask less often")


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """One service. Its tasks run in infra's network and cluster."""

    image: Image = option(doc="The container image, out of the registry of the region.")
    port: int = option(8080, "Where the container listens.", minimum=1024, maximum=65535)
    cpu: int = option(256, "CPU units of a task; 1024 are one processor.", choices=tuple(_MEMORY))
    memory: int = option(512, "Memory of a task in MiB.", minimum=512, maximum=122880)
    architecture: str = option("arm64", "Processor.", choices=("arm64", "x86_64"))
    environment: Mapping[str, str] = option({}, "Variables, passed on exactly as written.")
    secrets: Mapping[str, str] = option({}, "Variables from infra's secrets: `name`, or `name:key` of one in JSON.")
    uses: Uses = option(Uses(), "What the service works with: the same grants and variables as for functions.")
    paths: tuple[str, ...] = option(
        ("/*",), "Paths that the load balancer leads here; none for one that nobody asks.", unique=True
    )
    priority: int = option(
        100, "Which service is asked first where paths of two fit: the lowest.", minimum=1, maximum=MOST_PRIORITY
    )
    health: HealthOptions = option(HealthOptions(), "How the load balancer knows that a task can be asked.")
    scaling: ScalingOptions = option(ScalingOptions(), "How many tasks, by the role of the region.")
    alarms: tuple[str, ...] = option(
        (), "Alarms that turn a release back, without `<application>-<environment>-`.", unique=True
    )
    start_grace: int = option(60, "Seconds for which a new task may answer badly.", minimum=0, maximum=3600)
    stop_timeout: int = option(30, "Seconds to end what was begun, before it is killed.", minimum=2, maximum=120)
    read_only: bool = option(True, "The container cannot write into its image.")
    writable: tuple[str, ...] = option(
        ("/tmp",), "Directories that it can write to, empty at first and gone at last.", unique=True
    )
    user: str = option("", "User in the container, by number; empty: as the image says.")

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        least, most, step = _MEMORY[self.cpu]
        if not least <= self.memory <= most or (self.memory - least) % step:
            message = f"Fargate has no task of {self.cpu} CPU units and {self.memory} MiB"
            yield Fault("memory", message, f"choose {least} to {most} MiB in steps of {step}, or another cpu")
        yield from self._path_faults()
        for variables, path in ((self.environment, "environment"), (self.secrets, "secrets")):
            yield from self._variable_faults(path, variables)
        for at, directory in enumerate(self.writable):
            if not directory.startswith("/") or directory == "/":
                yield Fault(f"writable[{at}]", f"{directory!r} is no directory to mount", "write it as /tmp")

    def _path_faults(self) -> Iterator[Fault]:
        for at, path in enumerate(self.paths):
            if _PATH.fullmatch(path) is None or len(path) > 128:
                yield Fault(f"paths[{at}]", f"{path!r} is no pattern of paths", "begin with /, and use * and ?")
        if len(self.paths) > _MOST_PATHS:
            message = f"{len(self.paths)} paths; a rule takes {_MOST_PATHS} patterns"
            yield Fault("paths", message, "put what belongs together under one prefix")
        if self.paths and self.scaling.standby == 0:
            yield Fault(
                "scaling.standby",
                "0 tasks answer no health check: users could never be sent to a standby",
                "write 1 or more, or give `paths: []` to a service that nobody asks",
            )
        if not self.paths and self.scaling.requests is not None:
            yield Fault("scaling.requests", "nobody asks a service without paths", "scale by cpu")

    def _variable_faults(self, path: str, variables: Mapping[str, str]) -> Iterator[Fault]:
        taken = OWN_VARIABLES | used_names(self.uses)
        for name in variables:
            if _VARIABLE.fullmatch(name) is None:
                yield Fault(f"{path}.{name}", "is no name for a variable", "use letters, digits and _")
            elif name in taken or (path == "secrets" and name in self.environment):
                yield Fault(f"{path}.{name}", "is given already, by the blueprint or above", "choose another name")
