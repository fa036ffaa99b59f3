"""The words in which the keys of regions.yaml are described. Validator, JSON Schema and reference read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text of 1 to `longest` characters. `what` ends the sentence "write ...".

    `pattern` matches the whole text, is anchored and understood by Python (ASCII) and JavaScript alike.
    """

    what: str
    pattern: str = ""
    choices: tuple[str, ...] = ()
    longest: int = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number, between two bounds (both allowed) or one of `choices`."""

    what: str
    least: int
    most: int
    choices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """true or false, in YAML 1.2's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A whole number from `least` on, or a percentage of them (`50%`) from `least_percent` to 100."""

    what: str
    least: int
    least_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list of at least one text, none twice unless `repeats`."""

    item: Text
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf:
    """A mapping whose keys the operator chooses. `noun` is what one of them is; `least` how many there must be."""

    noun: str
    key: Text
    value: Spec
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A mapping with fixed keys. `one_of`: exactly one of these keys must be there."""

    keys: tuple[Key, ...]
    one_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys in their order."""
        return tuple(key.name for key in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A record that may be written short, as the text of its key `name`."""

    name: str
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A mapping of any JSON values: what is in it is the business of somebody else."""

    what: str


Spec: TypeAlias = "Text | Whole | Flag | Portion | ListOf | MapOf | Record | Short | Free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a record. Without `required` and `default` it may be left out; `absent` says what happens then."""

    name: str
    spec: Spec
    doc: str
    required: bool = False
    default: str | int | None = None
    absent: str = ""
