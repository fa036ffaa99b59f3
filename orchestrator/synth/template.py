"""A blueprint's template as canonical JSON: the bytes that are hashed are the bytes that CloudFormation gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints import BlueprintError, Context, ContextError, code_parameters
from blueprints.parameters import is_code_parameter, is_supplied
from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.errors import ConfigurationError, Problem
from orchestrator.core.json_values import thaw
from orchestrator.core.template_size import by_url
from orchestrator.synth.apart import apart
from orchestrator.synth.guard import Limits, UserCode
from orchestrator.synth.load import load_blueprint
from orchestrator.synth.place import Place
from orchestrator.synth.references import broken_references
from orchestrator.synth.shape import misshapen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from blueprints import Blueprint
    from orchestrator.core.topology import StackSetConfig

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
BODY_LIMIT_BYTES = 1_048_576
COUNT_LIMITS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}

_NAMES_IAM = frozenset({"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"})


@dataclass(frozen=True, slots=True)
class TemplateParameter:
    """A parameter that the template declares. `default` is None when a value must be given."""

    name: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class SynthesizedTemplate:
    """`body` is canonical JSON, `digest` the SHA-256 (hex) of exactly those bytes; parameters are sorted by name."""

    layer: str
    body: str
    digest: str
    parameters: tuple[TemplateParameter, ...]
    capabilities: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """Length of the body in UTF-8."""
        return len(self.body.encode())

    @property
    def needs_upload(self) -> bool:
        """Too large for TemplateBody even without indentation: CloudFormation must read it from S3."""
        return by_url(self.body)

    @property
    def parameter_names(self) -> frozenset[str]:
        """What may be passed to CloudFormation; passing an undeclared parameter is an error there."""
        return frozenset(parameter.name for parameter in self.parameters)


def synthesize(
    config: StackSetConfig,
    context: Context,
    *,
    base_dir: Path,
    place: Place | None = None,
    limits: Limits | None = None,
) -> SynthesizedTemplate:
    """Load the blueprint, run it and check the result. Raises ConfigurationError with every problem found.

    `place` is the configuration file; the paths reported are `stack_sets.<layer>.blueprint` and `...options.<name>`.
    """
    file = (place or Place()).at(f"stack_sets.{config.layer}")
    if not file.line:
        file = Place(file.file, file.path, config.line, file.positions)
    limits = limits or Limits()
    if _is_ours(config.blueprint):
        return _synthesized(config.layer, _template(config, context, base_dir, file, limits))
    here = file.at(f"{file.path}.blueprint")
    return _synthesized(config.layer, apart(lambda: _template(config, context, base_dir, file, limits), here, limits))


def _is_ours(blueprint: str) -> bool:
    """This tool's own blueprints need no process of their own."""
    return blueprint.startswith("blueprints.")


def _template(config: StackSetConfig, context: Context, base_dir: Path, file: Place, limits: Limits) -> dict[str, Any]:
    """The template, checked. Raises ConfigurationError."""
    here = file.at(f"{file.path}.blueprint")
    blueprint = load_blueprint(config.blueprint, base_dir, place=here, limits=limits)
    try:
        with UserCode(here, base_dir, limits):
            first = _run(blueprint, config.options, context, here)
            second = _run(blueprint, config.options, context, here)
    except ContextError as error:
        raise file.below("", error.faults) from error
    except BlueprintError as error:
        raise file.below(f"{file.path}.options", error.faults) from error
    if problems := tuple(here.problem(one, "return a template of CloudFormation") for one in misshapen(first)):
        raise ConfigurationError(problems)
    if problems := tuple(_problems(first, second, context, here)):
        raise ConfigurationError(problems)
    return first


def _run(
    blueprint: type[Blueprint], options: tuple[tuple[str, object], ...], context: Context, here: Place
) -> dict[str, Any]:
    from troposphere import Template

    template = blueprint({name: thaw(value) for name, value in options}).template(context)
    if not isinstance(template, Template):
        raise here.error("template() did not return a troposphere Template", "return the Template it makes")
    return _plain(template.to_dict(), here)


