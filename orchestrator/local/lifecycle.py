"""Starting, finding and stopping the embedded AWS. The state folder holds state.json (who runs) and server.log."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from orchestrator.core.errors import OrchestratorError
from orchestrator.local import processes
from orchestrator.local.regions import ADDRESSES

HOME_ACCOUNT = "000000000000"
"""The home account when nobody says otherwise; any 12 digits are an account of the embedded AWS."""

_START_S = 20.0
_GRACE_S = 3.0
_POLL_S = 0.02
_LOG_TAIL = 15
_PORT_TRIES = 20
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_NEEDED = ("ministack", "hypercorn", "dns")
_EXTRA = "pip install 'region-failover-orchestrator[local]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """A running embedded AWS. `data_plane` maps each region to its loopback address, all on `data_port`.

    A name server answers on 127.0.0.1, `dns_port`, UDP and TCP. A minute of health checks, alarms and TTLs passes in
    60 / `clock_factor` seconds.

    `simulated` names every part that is simulated or faked, as (what, how); `skipped` the resources of templates that
    are only stood in for. `enforce_iam`: signatures and policies count, as on AWS. `notes` is what was found and mended
    on the way, such as a stale state file.
    """

    endpoint_url: str
    pid: int
    port: int
    data_port: int
    dns_port: int
    clock_factor: float
    data_plane: Mapping[str, str]
    version: str
    home_account: str
    simulated: tuple[tuple[str, str], ...]
    skipped: tuple[str, ...] = ()
    already_running: bool = False
    enforce_iam: bool = False
    notes: tuple[str, ...] = ()
    state_dir: Path = field(default_factory=Path)


def up(
    state_dir: Path,
    *,
    port: int | None = None,
    data_port: int | None = None,
    dns_port: int | None = None,
    clock_factor: float = 1.0,
    home_account: str = HOME_ACCOUNT,
    replication_delay_s: float = 1.0,
    propagation_delay_s: float = 0.5,
    enforce_iam: bool = False,
) -> LocalAws:
    """Starts the embedded AWS detached, or returns the one that runs in this folder (`already_running`).

    With `enforce_iam` every signature and policy counts, and the secret of an account's own key is `test`.
    `clock_factor` (at least 1) makes health checks, alarms, TTLs and propagation that much faster than on AWS.
    Raises OrchestratorError: the extra is missing, the port is taken, the emulator is another version, or it died at
    its start (with the last lines of its log).
    """
    if any(find_spec(module) is None for module in _NEEDED):
        raise OrchestratorError("the embedded AWS is not installed", where="local", fix=_EXTRA)
    if not clock_factor >= 1:
        raise OrchestratorError(f"a clock factor of {clock_factor:g}", where="local up", fix="give 1 or more")
    with _alone(state_dir):
        running, notes = _find(state_dir)
        if running is not None:
            return replace(running, already_running=True)
        options = {
            "--state-dir": str(state_dir.absolute()),
            "--port": str(_checked(port, "127.0.0.1") if port else _free_port("127.0.0.1")),
            "--data-port": str(_data_port(data_port)),
            "--dns-port": str(_dns_port(dns_port)),
            "--clock-factor": str(clock_factor),
            "--token": uuid.uuid4().hex,
            "--home-account": home_account,
            "--replication-delay-s": str(replication_delay_s),
            "--propagation-delay-s": str(propagation_delay_s),
        }
        arguments = [part for pair in options.items() for part in pair]
        process = _launch(state_dir, [*arguments, *(["--enforce-iam"] if enforce_iam else [])])
        try:
            started = _await_start(state_dir, process, options["--token"])
        except BaseException:
            # Whoever is interrupted meanwhile will never learn that it runs.
            process.kill()
            process.wait()
            raise
        # Detached on purpose: without a return code Popen would warn that its child is still running.
        process.returncode = 0
        return replace(started, notes=notes)


def status(state_dir: Path) -> LocalAws | None:
    """The embedded AWS that runs in this folder, or None. Changes nothing but a stale state file, which it removes."""
    return _find(state_dir)[0]


def ensure_running(running: LocalAws) -> None:
    """Raises OrchestratorError when its process has ended since: nothing that waits for it will ever be answered."""
    if not processes.runs(running.pid):
        raise OrchestratorError(
            "the embedded AWS has ended, with all that it held",
            where=f"process {running.pid}; its log: {running.state_dir / 'server.log'}",
            fix="orchestrator local up, then --local bootstrap and --local deploy",
        )


def down(state_dir: Path) -> bool:
    """Stops it, with everything it holds. False when none runs. Raises OrchestratorError when it cannot be stopped."""
    try:
        running, _ = _find(state_dir)
    except _Busy as busy:
        pid = busy.pid
    else:
        if running is None:
            return False
        pid = running.pid
    for number in (signal.SIGTERM, signal.SIGKILL):
        processes.tell(pid, number)
        if processes.gone_within(pid, _GRACE_S):
            # The functions' processes are of its group; while one lives, its folder is not free.
            processes.end_group(pid)
            _state_file(state_dir).unlink(missing_ok=True)
            shutil.rmtree(state_dir / "tmp", ignore_errors=True)
            return True
    raise OrchestratorError(f"process {pid} does not end", where="local down", fix=f"kill -9 {pid}")


class _Busy(OrchestratorError):
    """It runs, and does not answer in time."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        what = f"the embedded AWS runs (pid {pid}) but does not answer"
        super().__init__(
            what, where="local", fix="this machine may be overloaded: try again, or orchestrator local down"
        )


