"""What differs between the region that serves and those that stand by, asked of the parameter RegionRole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.parameters import REGION_ROLE, declare

if TYPE_CHECKING:
    from troposphere import If, Template

IS_PRIMARY_REGION = "IsPrimaryRegion"


def add_primary_condition(template: Template) -> str:
    """The condition for what only the primary region has; returns its name."""
    from troposphere import Equals, Ref

    declare(template, REGION_ROLE)
    if IS_PRIMARY_REGION not in template.conditions:
        template.add_condition(IS_PRIMARY_REGION, Equals(Ref(REGION_ROLE), "primary"))
    return IS_PRIMARY_REGION


def by_role(template: Template, primary: object, secondary: object) -> object:
    """One value in the primary region and another one elsewhere; the value itself when both are the same."""
    from troposphere import If

    if primary == secondary:
        return primary
    chosen: If = If(add_primary_condition(template), primary, secondary)
    return chosen
