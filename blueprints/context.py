"""What a blueprint is told about the application. The same for all regions: their differences are parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from blueprints.faults import ContextError, Fault
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNT = "{account}"

_NO_ARTIFACTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The application, one environment of it and its artifacts.

    `regions` keeps the order of the file; `reference_region` is one of them. `host` may hold `{account}`.
    `artifacts` maps the names under `code` to their SHA-256 (hex); `release` is 12 hex digits.
    Raises ContextError.
    """

    application: str
    environment: str
    partition: str
    regions: tuple[str, ...]
    home_region: str
    reference_region: str
    home_account: str
    host: str
    hosted_zone: str
    artifacts: Mapping[str, str] = field(default_factory=lambda: _NO_ARTIFACTS)
    release: str = "000000000000"

    def __post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise ContextError(faults)

    @property
    def prefix(self) -> str:
        """What every name made by this application and environment starts with."""
        return f"{self.application}-{self.environment}"


def _faults(context: Context) -> Iterator[Fault]:
    if context.reference_region not in context.regions:
        yield Fault(
            "reference_region",
            f"{context.reference_region!r} is not a region of the application",
            f"choose one of {', '.join(context.regions)}",
        )
    seen: dict[str, str] = {}
    for name in context.artifacts:
        other = seen.setdefault(camel(name), name)
        if other != name:
            yield Fault(f"code.{name}", f"becomes the same parameter as {other!r}", "rename one of the two")
