"""A function in a target account that judges releases."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

ACCOUNT = "111111111111"
_CODE = """\
def handler(event, context):
    return {"ok": VERDICT, "reason": "judged " + event["release"] + " in " + event["region"]}
"""


def make_judge(client: Any, *, passes: bool, name: str = "judge") -> None:
    """Make or replace it; `client` is of Lambda in its account and region."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("judge.py", _CODE.replace("VERDICT", str(passes)))
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        client.delete_function(FunctionName=name)
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{ACCOUNT}:role/judge",
        Handler="judge.handler",
        Code={"ZipFile": code.getvalue()},
    )
