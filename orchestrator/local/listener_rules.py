"""Rules of listeners: a priority belongs to one of them, which the emulator does not look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KIND = "AWS::ElasticLoadBalancingV2::ListenerRule"


def with_priorities(original: Mapping[str, Any]) -> dict[str, Any]:
    """The emulator's handlers of the type, which refuse a priority that another rule of the listener has."""

    def create(logical_id: str, props: Mapping[str, Any], *rest: Any) -> Any:
        _refuse_taken(props)
        return original["create"](logical_id, props, *rest)

    def update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any) -> Any:
        _refuse_taken(new, own=physical_id)
        return original["update"](physical_id, old, new, *rest)

    return {**original, "create": create, "update": update}


def _refuse_taken(props: Mapping[str, Any], own: str = "") -> None:
    from ministack.services import alb

    wanted = (props.get("ListenerArn"), str(props.get("Priority")))
    for arn, rule in list(alb._rules.items()):
        if arn != own and (rule["ListenerArn"], rule["Priority"]) == wanted:
            raise ValueError(f"Priority '{wanted[1]}' is currently in use (Service: ElasticLoadBalancingV2)")
