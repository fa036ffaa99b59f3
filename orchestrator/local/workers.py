"""Processes of functions: the emulator keeps one of each published version for ever; ours end those of earlier ones."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any


def retire(function: Mapping[str, Any]) -> threading.Thread:
    """End the idle processes of all versions of a function but the last and those that an alias names.

    A version that is asked once more gets a process anew. In the account and region that act. The thread ends them.
    """
    from ministack.core import lambda_runtime
    from ministack.core.responses import get_account_id, get_region

    name = function["config"]["FunctionName"]
    here = f"{get_account_id()}:{get_region()}:{name}:"
    kept = {alias.get("FunctionVersion") for alias in function["aliases"].values()}
    kept |= {"$LATEST", max(function["versions"], key=int, default="")}
    ended: list[Any] = []
    with lambda_runtime._lock:
        for key in [one for one in lambda_runtime._workers if one.startswith(here)]:
            if key.removeprefix(here) in kept:
                continue
            busy = [worker for worker in lambda_runtime._workers[key] if worker.in_use]
            ended += [worker for worker in lambda_runtime._workers.pop(key) if not worker.in_use]
            if busy:
                lambda_runtime._workers[key] = busy
    # It waits until they have ended, which nobody else should.
    ending = threading.Thread(target=lambda_runtime.kill_workers, args=(ended,), name="retire", daemon=True)
    ending.start()
    return ending
