"""Containers: the embedded AWS runs none, but a program of yours in the place of a service's tasks, if you name one.

`containers.json` in the embedded AWS's folder says which: `{"shop": {"command": ["python", "server.py"], "folder":
"/srv/shop"}}` for what runs in images of the repository `shop`. One process for each service and region, whatever the
number of tasks; it gets the variables and secrets of its task definition, and a PORT of its own.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.local.emulator import acting_in
from orchestrator.local.programs import programs, repository

_LOG = logging.getLogger(__name__)
_HERE = "127.0.0.1"
_LISTENS_S = 20.0
_POLL_S = 0.02
_DRAIN_S = 0.5
_END_S = 2.0


@dataclass(frozen=True, slots=True)
class _Place:
    account: str
    region: str
    service: str


_running: dict[_Place, subprocess.Popen[bytes]] = {}
_starting = threading.Lock()


def start(service: str, props: Mapping[str, Any], *, account: str, region: str) -> bool:
    """Runs the program for a service, in the place of an earlier one once it listens; False when none is named."""
    with acting_in(account, region):
        definition = _definition(props)
        container = definition["containerDefinitions"][0]
        program = programs(Path()).get(repository(container["image"]))
        if program is None:
            return False
        environment = _environment(container, account, region)
    arguments = (_Place(account, region, service), program, environment, _groups(props))
    # Whoever makes the stack must not wait: the program may ask this very process while it starts.
    threading.Thread(target=_replace, args=arguments, name=f"start {service}", daemon=True).start()
    return True


def stop(service: str, *, account: str, region: str) -> None:
    """Ends its program, if there is one, once an earlier start has come to its end."""

    def end() -> None:
        with _starting:
            process = _running.pop(_Place(account, region, service), None)
        if process is not None:
            _end(process)

    threading.Thread(target=end, name=f"stop {service}", daemon=True).start()


def _replace(
    place: _Place, program: Mapping[str, Any], environment: Mapping[str, str], groups: tuple[str, ...]
) -> None:
    from ministack.services import alb

    port = _free_port()
    with _starting, Path(f"container-{place.service}-{place.region}.log").open("ab") as log:
        try:
            process = subprocess.Popen(
                list(program["command"]),
                cwd=program.get("folder", "."),
                env={**os.environ, **environment, "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            _LOG.warning("no program for %s in %s: %s", place.service, place.region, error)
            return
        if not _listens(process, port):
            _LOG.warning("the program for %s in %s does not listen at its PORT", place.service, place.region)
            _end(process)
            return
        with acting_in(place.account, place.region):
            for group in groups:
                alb.set_targets_for_group(group, [(_HERE, port)], previous_ids=(_HERE,))
        earlier, _running[place] = _running.get(place), process
    if earlier is not None:
        time.sleep(_DRAIN_S)
        _end(earlier)


def _definition(props: Mapping[str, Any]) -> Mapping[str, Any]:
    from ministack.services import ecs

    family_and_revision = str(props["TaskDefinition"]).rpartition("/")[2]
    found: Mapping[str, Any] = ecs._task_defs[family_and_revision]
    return found


def _environment(container: Mapping[str, Any], account: str, region: str) -> dict[str, str]:
    told = {one["name"]: str(one["value"]) for one in container.get("environment") or ()}
    # The emulator keeps these as CloudFormation spells them.
    secrets = {one["Name"]: _secret(one["ValueFrom"]) for one in container.get("secrets") or ()}
    identity = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": region}
    return {**identity, **told, **secrets}


def _secret(reference: str) -> str:
    """The value behind `arn:...:secret:name-abcdef`, or behind a key of it: `...-abcdef:key::`."""
    from ministack.services import secretsmanager

    parts = reference.split(":")
    arn, key = ":".join(parts[:7]), parts[7] if len(parts) > 7 else ""
    value = str(secretsmanager.resolve_secret_string(arn) or "")
    return str(json.loads(value)[key]) if key else value


def _groups(props: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one["TargetGroupArn"] for one in props.get("LoadBalancers") or ())


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((_HERE, 0))
        port: int = one.getsockname()[1]
        return port


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + _LISTENS_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection((_HERE, port), timeout=1):
                return True
        except OSError:
            time.sleep(_POLL_S)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
