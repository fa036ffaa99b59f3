"""`local`: the embedded AWS, to try everything without an AWS account."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.local import LocalAws

DESCRIPTION = """\
An AWS on this machine's loopback, in memory: `up` starts it, `--local` makes every verb talk to it, `down` forgets
it. `status` names every part of it that is simulated or left out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """up | down | status, --port, --clock-factor."""
    from orchestrator.cli.arguments import add_format

    parser.add_argument("action", choices=("up", "down", "status"))
    parser.add_argument("--detach", action="store_true", help="accepted for scripts: up always returns once it runs")
    parser.add_argument("--port", type=_port, metavar="N", default=None, help="of the API; default: a free one")
    parser.add_argument(
        "--clock-factor",
        type=_factor,
        metavar="N",
        default=1.0,
        help="health checks and TTLs N times faster than AWS's",
    )
    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Do it, and say where it is."""
    from orchestrator import local
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show

    folder, json = settings_of(options).local_dir, options.format == "json"
    match options.action:
        case "up":
            running = local.up(folder, port=options.port, clock_factor=options.clock_factor)
            show(_json(running) if json else _up(running))
            return ExitCode.DONE
        case "down":
            stopped = local.down(folder)
            text = "the embedded AWS is down, with all it held\n" if stopped else "no embedded AWS runs here\n"
            show(_json(None) if json else text)
            return ExitCode.DONE
        case _:
            found = local.status(folder)
            show(_json(found) if json else _status(found))
            return ExitCode.DONE if found else ExitCode.FAILED


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a port: write a number from 1 to 65535")


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if 1 <= factor <= 100:
        return factor
    raise argparse.ArgumentTypeError(f"{text} is no clock factor: write a number from 1 to 100")


def _up(running: LocalAws) -> str:
    state = "runs already" if running.already_running else "runs"
    lines = [f"the embedded AWS {state}: {running.endpoint_url} (pid {running.pid})", *running.notes]
    lines.append("next: orchestrator --local bootstrap   (orchestrator local status names what is simulated)")
    return "\n".join(lines) + "\n"


def _status(running: LocalAws | None) -> str:
    if running is None:
        return "no embedded AWS runs here; start it: orchestrator local up\n"
    lines = [
        f"the embedded AWS runs: {running.endpoint_url} (pid {running.pid}, emulator {running.version})",
        f"home account {running.home_account}; the access key id is the account, the secret is anything",
        "",
        f"a name server answers on 127.0.0.1, port {running.dns_port}: dig @127.0.0.1 -p {running.dns_port} NAME",
        f"health checks, alarms and TTLs run {running.clock_factor:g} times as fast as on AWS",
        "",
        "each region answers HTTP on its own address:",
        *(f"  {region:<16} http://{address}:{running.data_port}" for region, address in running.data_plane.items()),
        "",
        "simulated, skipped or faked (our reading of AWS's documentation, never verified against AWS):",
        *(f"  {what}: {how}" for what, how in running.simulated),
    ]
    return "\n".join(lines) + "\n"


def _json(running: LocalAws | None) -> str:
    from orchestrator.core.canonical import canonical_json

    if running is None:
        return canonical_json({"format": 1, "running": False})
    return canonical_json(
        {
            "format": 1,
            "running": True,
            "endpoint_url": running.endpoint_url,
            "pid": running.pid,
            "home_account": running.home_account,
            "data_plane": {
                region: f"http://{address}:{running.data_port}" for region, address in running.data_plane.items()
            },
            "dns": f"127.0.0.1:{running.dns_port}",
            "clock_factor": running.clock_factor,
            "version": running.version,
            "simulated": [{"what": what, "how": how} for what, how in running.simulated],
            "notes": list(running.notes),
        }
    )
