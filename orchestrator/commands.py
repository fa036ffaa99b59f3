"""Commands of this machine, each in a process group of its own that nothing outlives; of its output the end is kept,
without our secrets: they are in the environment that it was given.

Without a shell, without standard input; a terminal's Ctrl-C does not reach them: whoever started them ends them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, PIPE, STDOUT, Popen, TimeoutExpired
from typing import IO

from orchestrator.core.errors import StepFailed
from orchestrator.core.secrets import secret_values, without_secrets
from orchestrator.ports import CommandEnd, RunningCommand

_KEPT_BYTES = 16384
_SHOWN_LINES = 8
_SHOWN_CHARACTERS = 1000
_GRACE_S = 1.0
_FIX = "correct gates.command; a path is relative to regions.yaml, and the file must be executable"


class ProcessCommands:
    """ports.Commands by subprocess."""

    def secrets(self) -> tuple[str, ...]:
        """Of the environment that every command inherits."""
        return secret_values(os.environ)

    def start(self, argv: Sequence[str], *, directory: str, environment: Mapping[str, str]) -> RunningCommand:
        """Raises StepFailed when there is no such file, or it may not be run."""
        try:
            process = Popen(
                list(argv),
                cwd=directory,
                env={**os.environ, **environment},
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise StepFailed(f"{argv[0]} cannot be run: {reason}", where="this machine", fix=_FIX) from error
        return _Running(process, self.secrets())


class _Running:
    def __init__(self, process: Popen[bytes], secrets: tuple[str, ...]) -> None:
        self._process, self._secrets = process, secrets
        self._tail, self._is_cut = b"", False
        self._reader = threading.Thread(target=self._read, name="command-output", daemon=True)
        self._reader.start()

    def ended(self) -> CommandEnd | None:
        """What it left running ends with it."""
        status = self._process.poll()
        if status is None:
            return None
        self._signal(signal.SIGKILL)
        return CommandEnd(status, self._output())

    def kill(self) -> str:
        """First asked, then killed."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_GRACE_S)
            except TimeoutExpired:
                self._signal(signal.SIGKILL)
                self._process.wait()
        self._signal(signal.SIGKILL)
        return self._output()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            # Nobody is left, or (macOS) only zombies.
            return

    def _output(self) -> str:
        # Who left the group may hold the pipe open for ever.
        self._reader.join(_GRACE_S)
        tail = self._tail
        # A secret of which only the end is left would not be known.
        whole = tail[tail.find(b"\n") + 1 :] if self._is_cut else tail
        return last_lines(whole, self._secrets)

    def _read(self) -> None:
        pipe: IO[bytes] | None = self._process.stdout
        if pipe is None:
            return
        with pipe:
            while chunk := os.read(pipe.fileno(), _KEPT_BYTES):
                self._is_cut = self._is_cut or len(self._tail) + len(chunk) > _KEPT_BYTES
                self._tail = (self._tail + chunk)[-_KEPT_BYTES:]


def last_lines(written: bytes, secrets: tuple[str, ...] = ()) -> str:
    """The last lines of what a command wrote, in one line, without secrets and what a terminal would obey."""
    text = without_secrets(written.decode("utf-8", errors="replace"), secrets)
    lines = [_printable(line).strip() for line in text.splitlines()]
    shown = " | ".join([line for line in lines if line][-_SHOWN_LINES:])
    return shown if len(shown) <= _SHOWN_CHARACTERS else "…" + shown[-_SHOWN_CHARACTERS:]


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)
