"""Several global tables, with indexes, types of keys and items that expire. Streams are always on: replication needs
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.faults import Fault
from blueprints.infra.table import add_global_table
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.dynamodb import GlobalTableGlobalSecondaryIndex

    from blueprints.context import Context

MOST_INDEXES = 20  # of one table: the service's default quota
_INDEX_NAME_LIMITS = (3, 255)


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """A global secondary index. CloudFormation adds or removes one per update of a table."""

    partition_key: str = option(doc="Attribute by which the index is asked.")
    sort_key: str = option("", "Attribute by which it is sorted; empty for none.")
    attributes: tuple[str, ...] | None = option(
        None,
        "Attributes to copy besides the keys; an empty list copies only keys, nothing given copies everything.",
        unique=True,
    )


@dataclass(frozen=True, slots=True)
class TableOptions:
    """A table with a replica in every region."""

    partition_key: str = option("pk", "Name of the partition key.")
    sort_key: str = option("sk", "Name of the sort key; empty for none.")
    key_types: Mapping[str, str] = option({}, "Type of a key attribute that is not text: N or B.")
    indexes: Mapping[str, IndexOptions] = option({}, "Global secondary indexes by name.")
    expires: str = option("", "Attribute with the time after which an item may be removed, in seconds since 1970.")
    deletion_protection: bool = option(True, "Refuse to delete the table, whoever asks.")

    def faults(self) -> Iterator[Fault]:
        """Types of attributes that are no keys, types that do not exist, and indexes that AWS refuses."""
        keys = {self.partition_key, self.sort_key}
        for name, index in self.indexes.items():
            keys |= {index.partition_key, index.sort_key}
            if not _INDEX_NAME_LIMITS[0] <= len(name) <= _INDEX_NAME_LIMITS[1]:
                yield Fault(f"indexes.{name}", f"{len(name)} characters", "a name of an index has 3 to 255")
        if len(self.indexes) > MOST_INDEXES:
            yield Fault("indexes", f"{len(self.indexes)} indexes", f"a table has {MOST_INDEXES} at most")
        for key, kind in self.key_types.items():
            if kind not in ("S", "N", "B"):
                yield Fault(f"key_types.{key}", f"{kind!r} is not allowed", "write S, N or B")
            if key not in keys:
                yield Fault(f"key_types.{key}", "is no key of the table or of an index", "only keys have a fixed type")


def add_tables(
    template: Template, context: Context, tables: Mapping[str, TableOptions], *, after: tuple[str, ...] = ()
) -> dict[str, str]:
    """Every table, `after` as in `add_global_table`; returns full names by name. Outputs: Table<Name>Name."""
    return {
        name: add_global_table(
            template,
            context,
            name=name,
            partition_key=table.partition_key,
            sort_key=table.sort_key,
            deletion_protection=table.deletion_protection,
            after=after,
            title=f"Table{camel(name)}",
            indexes=tuple(_index(index, one) for index, one in table.indexes.items()),
            key_types=table.key_types,
            expires=table.expires,
        )
        for name, table in tables.items()
    }


def table_faults(tables: Mapping[str, TableOptions], *, other: str) -> Iterator[Fault]:
    """`other` is the name of the table that stands beside them."""
    yield from name_faults("tables", tables)
    if other in tables:
        yield Fault(f"tables.{other}", f"there is a table {other!r} already: option `table`", "name one of them anew")


def _index(name: str, options: IndexOptions) -> GlobalTableGlobalSecondaryIndex:
    from troposphere.dynamodb import GlobalTableGlobalSecondaryIndex, KeySchema, Projection

    keys = [(options.partition_key, "HASH"), *([(options.sort_key, "RANGE")] if options.sort_key else [])]
    if options.attributes is None:
        projection = Projection(ProjectionType="ALL")
    elif options.attributes:
        projection = Projection(ProjectionType="INCLUDE", NonKeyAttributes=list(options.attributes))
    else:
        projection = Projection(ProjectionType="KEYS_ONLY")
    return GlobalTableGlobalSecondaryIndex(
        IndexName=name,
        KeySchema=[KeySchema(AttributeName=key, KeyType=kind) for key, kind in keys],
        Projection=projection,
    )
