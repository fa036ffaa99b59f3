"""The functions of an application: by name, each with what it does not say itself taken from the defaults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blueprints.compute.function import add_function, function_title
from blueprints.compute.function_faults import MOST_LAYERS, block_faults, ending_faults
from blueprints.compute.function_options import named
from blueprints.compute.settings import settings_of
from blueprints.faults import Fault, suggestion
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from troposphere import Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.function_options import Defaults, FunctionOptions
    from blueprints.context import Context

ENVIRONMENT_LIMIT_BYTES = 4096  # all of a function's variables together

RESERVED_VARIABLES = frozenset({"APPLICATION", "ENVIRONMENT", "RELEASE", "TABLE_NAME"})
# Names of roles that are nobody's function.
_TAKEN = frozenset({"api", "api-logs", "websocket"})
_NAME = re.compile(r"[a-z](-?[a-z0-9])*")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")


def add_functions(
    template: Template, context: Context, defaults: Defaults, functions: Mapping[str, FunctionOptions]
) -> dict[str, PublishedFunction]:
    """Every function by its name. Without any there is one: the artifact of the defaults, under its name."""
    all_of_them = named(defaults, functions)
    tests = {name: one.shifting.hooks() if one.shifting else () for name, one in all_of_them.items()}
    made: dict[str, PublishedFunction] = {}
    # What is tested before what tests it: a hook is told the version that it is to test.
    for name in sorted(all_of_them, key=lambda name: not tests[name]):
        tested = {other: made[other].version_arn for other, hooks in tests.items() if name in hooks}
        settings = settings_of(template, context, defaults, name, all_of_them[name], tested=tested)
        made[name] = add_function(template, context, settings)
    return {name: made[name] for name in all_of_them}


def function_faults(context: Context, defaults: Defaults, functions: Mapping[str, FunctionOptions]) -> Iterator[Fault]:
    """What cannot work, by its path below the options of the layer."""
    from_code = not functions or any(one.image is None for one in functions.values())
    yield from _artifact_faults(context, "", [("code", defaults.code)] if from_code else [], defaults.layers)
    yield from _variable_faults("", defaults.environment, {})
    titles: dict[str, str] = {}
    for name, one in functions.items():
        path = f"functions.{name}"
        yield from _name_faults(path, name, titles)
        yield from _artifact_faults(context, f"{path}.", [("code", one.code)] if one.code else [], one.layers or ())
        yield from _variable_faults(f"{path}.", one.environment, defaults.environment)
        yield from ending_faults(path, name, functions)
        yield from block_faults(path, name, functions, context, defaults)
    if not functions and defaults.code in _TAKEN:
        yield Fault("code", f"{defaults.code!r} is the name of the API's own role", "give the artifact another name")


def _name_faults(path: str, name: str, titles: dict[str, str]) -> Iterator[Fault]:
    if _NAME.fullmatch(name) is None:
        yield Fault(path, f"{name!r} is no name of a function", "use lower-case letters, digits and single dashes")
    elif name in _TAKEN:
        yield Fault(path, f"{name!r} is the name of the API's own role", "give the function another name")
    other = titles.setdefault(function_title(name), name)
    if other != name:
        yield Fault(path, f"becomes the same logical id as {other!r}", f"{camel(name)} can be one of them only")


def _artifact_faults(
    context: Context, prefix: str, code: Iterable[tuple[str, str]], layers: tuple[str, ...]
) -> Iterator[Fault]:
    for path, name in (*code, *((f"layers[{at}]", one) for at, one in enumerate(layers))):
        if name not in context.artifacts:
            message = f"there is no artifact {name!r} under `code`"
            yield Fault(prefix + path, message, suggestion(name, context.artifacts))
    if len(layers) > MOST_LAYERS:
        yield Fault(
            f"{prefix}layers", f"{len(layers)} layers; Lambda takes {MOST_LAYERS} at most", "merge some of them"
        )


def _variable_faults(prefix: str, own: Mapping[str, str], others: Mapping[str, str]) -> Iterator[Fault]:
    for name in own:
        if name in RESERVED_VARIABLES or name.startswith("AWS_"):
            yield Fault(
                f"{prefix}environment.{name}", "is set by the blueprint or by Lambda itself", "choose another name"
            )
        elif _VARIABLE.fullmatch(name) is None:
            yield Fault(f"{prefix}environment.{name}", "is no name for a variable", "use letters, digits and _")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in {**others, **own}.items())
    if size > ENVIRONMENT_LIMIT_BYTES:
        yield Fault(
            f"{prefix}environment",
            f"takes {size} bytes; Lambda allows {ENVIRONMENT_LIMIT_BYTES} for all variables",
            "move large values to SSM parameters",
        )
