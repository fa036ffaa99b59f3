"""Services: containers that run all the time on Fargate, behind the load balancer of their region or by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.compute.balancer import add_balancer
from blueprints.compute.service import add_service
from blueprints.compute.service_routing import add_waiting
from blueprints.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Template

    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context


def service_faults(
    services: Mapping[str, ServiceOptions],
    *,
    entry: str,
    waiting: bool,
    functions: Collection[str],
    websocket: bool,
) -> Iterator[Fault]:
    """What cannot be of services that are right each by itself. `entry` is what both host names lead to."""
    yield from name_faults("services", services)
    answered = any(one.paths for one in services.values())
    if entry == "service" and not answered and not waiting:
        fix = "give `services` one that answers; before the first image is pushed write `waiting: true`"
        yield Fault("entry", "no service has paths", fix)
    if waiting and (answered or entry != "service"):
        why = "a service answers" if answered else "both host names lead to an API"
        yield Fault("waiting", f"there is nothing to wait for: {why}", "leave it out")
    priorities: dict[int, str] = {}
    for name, one in services.items():
        path = f"services.{name}"
        if f"service-{name}" in functions or f"service-{name}-start" in functions:
            yield Fault(path, "has the name of a function's role", "rename one of the two")
        if one.uses.websocket and not websocket:
            yield Fault(f"{path}.uses.websocket", "there is no WebSocket API", "give `websocket`")
        if not one.paths:
            continue
        if entry != "service":
            yield Fault(f"{path}.paths", "no load balancer leads to it", "write `entry: service`, or `paths: []`")
        other = priorities.setdefault(one.priority, name)
        if other != name:
            yield Fault(f"{path}.priority", f"{one.priority} is also that of {other!r}", "give each its own")
        yield from _never_asked(name, services)


def _never_asked(name: str, services: Mapping[str, ServiceOptions]) -> Iterator[Fault]:
    """Paths all of which a service that is asked before takes."""
    for at, path in enumerate(services[name].paths):
        for other, before in services.items():
            taking = [one for one in before.paths if before.priority < services[name].priority and _covers(one, path)]
            if taking:
                message = f"{path!r} is never asked here: {taking[0]!r} of {other!r} has the lower priority"
                fix = f"leave it out, or give {name!r} a lower priority than {before.priority}"
                yield Fault(f"services.{name}.paths[{at}]", message, fix)
                break


def _covers(pattern: str, path: str) -> bool:
    """Whether a pattern fits whatever another one does. A `?` in it is not looked into."""
    if "?" in pattern:
        return pattern == path
    texts = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(texts, path) is not None


def add_services(
    template: Template,
    context: Context,
    services: Mapping[str, ServiceOptions],
    *,
    waiting: bool,
    zones: int,
    log_retention_days: int,
    encrypt_logs: bool,
) -> None:
    """Every service. `zones` is how many of the network's private subnets their tasks run in.

    `waiting`: there is none yet that answers, and the load balancer does.
    """
    if waiting or any(one.paths for one in services.values()):
        add_balancer(template, context)
    if waiting:
        add_waiting(template)
    for name, options in services.items():
        add_service(
            template,
            context,
            name,
            options,
            zones=zones,
            log_retention_days=log_retention_days,
            encrypt_logs=encrypt_logs,
        )
