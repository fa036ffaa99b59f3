"""Services of ECS: the emulator keeps their books; a program of the user's runs in the place of their containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.local import containers
from orchestrator.local.skipped import Skipped, forget, note

_TYPE = "AWS::ECS::Service"


def with_programs(original: Mapping[str, Any]) -> dict[str, Any]:
    """The emulator's handlers of the type, which also start and end programs. A service without one is listed."""

    def create(logical_id: str, props: Mapping[str, Any], stack_name: str) -> Any:
        from ministack.core.responses import get_account_id, get_region

        made = original["create"](logical_id, props, stack_name)
        if not _start(made[0], props):
            note(made[0], Skipped(get_account_id(), get_region(), stack_name, logical_id, _TYPE))
        return made

    def update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack_name: str) -> Any:
        made = original["update"](physical_id, old, new, stack_name)
        if old.get("TaskDefinition") != new.get("TaskDefinition"):
            _start(made[0], new)
        return made

    def delete(physical_id: str, props: Mapping[str, Any]) -> None:
        from ministack.core.responses import get_account_id, get_region

        forget(physical_id)
        containers.stop(_name(physical_id), account=get_account_id(), region=get_region())
        original["delete"](physical_id, props)

    return {**original, "create": create, "update": update, "delete": delete}


def _start(physical_id: str, props: Mapping[str, Any]) -> bool:
    from ministack.core.responses import get_account_id, get_region

    started = containers.start(_name(physical_id), props, account=get_account_id(), region=get_region())
    if started:
        forget(physical_id)
    return started


def _name(physical_id: str) -> str:
    return physical_id.rpartition("/")[2]
