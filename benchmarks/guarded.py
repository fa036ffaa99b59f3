"""The sample's compute layer with one resource more, the last to be made: it fails where its name is taken already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute import Compute

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context

NAME = "/benchmark/guard"
_AFTER = ("FunctionAppLive", "SharedMapping", "RegionalMapping")


class Guarded(Compute):
    """CloudFormation has switched the alias to the new version by then, and must roll all of it back."""

    def template(self, context: Context) -> Template:
        """As of Compute."""
        from troposphere import ssm

        template = super().template(context)
        guard = ssm.Parameter("Guard", Name=NAME, Type="String", Value="taken", DependsOn=list(_AFTER))
        template.add_resource(guard)
        return template