def _plain(template: object, here: Place) -> dict[str, Any]:
    """As JSON has it: what comes back is what CloudFormation would read."""
    text = canonical_json(template)
    try:
        text.encode()
        plain: dict[str, Any] = json.loads(text, parse_constant=_no_number)
    except UnicodeEncodeError as error:
        what = f"the template holds {error.object[error.start]!r}, which no file can hold"
        raise here.error(what, "give text that is valid Unicode") from error
    except _NoNumber as error:
        raise here.error(f"the template holds {error}, which JSON has no word for", "give a finite number") from error
    return plain


class _NoNumber(ValueError):
    """NaN or an infinity."""


def _no_number(word: str) -> object:
    raise _NoNumber(word)


def _synthesized(layer: str, template: Mapping[str, Any]) -> SynthesizedTemplate:
    body = canonical_json(template)
    parameters = tuple(
        TemplateParameter(name, str(one["Default"]) if "Default" in one else None)
        for name, one in sorted(template.get("Parameters", {}).items())
    )
    return SynthesizedTemplate(layer, body, digest(body), parameters, _capabilities(template))


def _capabilities(template: Mapping[str, Any]) -> tuple[str, ...]:
    found = set()
    for resource in template.get("Resources", {}).values():
        if resource["Type"].startswith("AWS::IAM::"):
            named = _NAMES_IAM & set(resource.get("Properties", {}))
            found.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
        if resource["Type"] == "AWS::CloudFormation::Stack":
            found.add("CAPABILITY_AUTO_EXPAND")
    if "Transform" in template:
        found.add("CAPABILITY_AUTO_EXPAND")
    if "CAPABILITY_NAMED_IAM" in found:
        found.discard("CAPABILITY_IAM")  # the former includes the latter
    return tuple(sorted(found))


def _problems(
    template: Mapping[str, Any], again: Mapping[str, Any], context: Context, here: Place
) -> Iterator[Problem]:
    for part, value in template.items():
        if value != again.get(part):
            yield here.problem(
                f"gives another template each time it runs ({_first_difference(value, again.get(part), part)})",
                "leave out clocks, random numbers and anything else that differs from run to run",
            )
            return
    yield from _limit_problems(template, here)
    yield from _parameter_problems(template, context, here)
    for reference in broken_references(template):
        yield here.problem(reference.message, reference.fix)


def _first_difference(one: object, other: object, path: str) -> str:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            if one.get(key) != other.get(key):
                return _first_difference(one.get(key), other.get(key), f"{path}.{key}")
    return path


def _limit_problems(template: Mapping[str, Any], here: Place) -> Iterator[Problem]:
    if not template.get("Resources"):
        yield here.problem("the template has no resources", "CloudFormation wants one at least")
    for part, limit in COUNT_LIMITS.items():
        if (count := len(template.get(part, {}))) > limit:
            yield here.problem(f"{count} {part}; CloudFormation allows {limit}", "split the blueprint")
    if (size := len(canonical_json(template).encode())) > BODY_LIMIT_BYTES:
        yield here.problem(f"the template has {size} bytes; CloudFormation allows {BODY_LIMIT_BYTES}", "split it")


def _parameter_problems(template: Mapping[str, Any], context: Context, here: Place) -> Iterator[Problem]:
    known_code = {name for artifact in context.artifacts for name in code_parameters(artifact)}
    for name, parameter in sorted(template.get("Parameters", {}).items()):
        if "Default" in parameter or name in known_code:
            continue
        if is_code_parameter(name):
            yield here.problem(f"the parameter {name} belongs to no artifact under `code`", "add the artifact")
        elif not is_supplied(name):
            yield here.problem(f"nobody supplies the parameter {name}", "give it a default, or take an option instead")
