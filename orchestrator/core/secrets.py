"""Which literals of a template must never be shown: plans are posted as comments and kept as build artifacts.

A secret is told by its name, or by NoEcho. References and `{{resolve:...}}` are no secrets, and stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

HIDDEN = "(hidden)"

# The last word of a name says what its value is: SecretString is a secret, SecretId and PasswordPolicy are not.
_SECRET = re.compile(
    r"(?!Generate).*(password|passwd|passphrase|secret|secret_?string|token|credentials?|(api|access|private)_?key)",
    re.IGNORECASE,
)
_REFERENCES = frozenset({"Ref", "Fn::GetAtt", "Fn::ImportValue"})
_RESOLVED = "{{resolve:"


def is_secret(path: str, *templates: Mapping[str, object]) -> bool:
    """Whether the value at a path (`Resources.Db.Properties.MasterUserPassword`) of these templates is a secret."""
    section, *names = path.split(".")
    if section == "Parameters":
        return len(names) > 1 and names[1] == "Default" and _is_secret_parameter(names[0], templates)
    # A resource may be called a secret; what is told by a name is below its properties.
    return section == "Resources" and any(_SECRET.fullmatch(name) for name in names[2:])


def concealed(value: object, *, secret: bool) -> object:
    """The value with every secret literal replaced. `secret`: the value itself is one, so all literals in it are."""
    match value:
        case Mapping():
            return {name: concealed(one, secret=_still(name, value, above=secret)) for name, one in value.items()}
        case str():
            return HIDDEN if secret and value and _RESOLVED not in value else value
        case bool() | None:
            return value
        case Sequence():
            return [concealed(one, secret=secret) for one in value]
        case _:
            return HIDDEN if secret else value


def _still(name: str, around: Mapping[str, object], *, above: bool) -> bool:
    """Whether a value below is secret: by its own name, by that of a Name/Value pair, or by what is above it."""
    if name in _REFERENCES:
        return False
    if name == "Default" and around.get("NoEcho"):
        return True
    named = around.get("Name") if name == "Value" else None
    return above or bool(_SECRET.fullmatch(name)) or (isinstance(named, str) and bool(_SECRET.fullmatch(named)))


def _is_secret_parameter(name: str, templates: Sequence[Mapping[str, object]]) -> bool:
    sections = [template.get("Parameters") for template in templates]
    declared = [section.get(name) for section in sections if isinstance(section, Mapping)]
    no_echo = any(isinstance(one, Mapping) and one.get("NoEcho") for one in declared)
    return no_echo or bool(_SECRET.fullmatch(name))
