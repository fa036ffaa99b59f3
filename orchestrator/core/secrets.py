"""What must never be shown, of templates and of what others write: plans are posted, journals are kept and copied.

A secret is told by its name, or by NoEcho. References and `{{resolve:...}}` are no secrets, and stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

HIDDEN = "(hidden)"

# The last word of a name says what its value is: SecretString is a secret, SecretId and PasswordPolicy are not.
_SECRET = re.compile(
    r"(?!Generate).*(password|passwd|passphrase|secret|secret_?string|token|credentials?|(api|access|private)_?key)",
    re.IGNORECASE,
)
_REFERENCES = frozenset({"Ref", "Fn::GetAtt", "Fn::ImportValue"})
_RESOLVED = "{{resolve:"

_SECRET_VARIABLE = re.compile(
    r".*(password|passwd|passphrase|secret|token$|credentials?$|(api|access|private)_?key$)", re.I
)
_SHORTEST = 6
"""Characters. `CI_TOKEN=1` would hide every 1."""
# A name, the sign, an opening quote; then the value up to the closing one, or a word.
# Each quantifier is bounded, or ends at what it cannot match: a function answers up to six megabytes.
_ASSIGNED = re.compile(
    r"""((?:password|passwd|passphrase|secret(?:[_-]?(?:access[_-]?)?key|[_-]?string)?|token|credentials?
        |(?:api|access|private)[_-]?key)
    [\\"']{0,4}\s{0,8}[=:]\s{0,8}\\{0,3}["']?)
    (?:(?<=")[^"\\]+|(?<=')[^']+|[^\s,;&"'\\]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_WHOLE = re.compile(
    r"""\b(?:AKIA|ASIA)[A-Z0-9]{12,}
    |-----BEGIN\ [A-Z ]{0,30}PRIVATE\ KEY-----(?:[^-]|-(?!----END))*
    |(?<=://)[^/\s:@]{0,256}:[^/\s@]{1,256}(?=@)
    |(?i:(?<=bearer\ )|(?<=authorization:\ basic\ ))[\w.+/=~-]{8,}""",
    re.VERBOSE,
)


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


def secret_values(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Of these variables the values that their names call secret, the longest first."""
    found = {value for name, value in environment.items() if _SECRET_VARIABLE.match(name) and len(value) >= _SHORTEST}
    return tuple(sorted(found, key=lambda value: (-len(value), value)))


def without_secrets(text: str, known: Iterable[str] = ()) -> str:
    """What somebody else wrote, without the `known` values and without what looks like a key, a token or a password."""
    for value in known:
        text = text.replace(value, HIDDEN)
    return _ASSIGNED.sub(rf"\1{HIDDEN}", _WHOLE.sub(HIDDEN, text))


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
