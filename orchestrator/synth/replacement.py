"""Which properties replace their resource when they change: read from the resource schemas that cfn-lint carries."""

from __future__ import annotations


def create_only_properties(types: frozenset[str], region: str) -> dict[str, frozenset[str]]:
    """Resource type -> paths such as `Properties/KeySchema`. Types that have no schema are left out."""
    from cfnlint.schema import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    found = {}
    for name in sorted(types):
        try:
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, name).schema
        except ResourceNotFoundError:
            continue
        pointers = schema.get("createOnlyProperties", [])
        found[name] = frozenset(pointer.replace("/properties/", "Properties/", 1) for pointer in pointers)
    return found
