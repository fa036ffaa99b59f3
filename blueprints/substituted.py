"""Text with what CloudFormation fills in: `${AWS::Region}`, `${Title.Attribute}`; `${!` stands for a plain `${`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troposphere import Sub

_FILLED_IN = re.compile(r"\$\{(?!!)")


def substituted(text: str) -> str | Sub:
    """Fn::Sub where there is something to fill in; cfn-lint finds fault with one that has nothing to do."""
    from troposphere import Sub

    return Sub(text) if _FILLED_IN.search(text) else text.replace("${!", "${")
