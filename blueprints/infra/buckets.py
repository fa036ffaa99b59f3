"""Data buckets in every region: versioned, encrypted, private, TLS only, and replicated both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.faults import Fault
from blueprints.naming import bucket_name
from blueprints.options import option
from blueprints.parameters import camel
from blueprints.private_bucket import add_private_bucket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.s3 import CorsConfiguration

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

_RESERVED = frozenset({"artifacts"})
_NO_STATEMENTS: Mapping[str, Sequence[Statement]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BucketOptions:
    """A bucket of the same name (but for account and region) in every region."""

    replicate: bool = option(True, "Copy every object and deletion to the buckets of all other regions.")
    within_15_minutes: bool = option(False, "Replication time control: copies are due in 15 minutes, with metrics.")
    noncurrent_days: int = option(90, "How long replaced and deleted objects can be brought back.", minimum=1)
    expire_days: int = option(0, "Remove objects after so many days; 0 for never.", minimum=0)
    cors_origins: tuple[str, ...] = option(
        (), "Origins (https://...) whose pages may read and write by signed URLs.", unique=True
    )

    def faults(self) -> Iterator[Fault]:
        """Origins that let everybody in, and a promise about copies that are not made."""
        for at, origin in enumerate(self.cors_origins):
            if "*" in origin or not origin.startswith("https://"):
                yield Fault(f"cors_origins[{at}]", f"{origin!r} is no origin to trust", "write https:// and a host")
        if self.within_15_minutes and not self.replicate:
            yield Fault("within_15_minutes", "needs copies, and `replicate` is off", "turn one of them round")


def bucket_title(name: str) -> str:
    """The logical id of a data bucket."""
    return f"Bucket{camel(name)}"


def add_buckets(
    template: Template,
    context: Context,
    buckets: Mapping[str, BucketOptions],
    statements: Mapping[str, Sequence[Statement]] = _NO_STATEMENTS,
) -> None:
    """Every bucket with its policy, which says `statements` by bucket beside its own.

    Their replication is added by `add_bucket_replication`.
    """
    for name, options in buckets.items():
        add_private_bucket(
            template,
            bucket_title(name),
            name=bucket_name(context, name),
            noncurrent_days=options.noncurrent_days,
            expire_days=options.expire_days,
            statements=statements.get(name, ()),
            **({"CorsConfiguration": _cors(options.cors_origins)} if options.cors_origins else {}),
        )


def bucket_faults(context: Context, buckets: Mapping[str, BucketOptions]) -> Iterator[Fault]:
    """Names that cannot be used, and copies where there is nowhere to copy to."""
    yield from name_faults("buckets", buckets)
    starts: dict[str, str] = {}
    for name in buckets:
        start = bucket_name(context, name).data["Fn::Sub"]
        other = starts.setdefault(start, name)
        if other != name or name in _RESERVED:
            yield Fault(f"buckets.{name}", "becomes the name of another bucket", "choose another name")


def _cors(origins: tuple[str, ...]) -> CorsConfiguration:
    from troposphere.s3 import CorsConfiguration, CorsRules

    return CorsConfiguration(
        CorsRules=[
            CorsRules(AllowedOrigins=list(origins), AllowedMethods=["GET", "PUT"], AllowedHeaders=["*"], MaxAge=3600)
        ]
    )
