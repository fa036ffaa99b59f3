"""What cannot be of functions that are right each by itself: options against others, and functions against others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.concurrency import concurrency_faults
from blueprints.compute.function import function_title
from blueprints.compute.images import image_faults
from blueprints.compute.insights import insights_faults
from blueprints.compute.shifting import AT_ONCE
from blueprints.faults import Fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blueprints.compute.function_options import Defaults, FunctionOptions
    from blueprints.context import Context

MOST_ALARMS = 9  # of ten that CodeDeploy takes, the first is the block's own
MOST_LAYERS = 5

# What the blocks put behind a function's title in logical ids, and behind its name in names of roles.
_ENDINGS = frozenset(
    {"Asynchronous", "Live", "LogGroup", "Release", "ReleaseAlarm", "ReleaseRole", "Role", "Warm", "WarmByLoad"}
)


def ending_faults(path: str, name: str, functions: Iterable[str]) -> Iterator[Fault]:
    """A function's name that another function's surroundings have: `orders-role` beside `orders`."""
    for other in functions:
        ending = function_title(name).removeprefix(function_title(other))
        if other != name and ending in _ENDINGS:
            yield Fault(path, f"has the logical id of something that belongs to {other!r}", "choose another ending")


def block_faults(
    path: str, name: str, functions: Mapping[str, FunctionOptions], context: Context, defaults: Defaults
) -> Iterator[Fault]:
    """What the blocks of one function (at `path`) cannot be together."""
    one = functions[name]
    yield from concurrency_faults(path, one.reserved_concurrency, one.provisioned_concurrency)
    if one.image is not None:
        parts = ("code", "handler", "runtime", "layers", "insights")
        yield from image_faults(path, {part: getattr(one, part) for part in parts})
    elif one.insights:
        yield from insights_faults(f"{path}.insights", context, one.architecture or defaults.architecture)
        yield from _layer_faults(path, defaults.layers if one.layers is None else one.layers)
    yield from _destination_faults(path, name, functions)
    yield from _shifting_faults(path, name, functions)


def _layer_faults(path: str, layers: tuple[str, ...]) -> Iterator[Fault]:
    if len(layers) == MOST_LAYERS:
        yield Fault(f"{path}.insights", f"is a layer, beside {MOST_LAYERS} others", "merge two of the layers")


def _destination_faults(path: str, name: str, functions: Mapping[str, FunctionOptions]) -> Iterator[Fault]:
    one = functions[name]
    if one.asynchronous is None:
        return
    for key, end in (("on_success", one.asynchronous.on_success), ("on_failure", one.asynchronous.on_failure)):
        place = f"{path}.asynchronous.{key}.function"
        if end is not None and end.function == name:
            yield Fault(place, "is the function itself: it would call itself for ever", "name another function")
        elif end is not None and end.function and end.function not in functions:
            yield Fault(place, f"there is no function {end.function!r}", suggestion(end.function, functions))


def _shifting_faults(path: str, name: str, functions: Mapping[str, FunctionOptions]) -> Iterator[Fault]:
    shifting = functions[name].shifting
    if shifting is None:
        return
    if functions[name].provisioned_concurrency is not None and shifting.configuration != AT_ONCE:
        # "Alias with weights can not be used with Provisioned Concurrency": Lambda refuses the shift half-way.
        yield Fault(
            f"{path}.shifting.configuration",
            f"{shifting.configuration} needs an alias with weights, which cannot have warm ones",
            f"write {AT_ONCE}, or leave `provisioned_concurrency` out",
        )
    if len(shifting.alarms) > MOST_ALARMS:
        message = f"{len(shifting.alarms)} alarms; CodeDeploy takes ten, one of which is the release's own"
        yield Fault(f"{path}.shifting.alarms", message, "name a composite alarm")
    for key, hook in (("before", shifting.before), ("after", shifting.after)):
        if hook is not None and hook not in functions:
            yield Fault(f"{path}.shifting.{key}", f"there is no function {hook!r}", suggestion(hook, functions))
        elif hook is not None and functions[hook].shifting is not None:
            message = f"{hook!r} shifts its own releases; each would wait for the other"
            yield Fault(f"{path}.shifting.{key}", message, "let a function test that nobody calls")
