"""Settings as SSM parameters `/{application}-{environment}/{name}`, the same in every region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context

LONGEST_VALUE = 4096  # of the standard tier

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*")
_SECRET = re.compile(r"passw|secret|token|private|credential|api-?key", re.IGNORECASE)
_KEPT_BY_AWS = ("aws", "ssm")


def add_settings(template: Template, context: Context, settings: Mapping[str, str]) -> None:
    """A parameter for each setting; functions name them under `uses.parameters`."""
    from troposphere.ssm import Parameter

    for name, value in settings.items():
        parameter = Parameter(f"Setting{camel(name)}", Name=f"/{context.prefix}/{name}", Type="String", Value=value)
        template.add_resource(parameter)


def setting_faults(context: Context, settings: Mapping[str, str]) -> Iterator[Fault]:
    """Names that SSM refuses, values that are too long or empty, and what should be a secret."""
    if settings and context.prefix.startswith(_KEPT_BY_AWS):
        path = f"an application whose name begins with {' or '.join(_KEPT_BY_AWS)} cannot have parameters"
        yield Fault("parameters", path, "SSM keeps such names for AWS: rename the application")
    titles: dict[str, str] = {}
    for name, value in settings.items():
        path = f"parameters.{name}"
        if _NAME.fullmatch(name) is None:
            yield Fault(path, f"{name!r} is no name", "use lower-case letters, digits, dots, dashes and slashes")
        if _SECRET.search(name):
            yield Fault(path, "sounds like a secret, and parameters stand in plain text", "use `secrets` instead")
        if not 1 <= len(value) <= LONGEST_VALUE:
            yield Fault(path, f"{len(value)} characters", f"a value has 1 to {LONGEST_VALUE}")
        other = titles.setdefault(camel(name), name)
        if other != name:
            yield Fault(path, f"becomes the same logical id as {other!r}", "rename one of the two")
