"""The process of the embedded AWS: `python -m orchestrator.local.server`. Started and stopped by lifecycle.py."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.local import emulator
from orchestrator.local.emulator import WrongEmulator
from orchestrator.local.simulated import lines

EXIT_WRONG_EMULATOR = 3
_AUTOMATIC_DEPLOYMENT_S = 1.0


def main(argv: list[str]) -> int:
    """Serves until told to stop. Exit code 3: the installed emulator is missing or another one."""
    options = _options(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    _prepare_environment(options)
    try:
        emulator.self_check()
    except (WrongEmulator, ImportError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the log of this process is its standard error
        return EXIT_WRONG_EMULATOR
    asyncio.run(_serve(options))
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="orchestrator.local.server")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data-port", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--home-account", required=True)
    parser.add_argument("--replication-delay-s", type=float, default=1.0)
    parser.add_argument("--propagation-delay-s", type=float, default=0.5)
    parser.add_argument("--dns-port", type=int, required=True)
    parser.add_argument("--clock-factor", type=float, default=1.0)
    parser.add_argument("--enforce-iam", action="store_true")
    return parser.parse_args(argv)


def _prepare_environment(options: argparse.Namespace) -> None:
    """The emulator reads its settings from the environment while it is imported; the functions' code sees it too."""
    os.environ.update(
        {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(options.port),
            "MINISTACK_ACCOUNT_ID": options.home_account,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{options.port}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AUTH": "true" if options.enforce_iam else "false",
            "PERSIST_STATE": "0",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "LOG_LEVEL": "WARNING",
        }
    )


async def _serve(options: argparse.Namespace) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core.iam_evaluator import pin_request_origin

    # Every task inherits this: a bucket that refuses calls without TLS (aws:SecureTransport) must work over loopback.
    pin_request_origin("127.0.0.1", True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    status = _status(options)
    gateway, name_server, background = _assemble(app, options, status)
    await name_server.start()
    config = Config()
    config.bind = [f"127.0.0.1:{options.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.loglevel = "WARNING"
    tasks = [asyncio.create_task(one) for one in background]
    try:
        await serve(gateway, config, shutdown_trigger=stop.wait)
    finally:
        name_server.close()
        for task in tasks:
            task.cancel()


def _assemble(app: Any, options: argparse.Namespace, status: Mapping[str, Any]) -> tuple[Any, Any, list[Any]]:
    """Everything put together: the application, the name server, and what runs beside them."""
    from orchestrator.local import api_keys, provisioning, resource_faults
    from orchestrator.local.admin import Admin
    from orchestrator.local.data_plane import DataPlane
    from orchestrator.local.edge import Edge
    from orchestrator.local.faults import FaultBook
    from orchestrator.local.gateway import Gateway
    from orchestrator.local.interference import Interference
    from orchestrator.local.organization import Organization
    from orchestrator.local.replication import Replication
    from orchestrator.local.route53 import Route53
    from orchestrator.local.stackset_runner import StackSetRunner
    from orchestrator.local.stackset_store import StackSetStore
    from orchestrator.local.stacksets_api import StackSetsApi

    faults, organization = FaultBook(), Organization()
    route53 = Route53.put_together(options, faults)
    emulator.lift_template_limit()
    provisioning.install()
    resource_faults.install(faults)
    api_keys.install()
    Replication(options.replication_delay_s, faults).install()
    Edge(faults).install()
    store = StackSetStore(StackSetRunner(Interference(faults)))
    data_plane = DataPlane(options.data_port, faults)
    faults.changed = data_plane.reconcile
    data_plane.reconcile()
    gateway = Gateway(
        app,
        home_account=options.home_account,
        admin=Admin(
            lambda: {**status, "skipped": [str(one) for one in provisioning.skipped()]},
            faults=faults,
            settled=data_plane.settled,
            organization=organization,
            home_account=options.home_account,
        ),
        faults=faults,
        stack_sets=StackSetsApi(store, organization),
        health_checks=route53.health_checks,
        records=route53.records,
        dns_answers=route53.dns_answers,
        routing_controls=route53.routing_controls,
    )
    announcement = _announce(options, status, data_plane.settled)
    background = [data_plane.watch(), _deploy_automatically(store, organization), announcement, *route53.background]
    return gateway, route53.name_server, background


async def _deploy_automatically(store: Any, organization: Any) -> None:
    from orchestrator.local.stacksets_api import deploy_automatically

    while True:
        await asyncio.sleep(_AUTOMATIC_DEPLOYMENT_S)
        await deploy_automatically(store, organization)


def _status(options: argparse.Namespace) -> dict[str, Any]:
    from orchestrator.local.regions import ADDRESSES

    told = lines(
        replication_delay_s=options.replication_delay_s,
        enforce_iam=options.enforce_iam,
        clock_factor=options.clock_factor,
    )
    return {
        "format": 1,
        "token": options.token,
        "pid": os.getpid(),
        "port": options.port,
        "data_port": options.data_port,
        "dns_port": options.dns_port,
        "clock_factor": options.clock_factor,
        "data_plane": dict(ADDRESSES),
        "home_account": options.home_account,
        "version": f"ministack {emulator.VERSION}",
        "enforce_iam": options.enforce_iam,
        "simulated": [list(one) for one in told],
    }


async def _announce(
    options: argparse.Namespace, status: Mapping[str, Any], settled: Callable[[], Awaitable[None]]
) -> None:
    """Writes the state file once every port answers: whoever waits for it finds a server that works."""
    await settled()
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", options.port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        writer.close()
        break
    whole = options.state_dir / "state.json.new"
    whole.write_text(json.dumps(status))
    whole.replace(options.state_dir / "state.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