@contextlib.contextmanager
def _alone(state_dir: Path) -> Iterator[None]:
    """Two starts at once must not make two servers: the second waits, and finds the first."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        lock = (state_dir / "lock").open("w")
    except OSError as error:
        raise _unusable(state_dir, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unusable(path: Path, error: OSError) -> OrchestratorError:
    what = f"the embedded AWS's folder cannot be used: {error.strerror or type(error).__name__}"
    return OrchestratorError(what, where=str(path), fix="fix its permissions, or choose another with --state-dir")


def _find(state_dir: Path) -> tuple[LocalAws | None, tuple[str, ...]]:
    """Who runs, proved by the token that only that server knows: a pid alone may be somebody else's by now."""
    path = _state_file(state_dir)
    try:
        state = json.loads(path.read_text())
        told = _ask(state["port"])
    except FileNotFoundError:
        return None, ()
    except OSError as error:
        raise _unusable(path, error) from error
    except (ValueError, KeyError, TypeError):
        state, told = {}, None
    if told is None and _is_ours(state):
        raise _Busy(state["pid"])
    if told is None or told.get("token") != state.get("token"):
        _remove(path)
        return None, (f"removed a stale state file: {path} (process {state.get('pid', 'unknown')} is not there)",)
    return _read(state_dir, told), ()


def _is_ours(state: Mapping[str, Any]) -> bool:
    """Whether the process of a state file is still that server: its command line carries the token."""
    pid, token = state.get("pid"), state.get("token")
    if not isinstance(pid, int) or not isinstance(token, str) or not token or not processes.runs(pid):
        return False
    cmdline = Path(f"/proc/{pid}/cmdline")
    if cmdline.exists():
        with contextlib.suppress(OSError):
            return token.encode() in cmdline.read_bytes()
        return False
    asked = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return token in asked.stdout


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _ask(port: int) -> dict[str, Any] | None:
    """What the server at a port says of itself; None when there is none, or it is not ours."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_orchestrator/status")
        answer = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None


def _read(state_dir: Path, told: Mapping[str, Any]) -> LocalAws:
    return LocalAws(
        endpoint_url=f"http://127.0.0.1:{told['port']}",
        pid=told["pid"],
        port=told["port"],
        data_port=told["data_port"],
        dns_port=told["dns_port"],
        clock_factor=told["clock_factor"],
        data_plane=MappingProxyType(told["data_plane"]),
        version=told["version"],
        home_account=told["home_account"],
        simulated=tuple((what, how) for what, how in told["simulated"]),
        skipped=tuple(told.get("skipped", ())),
        enforce_iam=bool(told.get("enforce_iam")),
        state_dir=state_dir,
    )


def _launch(state_dir: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    """A session of its own, its output in a log, and none of the user's secrets: functions see it all."""
    (state_dir / "tmp").mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (root, kept.get("PYTHONPATH", "")) if part)
    environment = {**kept, "PYTHONPATH": path, "TMPDIR": str((state_dir / "tmp").absolute())}
    with (state_dir / "server.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator.local.server", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=state_dir,
            env=environment,
        )


def _await_start(state_dir: Path, process: subprocess.Popen[bytes], token: str) -> LocalAws:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if _state_file(state_dir).exists():
            told = _ask(json.loads(_state_file(state_dir).read_text())["port"])
            if told and told.get("token") == token:
                return _read(state_dir, told)
        if process.poll() is not None:
            raise _died(state_dir, process.returncode)
        time.sleep(_POLL_S)
    raise _died(state_dir, None)


def _died(state_dir: Path, code: int | None) -> OrchestratorError:
    log = state_dir / "server.log"
    tail = log.read_text(errors="replace").splitlines()[-_LOG_TAIL:]
    what = f"did not answer within {_START_S:g} s" if code is None else f"ended at its start (exit {code})"
    last = "\n  ".join(tail) if tail else "nothing in its log"
    fix = _EXTRA if code == 3 else f"the whole log: {log}"
    return OrchestratorError(f"the embedded AWS {what}:\n  {last}\n", where="local up", fix=fix)


def _data_port(wanted: int | None) -> int:
    """A port that is free on the address of every region."""
    addresses = tuple(ADDRESSES.values())
    if wanted:
        return max(_checked(wanted, address) for address in addresses)
    for _ in range(_PORT_TRIES):
        port = _free_port(addresses[0])
        if port and all(_is_free(port, address) for address in addresses):
            return port
    fix = "on macOS each address must be added first: sudo ifconfig lo0 alias 127.0.1.1, and so on"
    raise OrchestratorError(f"no port is free on all of {addresses[0]} to {addresses[-1]}", where="local up", fix=fix)


def _dns_port(wanted: int | None) -> int:
    """A port that is free for UDP and for TCP."""
    if wanted:
        return _checked(wanted, "127.0.0.1", socket.SOCK_DGRAM) and _checked(wanted, "127.0.0.1")
    for _ in range(_PORT_TRIES):
        port = _free_port("127.0.0.1")
        if port and _is_free(port, "127.0.0.1", socket.SOCK_DGRAM):
            return port
    raise OrchestratorError("no port is free for both UDP and TCP", where="local up", fix="choose one for the DNS")


def _checked(port: int, address: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    if not _is_free(port, address, kind):
        fix = "stop what listens there, or choose another port"
        raise OrchestratorError(f"port {port} is taken on {address}", where="local up", fix=fix)
    return port


def _is_free(port: int, address: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> bool:
    with socket.socket(type=kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def _state_file(state_dir: Path) -> Path:
    return state_dir / "state.json"
