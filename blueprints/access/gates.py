"""What a gate needs in a target account: to ask the one function that the user named."""

from __future__ import annotations

from blueprints.access.grants import Grant

_ARN_PARTS = 7


def gate_grants(function: str) -> tuple[Grant, ...]:
    """For a name: that function in every region of the account; for an ARN: that one. With any version or alias."""
    if not function:
        return ()
    parts = function.split(":", _ARN_PARTS - 1)
    is_arn = parts[0] == "arn" and len(parts) == _ARN_PARTS
    region, account, named = (parts[3], parts[4], parts[6]) if is_arn else ("*", "{account}", function)
    resource = f"lambda:{region}:{account}:function:{named.partition(':')[0]}"
    return (Grant("GateFunction", ("lambda:InvokeFunction",), (resource, f"{resource}:*")),)
