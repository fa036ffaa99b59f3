"""Commands of the AWS CLI as the tool tells them, carried out word by word: an operator pastes what he reads."""

from __future__ import annotations

import re
import shlex
from typing import Any

from tests.embedded import Embedded

_COMMAND = re.compile(r"of account (\d{12}|home) run: (aws cloudformation [^,;]+)")
_LISTS = ("accounts", "regions")


def carry_out(embedded: Embedded, told: str) -> list[str]:
    """Each command in the text, in its order, in the account that it names; what was called."""
    called = []
    for account, line in _COMMAND.findall(told):
        for command in line.split(" && "):
            called.append(_run(embedded, embedded.aws.home_account if account == "home" else account, command))
    return called


def _run(embedded: Embedded, account: str, command: str) -> str:
    _, _, verb, *words = shlex.split(command)
    waiter = words.pop(0) if verb == "wait" else ""
    options = _options(words)
    client = embedded.client("cloudformation", options.pop("Region"), account)
    if waiter:
        client.get_waiter(waiter.replace("-", "_")).wait(**options, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        return waiter
    answer = getattr(client, verb.replace("-", "_"))(**options)
    if "OperationId" in answer:
        _await_operation(client, options["StackSetName"], answer["OperationId"])
    return verb


def _options(words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while words:
        name = "".join(part.capitalize() for part in words.pop(0).removeprefix("--").split("-"))
        value = words.pop(0) if words and not words[0].startswith("--") else True
        found[name] = [value] if name.lower() in _LISTS else value
    return found


def _await_operation(client: Any, stack_set: str, operation: str) -> None:
    from tests.servers import eventually

    def status() -> str:
        asked = client.describe_stack_set_operation(StackSetName=stack_set, OperationId=operation)
        return str(asked["StackSetOperation"]["Status"])

    assert eventually(lambda: status() == "SUCCEEDED"), status()
