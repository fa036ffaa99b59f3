"""The contract of a blueprint: typed options in, a template out, nothing else read and nothing done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from blueprints.options import parse_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import Template

    from blueprints.context import Context


@dataclass(frozen=True, slots=True)
class _NoOptions:
    """A blueprint without options."""


class Blueprint:
    """Subclass it, nest a frozen dataclass `Options` (see `blueprints.option`) and return a template.

    `class Site(Blueprint):` with `options: Options` in its body gives the options their type.
    """

    Options: ClassVar[type] = _NoOptions
    options: Any

    def __init__(self, options: Mapping[str, object]) -> None:
        """Take options as written in regions.yaml. Raises OptionsError with every fault at once."""
        self.options = parse_options(self.Options, options)

    def template(self, context: Context) -> Template:
        """One template for all regions, from options and context alone: no clock, files, network or randomness.

        Raises OptionsError or ContextError for combinations that cannot work.
        """
        raise NotImplementedError(f"{type(self).__name__} must define template(self, context)")
